"""CSV for spreadsheets and for programs: harmless there, byte for byte here."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.lib.csvlines import csv_lines

pytestmark = pytest.mark.once
FORMULAS = [
    '=HYPERLINK("http://x")',
    "＝1+1",
    "\t=1",
    "+1 514 555 0000",
    "-2+3",
    "@SUM(A1)",
    "\r=1",
    "  =1",
    "－1",
    "＠x",
]


def lines(*cells: object, for_spreadsheet: bool) -> bytes:
    return b"".join(csv_lines([cells], for_spreadsheet=for_spreadsheet))


def read(data: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_inert_in_the_one_and_whole_in_the_other(formula: str) -> None:
    assert read(lines(formula, for_spreadsheet=True)) == [f"'{formula}"]
    assert read(lines(formula, for_spreadsheet=False)) == [formula]


def test_plain_words_and_numbers_stay() -> None:
    assert lines("Zoé", -5, None, True, for_spreadsheet=True) == "\ufeffZoé,-5,,1\r\n".encode()
    assert lines("Zoé", -5, None, False, for_spreadsheet=False) == "Zoé,-5,,0\r\n".encode()
    assert lines(datetime(2026, 6, 1, 15, tzinfo=UTC), for_spreadsheet=False) == b"2026-06-01T15:00:00Z\r\n"


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2))
def test_the_exact_kind_gives_back_what_went_in(cells: list[str]) -> None:
    assert read(lines(*cells, for_spreadsheet=False)) == cells


def test_it_is_streamed() -> None:
    rows = iter([["a"]] * 1000)
    assert next(csv_lines(rows, for_spreadsheet=False)).count(b"a") == 200
    assert len(list(rows)) == 800
