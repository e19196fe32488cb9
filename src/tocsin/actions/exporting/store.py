"""Where files of people are kept: sealed, in a folder that only this account reads, and for some days."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from tocsin.actions.exporting.model import Export
from tocsin.lib.sealedfile import SealedWriter
from tocsin.lib.sealedfolder import SealedFolder
from tocsin.supporters.models import SupporterImport

FILES = SealedFolder("people-files", re.compile(r"(export|upload|rows|left)-\d+-[0-9a-f]{16}\.sealed"))
# A file that was uploaded and never imported, and what was left out of one that was.
UPLOADS_ARE_KEPT_FOR = timedelta(days=14)
FILES_OF_AN_IMPORT = ("upload", "rows_file", "left_out_file")


def kept_for() -> timedelta:
    return timedelta(days=settings.TOCSIN_EXPORT_DAYS)


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
        FILES.remove(name)
        gone += Export.objects.filter(pk=pk, file=name).update(file="", state=Export.State.GONE)
    return gone + _remove_old_uploads() + FILES.remove_strays(_named)


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
        FILES.remove(getattr(row, field))
    SupporterImport.objects.filter(pk=row.pk).update(**changes)


def _named() -> set[str]:
    """The files that a row names."""
    exports = set(Export.objects.exclude(file="").values_list("file", flat=True))
    return exports | {name for names in SupporterImport.objects.values_list(*FILES_OF_AN_IMPORT) for name in names}
