"""Writes targets as a table that the import of targets reads again: the same columns, whole, in a steady order.

A spreadsheet opens it: it begins with a byte order mark, and a cell that would be reckoned as a formula has an
apostrophe before it, which the import takes away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.db.models import QuerySet

from tocsin.campaigns.import_file import cell_of
from tocsin.campaigns.import_plan import standing
from tocsin.campaigns.import_rows import ONLY_OF_NEW_ONES
from tocsin.campaigns.models import Target
from tocsin.lib.csvlines import BEGIN_A_FORMULA, BYTE_ORDER_MARK

# The field of each column, by the name that its first row says. The import understands these names (a test holds it).
COLUMNS: dict[str, str] = {
    "Name": "name",
    "Email": "email",
    "Email 2": "other_email",
    "Language": "language",
    "Gender": "gender",
    "Office kind": "office_kind",
    "Riding": "division_name",
    "Division": "division",
    "Match": "match",
    "Party": "party",
    **{
        f"{word.capitalize()} {language.upper()}": f"{word}_{language}"
        for language in ("en", "fr")
        for word in ("style", "person", "office", "organisation", "salutation")
    },
    "Phone": "phone",
    "Postal address": "postal_address",
    "Mode": "mode",
    "Per hour by day": "per_hour_by_day",
    "Per hour by night": "per_hour_by_night",
    "Time zone": "time_zone",
    "Status": "status",
    "ID": "external_id",
}
# What a telephone number and the address of nothing begin with, too: those are no formulas, and stay as they are.
HARMLESS_NUMBER = frozenset("0123456789 ().-/")


def target_table(targets: Iterable[tuple[Target, str]]) -> bytes:
    """Each target with the answer that leads to it; empty where there is none."""
    rows = sorted([_row(target, match) for target, match in targets])
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows([list(COLUMNS), *rows] if rows else [])
    return (BYTE_ORDER_MARK + file.getvalue()).encode() if rows else b""


def with_words(targets: QuerySet[Target]) -> QuerySet[Target]:
    return targets.prefetch_related("in_words")


def _row(target: Target, match: str) -> list[str]:
    said = {name.replace(".", "/"): value for name, value in standing(target).items()}
    said["other_email"] = said["other_emails"]
    said["match"] = match
    said |= {name: str(getattr(target, name)) for name in ONLY_OF_NEW_ONES}
    return [_protected(cell_of(said.get(_spelled(field), ""))) for field in COLUMNS.values()]


def _spelled(field: str) -> str:
    """“en/office” for office_en."""
    word, _line, language = field.rpartition("_")
    return f"{language}/{word}" if language in {"en", "fr"} else field


def _protected(cell: str) -> str:
    """With an apostrophe where a spreadsheet would reckon, or where one stood that the import would take away."""
    begins = cell.lstrip("'")[:1] in BEGIN_A_FORMULA and cell != ""
    is_number = cell[:1] in {"+", "-"} and set(cell[1:]) <= HARMLESS_NUMBER
    return f"'{cell}" if begins and not is_number else cell
