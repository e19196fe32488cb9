"""SQLite's log is written home beside the writers: after a commit, once it is long, and without making a file anew."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tocsin.lib.fairsqlite import checkpoints
from tocsin.lib.fairsqlite.checkpoints import checkpoints_of

pytestmark = pytest.mark.once


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """A database whose commits never write home by themselves."""
    monkeypatch.setattr(checkpoints, "LONG_ENOUGH", 50_000)
    monkeypatch.setattr(checkpoints, "PAUSE", 0.01)
    connection = sqlite3.connect(tmp_path / "store", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("CREATE TABLE t (x)")
    return connection


def write(store: sqlite3.Connection, size: int) -> None:
    store.execute("INSERT INTO t VALUES (randomblob(?))", (size,))


def within_seconds(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_it_works(store: sqlite3.Connection, tmp_path: Path) -> None:
    write(store, 100_000)
    assert (tmp_path / "store").stat().st_size < 100_000

    checkpoints_of(str(tmp_path / "store")).after_commit()

    assert within_seconds(lambda: (tmp_path / "store").stat().st_size > 100_000)
    store.close()


def test_a_short_log_stays(store: sqlite3.Connection, tmp_path: Path) -> None:
    write(store, 10_000)
    checkpoints_of(str(tmp_path / "store")).after_commit()
    time.sleep(0.2)

    assert (tmp_path / "store").stat().st_size < 10_000
    store.close()


def test_a_database_that_was_taken_away_is_not_made_anew(store: sqlite3.Connection, tmp_path: Path) -> None:
    write(store, 100_000)
    store.close()
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "store-wal").write_bytes(bytes(100_000))
    checkpoints_of(str(tmp_path / "store")).after_commit()
    time.sleep(0.2)

    assert not (tmp_path / "store").exists()
