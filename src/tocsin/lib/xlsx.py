"""A workbook that is written as a stream: rows in, XLSX out, with no temporary file and no growing memory. Pure.

Every text is an inline string, which no spreadsheet takes for a formula. Libraries that write workbooks keep the rows
in memory or in a temporary file; people's data may lie open in neither (docs/decisions/0030-data-in-and-out.md).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from typing import IO, Any
from xml.sax.saxutils import escape

# What Excel opens: 1,048,576 rows a sheet, 32,767 characters a cell.
MOST_ROWS_OF_A_SHEET = 1_000_000
# An archive's part of two gigabytes and more needs an extension that Excel does not read.
MOST_BYTES_OF_A_SHEET = 1_900_000_000
LONGEST_CELL = 32_000
ROWS_AT_ONCE = 200
# What XML cannot hold, and the halves of surrogate pairs.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def write_workbook(file: IO[bytes], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Writes the whole workbook; the first row of each sheet names the columns. `file` need not seek."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        sheets, rest, ahead = 0, iter(rows), None
        while sheets == 0 or ahead is not None:
            sheets += 1
            with archive.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                _write_sheet(sheet, columns, chain([] if ahead is None else [ahead], rest))
            ahead = next(rest, None)
        for name, text in _frame(sheets):
            archive.writestr(name, text)


def _write_sheet(sheet: IO[bytes], columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    """As many rows as one sheet holds; the others are left for the next."""
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    view = f'<sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
    sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{view}<sheetData>{_row(columns)}'.encode())
    rows_written = bytes_written = 0
    while rows_written < MOST_ROWS_OF_A_SHEET and bytes_written < MOST_BYTES_OF_A_SHEET:
        some = list(islice(rows, min(ROWS_AT_ONCE, MOST_ROWS_OF_A_SHEET - rows_written)))
        if not some:
            break
        rows_written += len(some)
        bytes_written += sheet.write("".join(map(_row, some)).encode())
    sheet.write(b"</sheetData></worksheet>")


def _row(cells: Sequence[Any]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(value: Any) -> str:
    """Numbers as numbers; everything else as text, moments in UTC as the CSV writes them."""
    if value is None or value == "":
        return "<c/>"
    if isinstance(value, bool):
        return f"<c><v>{int(value)}</v></c>"
    if isinstance(value, int) and abs(value) < 10**15:
        return f"<c><v>{value}</v></c>"
    if isinstance(value, datetime):
        value = value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = escape(UNWRITABLE.sub("", str(value)[:LONGEST_CELL]))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _frame(sheets: int) -> Iterator[tuple[str, str]]:
    """What makes a workbook of the sheets."""
    numbers = range(1, sheets + 1)
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    rels = "application/vnd.openxmlformats-package.relationships+xml"
    types = f'<Default Extension="rels" ContentType="{rels}"/>'
    types += f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{parts}'
    yield "[Content_Types].xml", f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">{types}</Types>'
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    yield "xl/_rels/workbook.xml.rels", _relations([("worksheet", f"worksheets/sheet{n}.xml") for n in numbers])
    named = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield (
        "xl/workbook.xml",
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>{named}</sheets></workbook>',
    )


def _relations(parts: list[tuple[str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="rId{at}" Type="{_RELS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(parts, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{said}</Relationships>'
