"""The raw limits: how many actions the databases themselves can keep, with nothing in front of them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from bench.load import THREADS, Outcome, letter
from bench.services import Missing, program
from bench.stores import PostgresqlStore

ROWS_IN_A_COMMIT = 64
SCHEMA = """
CREATE TABLE action (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, page_id int NOT NULL, email text NOT NULL, name text NOT NULL,
  message text NOT NULL, consent boolean NOT NULL, created timestamptz NOT NULL DEFAULT now(), UNIQUE (page_id, email));
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, action_id bigint NOT NULL, state smallint NOT NULL DEFAULT 0,
  not_before timestamptz NOT NULL DEFAULT now());
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 0;
"""
# Four round trips: the least that an action and its letter to send cost a program that asks one thing at a time.
ROUND_TRIPS = f"""\\set person random(1, 1000000000000000)
BEGIN;
INSERT INTO action (page_id, email, name, message, consent)
  VALUES (1, 'u' || :person || '@example.org', 'Jane Doe', '{letter()}', true) RETURNING id \\gset
INSERT INTO outbox (action_id) VALUES (:id);
COMMIT;
"""  # noqa: S608  (our own words)


class PostgresqlLimit:
    """pgbench: an action of 1.5 KB and its outbox row in one durable transaction."""

    def __init__(self, url: str, folder: Path) -> None:
        self.store, self._script = PostgresqlStore(url), folder / "round-trips.sql"
        self._script.write_text(ROUND_TRIPS)
        for statement in SCHEMA.strip().split(";\n"):
            self.store.rows(statement)

    def reset(self) -> None:
        self.store.empty(["action", "outbox"])

    def load(self, clients: int, seconds: float) -> Outcome:
        words = ["-n", "-M", "prepared", "-f", str(self._script), "-c", str(clients), "-j", str(min(THREADS, clients))]
        command = [program("pgbench", "postgresql"), *words, "-T", str(max(1, round(seconds))), self.store.url]
        said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
        found = [
            re.search(pattern, said) for pattern in (r"processed: (\d+)", r"tps = ([\d.]+)", r"average = ([\d.]+)")
        ]
        if not all(found):
            raise Missing(f"pgbench says something new:\n{said}")
        done, rate, average = (float(match.group(1)) for match in found if match)
        # It tells an average only: the percentiles would cost it a line of log for each transaction.
        return Outcome(seconds, int(done), rate, average, 0.0, 0.0)


class SqliteLimit:
    """One writer that commits many actions at once, synchronous=FULL: what a perfect group commit could reach."""

    TABLES = """
CREATE TABLE action (
  id integer PRIMARY KEY, page_id int NOT NULL, email text NOT NULL, name text NOT NULL, message text NOT NULL,
  consent int NOT NULL, created text NOT NULL DEFAULT current_timestamp, UNIQUE (page_id, email));
CREATE TABLE outbox (
  id integer PRIMARY KEY, action_id int NOT NULL, state int NOT NULL DEFAULT 0,
  not_before text NOT NULL DEFAULT current_timestamp);
CREATE INDEX outbox_due ON outbox (not_before) WHERE state = 0;
"""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "limit.sqlite3"

    def load(self, _clients: int, seconds: float) -> Outcome:
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        database = sqlite3.connect(self._path, isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", self.TABLES):
            database.executescript(statement)
        times: list[float] = []
        start = time.perf_counter()
        while (now := time.perf_counter()) - start < seconds:
            self._commit(database, len(times))
            times.append(time.perf_counter() - now)
        span = time.perf_counter() - start
        database.close()
        return _outcome(times, span)

    @staticmethod
    def _commit(database: sqlite3.Connection, batch: int) -> None:
        text = letter()
        database.execute("BEGIN IMMEDIATE")
        for number in range(ROWS_IN_A_COMMIT):
            # Addresses in no order, as people's are.
            address = f"u{hash((batch, number)) & 0xFFFFFFFFFFFF:x}.{batch}.{number}@example.org"
            row = database.execute(
                "INSERT INTO action (page_id, email, name, message, consent) VALUES (1, ?, 'Jane Doe', ?, 1)",
                (address, text),
            )
            database.execute("INSERT INTO outbox (action_id) VALUES (?)", (row.lastrowid,))
        database.execute("COMMIT")


def _outcome(times: Sequence[float], span: float) -> Outcome:
    ordered, done = sorted(times), len(times) * ROWS_IN_A_COMMIT
    p50, p99 = (1000 * ordered[int(len(ordered) * share)] for share in (0.5, 0.99))
    return Outcome(span, done, done / span, p50, p99, 1000 * ordered[-1])
