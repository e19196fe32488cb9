"""The rows of an uploaded file, sealed: written once as it is read, and read again for each step."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import batched

from django.utils.translation import gettext as _

from tocsin.actions.exporting.store import FILES
from tocsin.campaigns.import_file import MEGABYTE, CannotBeRead, Limits
from tocsin.supporters.models import SupporterImport

LIMITS = Limits(megabytes=60, rows=200_000, unpacked=800 * MEGABYTE)
ROWS_AT_ONCE = 500


class FileIsGone(CannotBeRead):
    """The sealed file was removed after two weeks: it has to be uploaded again."""

    def __init__(self) -> None:
        super().__init__(_("Its file was removed after two weeks. Upload it again."))


def keep_rows(upload_pk: int, rows: Iterable[list[str]]) -> str:
    name = FILES.new_name("rows", upload_pk)
    with FILES.write(name) as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return name


def whole(name: str) -> bytes:
    found = FILES.whole(name)
    if found is None:
        raise FileIsGone
    return found


def rows_in(upload: SupporterImport) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number in the file. Raises FileIsGone."""
    found = FILES.pieces(upload.rows_file)
    if found is None:
        raise FileIsGone
    for number, line in enumerate(_lines(found), start=2):
        yield number, json.loads(line)


def batches_in(upload: SupporterImport) -> Iterator[tuple[tuple[int, list[str]], ...]]:
    return batched(rows_in(upload), ROWS_AT_ONCE)


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole_ones, rest = (rest + chunk).split(b"\n")
        yield from whole_ones
