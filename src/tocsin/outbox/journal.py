"""The sent journal: a line for each mail that may have left, in plain files outside the database.

A restored database has forgotten what was sent since its backup. The journal has not: a line is on the disk before a
server can have the mail, and another once it has answered; the same for each letter in a digest. Nothing in it says who
wrote or to whom.

    2026-11-24T19:05:04.120Z 4yq…x2a dot
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from django.conf import settings

type What = Literal["dot", "sent", "refused"]
# A line that was cut off by a power failure is none.
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ([a-z2-7]{26}) (dot|sent|refused)\n", re.ASCII)


def journal_path() -> Path:
    """The name that the files of the days are made from."""
    return Path(settings.TOCSIN_JOURNAL or Path(settings.TOCSIN_DIR) / "journal" / "sent.log")


def note(lines: Iterable[tuple[str, What]]) -> None:
    """Writes lines for refs, and returns once they are on the disk: one flush for all of them."""
    now = datetime.now(UTC)
    text = "".join(f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z {ref} {what}\n" for ref, what in lines)
    if not text:
        return
    file = _opened(now)
    try:
        # One write at the end of the file: the lines of two workers do not mix.
        os.write(file, text.encode("ascii"))
        os.fdatasync(file)
    finally:
        os.close(file)


def journal_files(named: str = "") -> list[Path]:
    """The journal's files, one for each day, the oldest first; or those of a journal that stands elsewhere."""
    path = Path(named) if named else journal_path()
    return [*([path] if path.is_file() else []), *sorted(path.parent.glob(f"{path.stem}-*{path.suffix}"))]


def read_journal(files: Iterable[Path]) -> Iterator[tuple[str, What]]:
    """Everything that was noted, the oldest first: the ref of a mail, and what became of it."""
    for file in files:
        with file.open(encoding="ascii", errors="replace") as lines:
            for line in lines:
                if found := LINE.fullmatch(line):
                    what: What = found[2]  # type: ignore[assignment]  # the pattern knows no other
                    yield found[1], what


def _opened(now: datetime) -> int:
    """The file of the day, readable by its owner only; each day has its own, so that old ones can be put away."""
    path = journal_path()
    today = path.with_name(f"{path.stem}-{now:%Y%m%d}{path.suffix}")
    try:
        return _append(today)
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _append(today)


def _append(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
