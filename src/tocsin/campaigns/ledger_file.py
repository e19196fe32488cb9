"""Reads a table of signature sheets: how many people, on which day, on which sheet. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

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


def read_sheets(data: bytes) -> list[Sheet]:
    """Every row. Raises CannotBeRead where a column that is needed is missing, or it is no table."""
    table = read_table(data)
    places = {
        name: at for at, column in enumerate(table.columns) for name, known in COLUMNS.items() if _bare(column) in known
    }
    if missing := [name for name in COLUMNS if name not in places]:
        raise CannotBeRead(_missing(missing[0]))
    return [
        _sheet(number, row[places["people"]], row[places["day"]], row[places["reason"]])
        for number, row in enumerate(table.rows, start=2)
    ]


def _missing(name: str) -> str:
    return {
        "people": _("No column says how many people. Name one “people” in the first row."),
        "day": _("No column says on which day. Name one “date” in the first row, and write 2026-11-30."),
        "reason": _("No column says which sheet it is. Name one “sheet” in the first row: everybody can read it."),
    }[name]


def _sheet(row: int, people: str, day: str, reason: str) -> Sheet:
    number, when = _number(people), _day(day)
    if number is None:
        return Sheet(row, wrong=_("“%(text)s” is no number of people.") % {"text": people[:40]})
    if when is None:
        return Sheet(row, wrong=_("“%(text)s” is no day up to today. Write it like 2026-11-30.") % {"text": day[:40]})
    if not reason.strip():
        return Sheet(row, wrong=_("It does not say which sheet it is."))
    return Sheet(row, number, when, reason.strip()[:LONGEST_REASON])


def _number(text: str) -> int | None:
    """A whole number above nothing, with or without blanks between thousands. A sheet takes nothing back."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) and 0 < int(digits) <= MOST_PEOPLE else None


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return day if day <= timezone.localdate() else None


def _bare(column: str) -> str:
    """“Counted on” and “COUNTED-ON 2” are one name."""
    return re.sub(r"\d", "", plain_name(column))
