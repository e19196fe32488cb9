"""Where files of people are kept: sealed, in a folder that only this account reads, and for some days."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from tocsin.actions.exporting.model import Export
from tocsin.lib.sealedfile import SealedWriter, read_sealed
from tocsin.lib.vault import vault
from tocsin.supporters.models import SupporterImport

# What an interrupted job left is nobody's after a day.
UNFINISHED_FOR = timedelta(days=1)
# A file that was uploaded and never imported, and what was left out of one that was.
UPLOADS_ARE_KEPT_FOR = timedelta(days=14)
FILES_OF_AN_IMPORT = ("upload", "rows_file", "left_out_file")
_NAME = re.compile(r"(export|upload|rows|left)-\d+-[0-9a-f]{16}\.sealed")


def folder() -> Path:
    return Path(settings.TOCSIN_DIR) / "people-files"


def kept_for() -> timedelta:
    return timedelta(days=settings.TOCSIN_EXPORT_DAYS)


def new_name(what: str, number: int) -> str:
    """A name of its own for each making: two jobs never write one file."""
    return f"{what}-{number}-{secrets.token_hex(8)}.sealed"


def write_sealed(name: str) -> SealedWriter:
    return SealedWriter(vault(), folder() / name)


def pieces(name: str) -> Iterator[bytes] | None:
    """The open file in pieces; None where it is gone. Only names that this room gives."""
    if not _NAME.fullmatch(name) or not (folder() / name).is_file():
        return None
    return read_sealed(vault(), folder() / name)


def remove(name: str) -> None:
    if _NAME.fullmatch(name):
        (folder() / name).unlink(missing_ok=True)


class Measured:
    """What is written is counted and hashed on its way into the sealed file."""

    def __init__(self, file: SealedWriter) -> None:
        self._file, self._hash, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def remove_old_files() -> int:
    """Removes exports whose days are over, files of imports after two weeks, and what broken jobs left. Nightly."""
    exports = Export.objects.filter(expires_at__lt=timezone.now()).exclude(file="")
    gone = 0
    for pk, name in list(exports.values_list("pk", "file")):
        remove(name)
        gone += Export.objects.filter(pk=pk, file=name).update(file="", state=Export.State.GONE)
    return gone + _remove_old_uploads() + _remove_strays()


def _remove_old_uploads() -> int:
    old = SupporterImport.objects.filter(uploaded_at__lt=timezone.now() - UPLOADS_ARE_KEPT_FOR)
    gone = 0
    for row in old.exclude(upload="", rows_file="", left_out_file="").exclude(state__in=BUSY):
        forget_files(row)
        gone += 1
    return gone


BUSY = (
    SupporterImport.State.READING,
    SupporterImport.State.CHECKING,
    SupporterImport.State.IMPORTING,
    SupporterImport.State.UNDOING,
)


def forget_files(row: SupporterImport) -> None:
    changes: dict[str, Any] = dict.fromkeys(FILES_OF_AN_IMPORT, "")
    for field in FILES_OF_AN_IMPORT:
        remove(getattr(row, field))
    SupporterImport.objects.filter(pk=row.pk).update(**changes)


def _remove_strays() -> int:
    """Files that no row names."""
    if not folder().is_dir():
        return 0
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    known |= {name for names in SupporterImport.objects.values_list(*FILES_OF_AN_IMPORT) for name in names}
    oldest = time.time() - UNFINISHED_FOR.total_seconds()
    strays = [path for path in folder().iterdir() if path.name not in known and path.stat().st_mtime < oldest]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
