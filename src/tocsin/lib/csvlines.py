"""Lines of CSV as they are streamed: exact for programs, or safe to open in a spreadsheet. Pure.

A spreadsheet takes a cell that begins like a formula for one, and people's words come from strangers. The safe kind
puts an apostrophe before such a cell, so that it is shown and never reckoned; the exact kind changes no byte.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

# Full-width ones too: some spreadsheets read them as the plain ones.
BEGIN_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 200


def csv_lines(rows: Iterable[Sequence[Any]], *, for_spreadsheet: bool, mark: bool | None = None) -> Iterator[bytes]:
    """The rows as UTF-8, some hundreds at once, so that the first bytes leave before the last row is read. `mark`:
    whether it begins with a byte order mark; left open, it does where it is for a spreadsheet."""
    lines = _Lines()
    writer = csv.writer(lines)
    if for_spreadsheet if mark is None else mark:
        lines.append(BYTE_ORDER_MARK)  # without it, Excel reads é as Ã©
    for row in rows:
        cells = [written(cell) for cell in row]
        writer.writerow([harmless(cell) for cell in cells] if for_spreadsheet else cells)
        if len(lines) >= LINES_AT_ONCE:
            yield lines.taken()
    if lines:
        yield lines.taken()


def written(cell: Any) -> Any:
    """A moment as UTC (2026-11-23T19:15:00Z), yes or no as 1 or 0, nothing as an empty cell."""
    if isinstance(cell, datetime):
        return cell.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(cell, bool):
        return int(cell)
    return "" if cell is None else cell


def harmless(cell: Any) -> Any:
    """Text that begins like a formula, also after blanks, with an apostrophe before it; numbers as they are."""
    if not isinstance(cell, str) or not cell:
        return cell
    begins = cell[0] in BEGIN_A_FORMULA or cell.lstrip()[:1] in BEGIN_A_FORMULA
    return f"'{cell}" if begins else cell


class _Lines(list[str]):
    """What csv's writer writes to."""

    def write(self, line: str) -> None:
        self.append(line)

    def taken(self) -> bytes:
        text = "".join(self)
        self.clear()
        return text.encode()


class LinesInto:
    """CSV for a spreadsheet, written row by row into a file that is open."""

    def __init__(self, file: Any) -> None:
        self._file, self._writer = file, csv.writer(self)
        file.write(BYTE_ORDER_MARK.encode())

    def write(self, line: str) -> None:
        self._file.write(line.encode())

    def add(self, cells: Sequence[str]) -> None:
        self._writer.writerow([harmless(cell) for cell in cells])
