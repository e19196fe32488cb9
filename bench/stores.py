"""The two databases, asked directly: to empty them before a cell, to fill them, and to count what was stored."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import psycopg

MOST_TRIES = 5


class Store(Protocol):
    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]: ...

    def empty(self, tables: Sequence[str]) -> None: ...


def count(store: Store, table: str) -> int:
    return int(store.rows(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  (our own tables)


class PostgresqlStore:
    def __init__(self, url: str) -> None:
        self.url = url

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def empty(self, tables: Sequence[str]) -> None:
        """A worker may be at work on these rows, so that each waits for the other: then once more."""
        for _ in range(MOST_TRIES):
            try:
                self.rows(f"TRUNCATE {', '.join(tables)} CASCADE")
            except psycopg.errors.DeadlockDetected:
                time.sleep(0.2)
            else:
                return


class SqliteStore:
    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=60)) as connection:
            return connection.execute(statement, parameters).fetchall()

    def empty(self, tables: Sequence[str]) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=60)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for table in tables:
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  (our own tables)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
