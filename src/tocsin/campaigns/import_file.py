"""Reads a file into columns and rows: CSV as spreadsheets write it, packed or not, or XLSX, within limits.

A table as text is read line by line, so that a long one takes no more memory than the file itself.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import lzma
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pkgutil import resolve_name
from typing import IO, Any, cast

from django.utils.formats import number_format
from django.utils.translation import gettext as _

MEGABYTE = 1024 * 1024
MOST_COLUMNS = 100
# How much smaller than what it unpacks to a workbook's file may be: a bomb is a thousand times smaller.
MOST_PACKED = 200
MOST_PARTS = 2_000
LONGEST_CELL = 2_000
LONGEST_LINE, BEGINNING = 1_000_000, 100_000
ZIP, GZIP, OLD_EXCEL = b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
WORKBOOK = "xl/workbook.xml"
TABLES = (".csv", ".tsv")
SEPARATORS = (",", ";", "\t", "|")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

# What Python raises on the way through a broken archive; a password is a RuntimeError, and so is NotImplementedError,
# for what nobody can unpack.
BROKEN = (OSError, EOFError, RuntimeError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)

# Opens the bytes of a text, packed or not, from their beginning.
type Opener = Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; `unpacked` is what a workbook or a packed table may unpack to."""

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
    """The first row that says anything is the columns; empty rows are left out. All rows are as long as the columns,
    or at least as long where what stands beyond them was asked for."""

    columns: list[str]
    rows: list[list[str]]


def read_table(data: bytes, limits: Limits = FOR_TARGETS, *, cut: bool = True) -> Table:
    """The table in a file, whatever its name; `cut` drops what stands beyond the columns. Raises CannotBeRead."""
    rows = stream_table(data, limits, cut=cut)
    return Table(next(rows), list(rows))


def stream_table(data: bytes, limits: Limits, *, cut: bool = True) -> Iterator[list[str]]:
    """First the columns, then each row, while the file is read. Raises CannotBeRead, also on the way."""
    if len(data) > limits.bytes:
        said = _("The file is larger than %(megabytes)s MB. Keep only the columns that are needed, or cut it in two.")
        raise CannotBeRead(said % {"megabytes": limits.megabytes})
    if data.startswith(OLD_EXCEL):
        raise CannotBeRead(_("This is an old Excel file (.xls). Save it as .xlsx or as CSV and take that."))
    yield from _within(filter(any, _rows(data, limits)), limits, cut=cut)


def _rows(data: bytes, limits: Limits) -> Iterator[list[str]]:
    if data.startswith(GZIP):
        return _rows_of_text(lambda: cast("IO[bytes]", gzip.GzipFile(fileobj=io.BytesIO(data))), limits)
    if not data.startswith(ZIP):
        return _rows_of_text(lambda: io.BytesIO(data), limits)
    names = _names_in(data, limits)
    return _rows_of_workbook(data, limits) if WORKBOOK in names else _rows_of_text(_packed(data, names), limits)


def _within(rows: Iterator[list[str]], limits: Limits, *, cut: bool) -> Iterator[list[str]]:
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
        yield [*row, *[""] * (width - len(row))][: width if cut else None]
    if not found:
        raise CannotBeRead(_("The file has no rows below its first one, which names the columns."))


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def _rows_of_text(opened: Opener, limits: Limits) -> Iterator[list[str]]:
    try:
        encoding = _encoding(opened, limits)
        with io.TextIOWrapper(opened(), encoding, errors="replace", newline="") as text:
            separator = _separator(text.read(BEGINNING))
        with io.TextIOWrapper(opened(), encoding, errors="replace", newline="") as text:
            for row in csv.reader(_lines(text), delimiter=separator):
                yield [cell_of(value) for value in row]
    except CannotBeRead:
        raise
    except BROKEN:
        raise _broken() from None
    except (ValueError, TypeError):  # “sep=” with nothing, a quotation mark or the end of the line behind it
        raise _no_table() from None
    except csv.Error:
        raise CannotBeRead(_("The file cannot be read as CSV: a quotation mark is opened and not closed.")) from None


