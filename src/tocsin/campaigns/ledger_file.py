"""Reads a table of signature sheets: how many people, on which day, on which sheet. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.campaigns.import_file import CannotBeRead, read_table
from tocsin.campaigns.targeting.names import plain_name

MOST_PEOPLE = 100_000_000
LONGEST_REASON = 400
COLUMNS = {
    "people": {"people", "number", "signatures", "count", "personnes", "nombre", "signataires"},
    "day": {"date", "day", "jour", "countedon", "le"},
    "reason": {"reason", "sheet", "place", "where", "note", "raison", "feuille", "lieu", "motif", "endroit"},
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One row of the file: a line for the ledger, or what is wrong with it. `row` is its number in the file."""

    row: int
    people: int = 0
    day: date | None = None
    reason: str = ""
    wrong: str = ""

    @property
    def words(self) -> tuple[int, date | None, str]:
        """By which it is known again, in this file and in the ledger."""
        return self.people, self.day, self.reason


def read_sheets(data: bytes) -> list[Sheet]:
    """Every row. Raises CannotBeRead where a column that is needed is missing, or it is no table."""
    table = read_table(data, cut=False)
    places = {
        name: at for at, column in enumerate(table.columns) for name, known in COLUMNS.items() if _bare(column) in known
    }
    if missing := [name for name in COLUMNS if name not in places]:
        raise CannotBeRead(_missing(missing[0]))
    sheets = [
        _too_long(number)
        if any(row[len(table.columns) :])
        else _sheet(number, row[places["people"]], row[places["day"]], row[places["reason"]])
        for number, row in enumerate(table.rows, start=2)
    ]
    return list(_once(sheets))


def _once(sheets: list[Sheet]) -> Iterator[Sheet]:
    """Of rows that say the same, the first is taken."""
    seen = set[tuple[int, date | None, str]]()
    for sheet in sheets:
        if not sheet.wrong and sheet.words in seen:
            said = _("It stands twice in this file and is added once. If it is another sheet, give it another name.")
            yield Sheet(sheet.row, wrong=said)
        else:
            seen.add(sheet.words)
            yield sheet


def a_past_day() -> str:
    """For examples: a day that is taken when somebody follows them, whenever that is."""
    return (timezone.localdate() - timedelta(days=1)).isoformat()


def _missing(name: str) -> str:
    return {
        "people": _("No column says how many people. Name one “people” in the first row."),
        "day": _("No column says on which day. Name one “date” in the first row, and write %(example)s.")
        % {"example": a_past_day()},
        "reason": _("No column says which sheet it is. Name one “sheet” in the first row: everybody can read it."),
    }[name]


def _sheet(row: int, people: str, day: str, reason: str) -> Sheet:
    number, when = _number(people), _day(day)
    if number is None:
        return Sheet(row, wrong=_("“%(text)s” is no number of people.") % {"text": people[:40]})
    if when is None or when > timezone.localdate():
        return Sheet(row, wrong=_no_such_day(day, is_a_day=when is not None))
    if not reason.strip():
        return Sheet(row, wrong=_("It does not say which sheet it is."))
    return Sheet(row, number, when, reason.strip()[:LONGEST_REASON])


def _too_long(row: int) -> Sheet:
    """Cut off, it would lose half of what everybody shall read."""
    said = _("It has more cells than there are columns. Put quotation marks around a cell that has a comma in it.")
    return Sheet(row, wrong=said)


def _no_such_day(text: str, *, is_a_day: bool) -> str:
    said = _("“%(text)s” is no day. Write it like %(example)s.")
    if is_a_day:
        said = _("“%(text)s” lies in the future. Write the day on which people were counted, such as %(example)s.")
    return said % {"text": text[:40], "example": a_past_day()}


def _number(text: str) -> int | None:
    """A whole number above nothing, with or without blanks between thousands. A sheet takes nothing back."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) and 0 < int(digits) <= MOST_PEOPLE else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def _bare(column: str) -> str:
    """“Counted on” and “COUNTED-ON 2” are one name."""
    return re.sub(r"\d", "", plain_name(column))
