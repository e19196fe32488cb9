"""Reads a file into columns and rows: CSV as spreadsheets write it, or XLSX, within limits."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pkgutil import resolve_name
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
MOST_COLUMNS = 100
# How much smaller than what it unpacks to a workbook's file may be: a bomb is a thousand times smaller.
MOST_PACKED = 200
MOST_PARTS = 2_000
LONGEST_CELL = 2_000
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SEPARATORS = (",", ";", "\t", "|")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; `unpacked` is what a workbook may unpack to."""

    megabytes: int
    rows: int
    unpacked: int

    @property
    def bytes(self) -> int:
        return self.megabytes * MEGABYTE


FOR_TARGETS = Limits(megabytes=5, rows=5_000, unpacked=100 * MEGABYTE)
MOST_BYTES = FOR_TARGETS.bytes


class CannotBeRead(ValueError):
    """The file is no table. Its text is a sentence that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """The first row that says anything is the columns; empty rows are left out. All rows are as long as the columns."""

    columns: list[str]
    rows: list[list[str]]


def read_table(data: bytes, limits: Limits = FOR_TARGETS) -> Table:
    """The table in a file, whatever its name. Raises CannotBeRead."""
    rows = stream_table(data, limits)
    return Table(next(rows), list(rows))


def stream_table(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """First the columns, then each row, while the file is read. Raises CannotBeRead, also on the way."""
    if len(data) > limits.bytes:
        said = _("The file is larger than %(megabytes)s MB. Keep only the columns that are needed, or cut it in two.")
        raise CannotBeRead(said % {"megabytes": limits.megabytes})
    if data.startswith(OLD_EXCEL):
        raise CannotBeRead(_("This is an old Excel file (.xls). Save it as .xlsx or as CSV and take that."))
    rows = _rows_of_workbook(data, limits) if data.startswith(ZIP) else _rows_of_text(data)
    yield from _within(filter(any, rows), limits)


def _within(rows: Iterator[list[str]], limits: Limits) -> Iterator[list[str]]:
    """As wide as the columns, and neither too few nor too many."""
    columns, found = next(rows, []), 0
    width = max((at for at, name in enumerate(columns, start=1) if name), default=0)
    if width > MOST_COLUMNS:
        raise CannotBeRead(_("The file has more than 100 columns. Keep only those that are needed."))
    for found, row in enumerate(rows, start=1):
        if found == 1:
            yield columns[:width]
        if found > limits.rows:
            said = _("The file has more than %(rows)s rows. Cut it into several.")
            raise CannotBeRead(said % {"rows": number_format(limits.rows, force_grouping=True)})
        yield [*row, *[""] * width][:width]
    if not found:
        raise CannotBeRead(_("The file has no rows below its first one, which names the columns."))


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _rows_of_text(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    if "\x00" in text:
        raise CannotBeRead(_("This is neither CSV nor an Excel file (.xlsx). Save your table as one of them."))
    said, _rest = text[:6].lower(), text
    separator = text[4] if said.startswith("sep=") and len(text) > 4 else _separator(text)
    lines = io.StringIO(text.partition("\n")[2] if said.startswith("sep=") else text, newline="")
    try:
        for row in csv.reader(lines, delimiter=separator):
            yield [_cell(value) for value in row]
    except (ValueError, TypeError):  # “sep=” with nothing, a quotation mark or the end of the line behind it
        raise CannotBeRead(
            _("This is neither CSV nor an Excel file (.xlsx). Save your table as one of them.")
        ) from None
    except csv.Error:
        raise CannotBeRead(_("The file cannot be read as CSV: a quotation mark is opened and not closed.")) from None


def _decoded(data: bytes) -> str:
    """Unicode as it says or as it proves to be; everything else is what Windows wrote in Canada for thirty years."""
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """The one that parts the first line, outside of quotes, most often."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=unquoted.count)


# ── XLSX ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _rows_of_workbook(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """The first sheet. What it unpacks to is looked at before it is unpacked."""
    _refuse_bombs(data, limits)
    # Loaded when a workbook comes: every process would have its 17 MB in memory for it.
    load_workbook = resolve_name("openpyxl:load_workbook")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            rows = book.worksheets[0].iter_rows(max_row=limits.rows * 2, max_col=MOST_COLUMNS + 1, values_only=True)
            yield from ([_cell(value) for value in row] for row in rows)
            book.close()
    except CannotBeRead:
        raise
    except Exception:  # a broken workbook breaks openpyxl in every way there is
        raise _no_workbook() from None


def _refuse_bombs(data: bytes, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:
        raise _no_workbook() from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > limits.unpacked or unpacked > MOST_PACKED * max(len(data), 20_000):
        raise CannotBeRead(_("This file would unpack to far more than a table. Save it as CSV and take that."))
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise _no_workbook()


def _no_workbook() -> CannotBeRead:
    return CannotBeRead(_("This Excel file cannot be read. Open it, save it as .xlsx or CSV once more, and take that."))


def _cell(value: Any) -> str:
    """A cell as one reads it: 35075.0 is 35075, and lines keep their breaks."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value.isoformat()[:10] if isinstance(value, date) else str(value)
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST_CELL].removeprefix("\ufeff")
