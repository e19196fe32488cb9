"""Writes SQLite's log home beside the writers, not in the midst of them.

Otherwise the commit that makes the log too long pays for all: it wrote tens of megabytes home while everybody waited
for their turn, 130 ms with a million actions stored. A passive checkpoint waits for nobody and nobody waits for it.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

LONG_ENOUGH = 8 * 1024 * 1024  # bytes of log; less is not worth a flush to the disk
PAUSE = 0.25


class Checkpoints:
    """One thread for one database file in this process. Begins with the first commit, rests while there is none."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._log = Path(name + "-wal")
        self._written = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def after_commit(self) -> None:
        self._written.set()

    def _run(self) -> None:
        while True:
            self._written.wait()
            self._written.clear()
            self._write_home()
            time.sleep(PAUSE)

    def _write_home(self) -> None:
        """What cannot be done now is done after a later commit; in the end SQLite does it by itself."""
        try:
            if self._log.stat().st_size < LONG_ENOUGH:
                return
            # “rw”: a database that was taken away meanwhile must not be made anew.
            with closing(sqlite3.connect(f"file:{self._name}?mode=rw", uri=True)) as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (OSError, sqlite3.Error):
            return


_running: dict[str, Checkpoints] = {}
_lock = threading.Lock()


def checkpoints_of(name: str) -> Checkpoints:
    with _lock:
        if name not in _running:
            _running[name] = Checkpoints(name)
        return _running[name]
