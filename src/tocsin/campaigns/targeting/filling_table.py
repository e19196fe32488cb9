"""Fills a table of postal codes from a file of any length, without stopping anybody else's work.

Rows come in batches, each a short transaction of its own: a million rows at once would keep SQLite's one writer, and
with it everybody who signs, waiting. A file of the desk fills a table of its own, which is used once it is whole; the
command fills the one that is in use. There, what the file no longer has is removed last, so that at every moment a code
is found in its old division, its new one, or both, and never in none.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import batched

from django.utils.translation import gettext as _

from tocsin.campaigns.models import PostalDivision, TableDivision
from tocsin.campaigns.targeting.names import is_division, plain_name
from tocsin.campaigns.targeting.tables import know_divisions
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code

A_BATCH = 2_000
MOST_PROBLEMS = 20
COLUMNS = {
    "postal_code": ("postal_code", "postalcode", "postal", "code_postal"),
    "division": ("division", "ocd_id", "ocdid"),
    "name": ("name", "division_name", "riding", "nom", "circonscription"),
}

# A postal code, the division that it lies in, and what that is called.
type Line = tuple[str, str, str]


class NoTable(ValueError):
    """The file has not the columns that it needs."""


class WrongLine(ValueError):
    """This row says of no postal code where it lies. Its text is a sentence for whoever mends the file."""


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
        before = len(seen)
        # Numbers instead of texts: a million of them are 60 MB.
        seen.update(map(hash, store(batch, table=table)))
        filled.stored += len(seen) - before
    if filled.stored and not filled.wrong and not keep:
        filled.removed = _remove_others(table, seen)
    know_divisions(table)
    return filled


def store(lines: Iterable[Line], *, table: str) -> set[tuple[str, str]]:
    """Some thousand lines in one statement; which codes lie in which divisions by them. Safe to do twice."""
    rows = {(code, division): name for code, division, name in lines}
    PostalDivision.objects.bulk_create(
        [
            PostalDivision(table=table, postal_code=code, division=division, name=name)
            for (code, division), name in rows.items()
        ],
        update_conflicts=True,
        unique_fields=["table", "postal_code", "division"],
        update_fields=["name"],
    )
    return set(rows)


def empty_table(table: str, *, tell: Callable[[int], object] = lambda _removed: None) -> int:
    """Removes all lines of a table, some thousand at once; how many."""
    removed, lines = 0, PostalDivision.objects.filter(table=table)
    while some := list(lines.values_list("pk", flat=True)[:A_BATCH]):
        removed += PostalDivision.objects.filter(pk__in=some).delete()[0]
        tell(removed)
    TableDivision.objects.filter(table=table).delete()
    return removed


def read_line(row: list[str], at: Mapping[str, int], country: str) -> Line:
    """What a row says. Raises WrongLine."""
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in at.items()}
    try:
        code = read_postal_code(cells["postal_code"], country)
    except NotAPostalCode:
        said = _("“%(code)s” is no postal code of this country.") % {"code": cells["postal_code"][:40]}
        raise WrongLine(said) from None
    if not is_division(cells["division"]):
        said = _("“%(division)s” is no division like ocd-division/country:ca/ed:35075-2023.")
        raise WrongLine(said % {"division": cells["division"][:80]})
    return code, cells["division"], cells.get("name", "")[:160]


def columns_in(header: list[str]) -> dict[str, int]:
    """Where each column stands. Raises NoTable."""
    plain = [plain_name(name) for name in header]
    at = {
        column: next(plain.index(plain_name(name)) for name in names if plain_name(name) in plain)
        for column, names in COLUMNS.items()
        if any(plain_name(name) in plain for name in names)
    }
    if not {"postal_code", "division"} <= set(at):
        raise NoTable
    return at


def _rows(lines: Iterable[str], country: str, filled: Filled) -> Iterator[Line]:
    reader = csv.reader(lines)
    at = columns_in(next(reader, []))
    for row in reader:
        if not any(row):
            continue
        try:
            yield read_line(row, at, country)
        except WrongLine:
            filled.note(reader.line_num, ",".join(row))


def _remove_others(table: str, seen: set[int]) -> int:
    lines = PostalDivision.objects.filter(table=table).values_list("pk", "postal_code", "division")
    others = [pk for pk, code, division in lines.iterator(10_000) if hash((code, division)) not in seen]
    for batch in batched(others, A_BATCH):
        PostalDivision.objects.filter(pk__in=batch).delete()
    return len(others)
