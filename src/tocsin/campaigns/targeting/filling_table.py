"""Fills the table of postal codes from a file of any length, without stopping anybody else's work.

Rows come in batches, each a short transaction of its own: a million rows at once would keep SQLite's one writer, and
with it everybody who signs, waiting. What the file no longer has is removed last, so that at every moment a code is
found in its old division, its new one, or both, and never in none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import batched

from tocsin.campaigns.models import PostalDivision
from tocsin.campaigns.targeting.names import is_division, plain_name
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code

A_BATCH = 2_000
MOST_PROBLEMS = 20
COLUMNS = {
    "postal_code": ("postal_code", "postalcode", "postal", "code_postal"),
    "division": ("division", "ocd_id", "ocdid"),
    "name": ("name", "division_name", "riding", "nom", "circonscription"),
}


class NoTable(ValueError):
    """The file has not the columns that it needs."""


@dataclass(slots=True)
class Filled:
    """What came of it. `problems` are (line, what stands there), the first of them; with any, nothing is removed."""

    stored: int = 0
    removed: int = 0
    wrong: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def note(self, line: int, text: str) -> None:
        self.wrong += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append((line, text[:80]))


def fill_table(lines: Iterable[str], *, table: str, country: str = "CA", keep: bool = False) -> Filled:
    """Stores every line of the file, then removes what it no longer has, unless `keep`. Raises NoTable."""
    filled, seen = Filled(), set[int]()
    for batch in batched(_rows(lines, country, filled), A_BATCH):
        rows = {(code, division): name for code, division, name in batch}
        PostalDivision.objects.bulk_create(
            [
                PostalDivision(table=table, postal_code=code, division=division, name=name)
                for (code, division), name in rows.items()
            ],
            update_conflicts=True,
            unique_fields=["table", "postal_code", "division"],
            update_fields=["name"],
        )
        before = len(seen)
        # Numbers instead of texts: a million of them are 60 MB.
        seen.update(map(hash, rows))
        filled.stored += len(seen) - before
    if filled.stored and not filled.wrong and not keep:
        filled.removed = _remove_others(table, seen)
    return filled


def _rows(lines: Iterable[str], country: str, filled: Filled) -> Iterator[tuple[str, str, str]]:
    reader = csv.reader(lines)
    at = _columns(next(reader, []))
    for row in reader:
        if not any(row):
            continue
        try:
            yield _row(row, at, country)
        except (NotAPostalCode, IndexError, ValueError):
            filled.note(reader.line_num, ",".join(row))


def _row(row: list[str], at: dict[str, int], country: str) -> tuple[str, str, str]:
    code, division = read_postal_code(row[at["postal_code"]], country), row[at["division"]].strip()
    if not is_division(division):
        raise ValueError
    return code, division, row[at["name"]].strip()[:160] if "name" in at and at["name"] < len(row) else ""


def _columns(header: list[str]) -> dict[str, int]:
    plain = [plain_name(name) for name in header]
    at = {
        column: next(plain.index(plain_name(name)) for name in names if plain_name(name) in plain)
        for column, names in COLUMNS.items()
        if any(plain_name(name) in plain for name in names)
    }
    if not {"postal_code", "division"} <= set(at):
        raise NoTable
    return at


def _remove_others(table: str, seen: set[int]) -> int:
    lines = PostalDivision.objects.filter(table=table).values_list("pk", "postal_code", "division")
    others = [pk for pk, code, division in lines.iterator(10_000) if hash((code, division)) not in seen]
    for batch in batched(others, A_BATCH):
        PostalDivision.objects.filter(pk__in=batch).delete()
    return len(others)
