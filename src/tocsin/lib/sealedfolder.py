"""A folder of sealed files that only this account reads: opened by the names of one room, and cleared of strays."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from tocsin.lib.sealedfile import SealedWriter, read_sealed
from tocsin.lib.vault import vault

# What an interrupted work left is nobody's after a day.
UNFINISHED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SealedFolder:
    """Beside the database. `names` are those that its room gives: nothing else is opened or removed by a name."""

    within: str
    names: re.Pattern[str]

    @property
    def path(self) -> Path:
        return Path(settings.TOCSIN_DIR) / self.within

    def new_name(self, what: str, number: int) -> str:
        """A name of its own for each making: two jobs never write one file."""
        return f"{what}-{number}-{secrets.token_hex(8)}.sealed"

    def write(self, name: str) -> SealedWriter:
        return SealedWriter(vault(), self.path / name)

    def keep(self, what: str, number: int, chunks: Iterable[bytes]) -> str:
        """A file as it came; the name it is kept by."""
        name = self.new_name(what, number)
        with self.write(name) as file:
            for chunk in chunks:
                file.write(chunk)
        return name

    def whole(self, name: str) -> bytes | None:
        """All of the file at once; None where it is gone."""
        found = self.pieces(name)
        return None if found is None else b"".join(found)

    def pieces(self, name: str) -> Iterator[bytes] | None:
        """The open file in pieces; None where it is gone."""
        if not self.holds(name):
            return None
        return read_sealed(vault(), self.path / name)

    def holds(self, name: str) -> bool:
        """Whether the file is still there. Only names that its room gives."""
        return bool(self.names.fullmatch(name)) and (self.path / name).is_file()

    def remove(self, name: str) -> None:
        if self.names.fullmatch(name):
            (self.path / name).unlink(missing_ok=True)

    def remove_strays(self, named: Callable[[], Container[str]]) -> int:
        """Removes what no row names a day after it was written; how many. The rows are asked after the folder, so that
        a file that is named meanwhile stays."""
        if not self.path.is_dir():
            return 0
        oldest = time.time() - UNFINISHED_FOR.total_seconds()
        old = [path for path in self.path.iterdir() if path.stat().st_mtime < oldest]
        known = named() if old else ()
        strays = [path for path in old if path.name not in known]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)
