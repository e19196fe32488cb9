"""A workbook that is written as a stream opens as one, whatever stands in its cells."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import IO, Any, cast

import pytest
from openpyxl import load_workbook

from tocsin.lib import xlsx

pytestmark = pytest.mark.once


class Stream(io.RawIOBase):
    """What can be written and neither read nor sought, like a sealed file."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


def written(columns: list[str], rows: list[list[Any]]) -> Any:
    stream = Stream()
    xlsx.write_workbook(cast("IO[bytes]", stream), columns, rows)
    assert zipfile.ZipFile(io.BytesIO(stream.data)).testzip() is None
    return load_workbook(io.BytesIO(stream.data))


def test_it_works() -> None:
    at = datetime(2026, 11, 23, 19, 15, tzinfo=UTC)
    book = written(["a", "b", "c", "d", "e"], [["é & <b>", 12, at, None, True]])
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert rows == [["a", "b", "c", "d", "e"], ["é & <b>", 12, "2026-11-23T19:15:00Z", None, 1]]


@pytest.mark.parametrize("text", ["=1+1", " lead", "a\nb", "ᐃᓄᒃᑎᑐᑦ", "]]>", "1e400"])
def test_text_stays_text(text: str) -> None:
    cell = written(["a"], [[text]]).worksheets[0]["A2"]
    assert cell.value == text
    assert cell.data_type != "f"


def test_what_no_workbook_can_hold_is_left_out() -> None:
    assert written(["a"], [["x\x0b\x00\ud800y"]]).worksheets[0]["A2"].value == "xy"
    assert len(written(["a"], [["x" * 40_000]]).worksheets[0]["A2"].value) == xlsx.LONGEST_CELL
    assert written(["a"], [[10**20]]).worksheets[0]["A2"].value == str(10**20)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS_OF_A_SHEET", 3)
    book = written(["n"], [[n] for n in range(7)])
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book] == [
        ["n", 0, 1, 2],
        ["n", 3, 4, 5],
        ["n", 6],
    ]


def test_a_part_never_needs_what_excel_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(xlsx, "MOST_BYTES_OF_A_SHEET", 150)
    book = written(["n"], [["x" * 50] for _ in range(6)])
    assert [sheet.max_row for sheet in book] == [3, 3, 3]
    stream = Stream()
    xlsx.write_workbook(cast("IO[bytes]", stream), ["n"], [[1]])
    assert {part.extract_version for part in zipfile.ZipFile(io.BytesIO(stream.data)).infolist()} == {20}


@pytest.mark.parametrize("rows", [3, 4])
def test_no_sheet_is_left_empty(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS_OF_A_SHEET", 3)
    assert [sheet.max_row for sheet in written(["n"], [[1]] * rows)] == ([4] if rows == 3 else [4, 2])


def test_an_empty_one_has_its_columns() -> None:
    assert written(["a"], []).worksheets[0]["A1"].value == "a"
