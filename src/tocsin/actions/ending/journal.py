"""The journal of erasures: a line for each person who was forgotten, in a plain file outside the database.

A restored backup knows them again. The journal has what finds them once more: their digest, itself sealed as a token,
so that the file says nothing to whoever has not the key. Kept beside the sent journal, as long as there are backups.

    2026-11-24T19:05:04.120Z kT3…
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tocsin.lib.vault import vault
from tocsin.outbox.journal import journal_path

PURPOSE = "erased"
LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([A-Za-z0-9_-]{20,})\n", re.ASCII)


def erasures_path(named: str = "") -> Path:
    """Beside the sent journal; beside one that stands elsewhere, where it is named."""
    return (Path(named) if named else journal_path()).with_name("erased.log")


def note_erasure(digest: bytes, at: datetime) -> None:
    """On the disk when this returns: only then the rows go."""
    path = erasures_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        line = f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z {vault().token(PURPOSE, digest)}\n"
        os.write(file, line.encode("ascii"))
        os.fsync(file)
    finally:
        os.close(file)


def read_erasures(path: Path) -> Iterator[tuple[bytes, datetime]]:
    """Whose data were erased, and when. A line that was cut off, or that no key of ours reads, is none."""
    if not path.is_file():
        return
    with path.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            found = LINE.fullmatch(line)
            digest = vault().read_token(PURPOSE, found[2]) if found else None
            if found and digest:
                yield digest, datetime.fromisoformat(found[1])