def _broken() -> CannotBeRead:
    return CannotBeRead(_("The packed file cannot be opened: it is broken, or has a password."))


def _no_table() -> CannotBeRead:
    return CannotBeRead(_("This is neither CSV nor an Excel file (.xlsx). Save your table as one of them."))


def _encoding(opened: Opener, limits: Limits) -> str:
    """Unicode as it says or as it proves to be; everything else is what Windows wrote in Canada for thirty years."""
    with opened() as file:
        piece, size = file.read(MEGABYTE), 0
        encoding = next((name for mark, name in BOMS if piece.startswith(mark)), "utf-8")
        decoder, is_unicode = codecs.getincrementaldecoder(encoding)(), True
        while piece:
            size += len(piece)
            if size > limits.unpacked:
                raise _too_large_unpacked()
            is_unicode = is_unicode and _decodes(decoder, piece)
            piece = file.read(MEGABYTE)
    return encoding if is_unicode and _decodes(decoder, b"", final=True) else "cp1252"


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _separator(text: str) -> str:
    """What Excel's own first line says (“sep=;”), or else what parts the first line, outside of quotes, most often."""
    if _says_separator(text):
        return text[4:5]
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = "".join(first.split('"')[::2])
    return max(SEPARATORS, key=unquoted.count)


def _says_separator(line: str) -> bool:
    return line[:4].lower() == "sep="


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    line = text.readline(LONGEST_LINE)
    if _says_separator(line):
        line = text.readline(LONGEST_LINE)
    while line:
        if "\x00" in line or len(line) == LONGEST_LINE:
            raise _no_table()
        yield line
        line = text.readline(LONGEST_LINE)


# ── packed ──────────────────────────────────────────────────────────────────────────────────────────────────────
def _names_in(data: bytes, limits: Limits) -> set[str]:
    """What an archive holds. What it unpacks to is looked at before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = packed.infolist()
    except zipfile.BadZipFile:  # most often a workbook that was cut off on its way
        raise _no_workbook() from None
    except (*BROKEN, ValueError):  # a place before the beginning, a name in no writing
        raise _broken() from None
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > limits.unpacked or unpacked > MOST_PACKED * max(len(data), 20_000):
        raise _too_large_unpacked()
    return {part.filename for part in parts}


def _too_large_unpacked() -> CannotBeRead:
    return CannotBeRead(_("This file would unpack to far more than a table. Save it as CSV and take that."))


def _packed(data: bytes, names: set[str]) -> Opener:
    """The one table in an archive; a Mac puts a shadow of each file beside it."""
    tables = [name for name in names if name.lower().endswith(TABLES) and not name.startswith("__MACOSX/")]
    if not tables:
        raise _no_workbook()
    if len(tables) > 1:
        raise CannotBeRead(_("This archive holds several tables. Take the one that you mean out of it."))
    return lambda: zipfile.ZipFile(io.BytesIO(data)).open(tables[0])


# ── XLSX ────────────────────────────────────────────────────────────────────────────────────────────────────────
def _rows_of_workbook(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """The first sheet."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Loaded when a workbook comes: every process would have its 17 MB in memory for it.
            load_workbook = resolve_name("openpyxl:load_workbook")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            rows = book.worksheets[0].iter_rows(max_row=limits.rows * 2, max_col=MOST_COLUMNS + 1, values_only=True)
            yield from ([cell_of(value) for value in row] for row in rows)
            book.close()
    except Exception:  # a broken workbook breaks openpyxl in every way there is
        raise _no_workbook() from None


def _no_workbook() -> CannotBeRead:
    return CannotBeRead(_("This Excel file cannot be read. Open it, save it as .xlsx or CSV once more, and take that."))


def cell_of(value: Any) -> str:
    """A cell as one reads it: 35075.0 is 35075, and lines keep their breaks."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = value.isoformat()[:10] if isinstance(value, date) else str(value)
    lines = (" ".join(line.split()) for line in text.strip().splitlines())
    return "\n".join(line for line in lines if line)[:LONGEST_CELL].removeprefix("\ufeff")
