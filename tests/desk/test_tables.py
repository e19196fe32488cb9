"""On a phone a row of a table stands in lines, without its head: a number says there what it is a number of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tocsin.desk

pytestmark = pytest.mark.once
TEMPLATES = Path(tocsin.desk.__file__).parent / "templates/desk"
BARE = re.compile(r"<td class=\"[^\"]*desk-figure[^\"]*\">")


@pytest.mark.parametrize(
    "name", ["editions.html", "postal_table.html", "postal_tables.html", "partials/hand_ins_table.html"]
)
def test_a_number_says_what_it_is_of(name: str) -> None:
    text = (TEMPLATES / name).read_text()
    assert "desk-stack" in text
    assert not BARE.findall(text)
