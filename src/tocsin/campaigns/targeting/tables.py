"""Which table of postal codes is in use, and what is known of each: its divisions, its numbers, its differences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, Max, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from tocsin.campaigns.models import DEFAULT_TABLE, PostalDivision, PostalTable, TableDivision

# Canada has 343 federal ridings and some 700 provincial ones.
MOST_DIVISIONS = 20_000
AT_ONCE = 500


def the_used() -> Coalesce:
    """The name of the table that is in use, as part of a question to the database; "" where none is.

    The command's own is in use while it is filled for the first time: then the desk does not know it yet. Once it does,
    its row says whether it is used, so that it can be taken back like any other."""
    used = PostalTable.objects.filter(state=PostalTable.State.USED).values("name")[:1]
    known = Exists(PostalTable.objects.filter(name=DEFAULT_TABLE))
    return Coalesce(Subquery(used), Case(When(known, then=Value("")), default=Value(DEFAULT_TABLE)))


def used_table() -> str:
    """The same, asked now."""
    used = PostalTable.objects.filter(state=PostalTable.State.USED).values_list("name", flat=True).first()
    if used is None and not PostalTable.objects.filter(name=DEFAULT_TABLE).exists():
        return DEFAULT_TABLE
    return used or ""


def lines_of(table: str = "") -> QuerySet[PostalDivision]:
    """The lines of a table, or of the one that is in use."""
    return PostalDivision.objects.filter(table=table or the_used())


def nothing_to_look_up_in() -> bool:
    """Whether the table that is in use is empty, or there is none: then nobody can say where a postal code lies."""
    return not lines_of().exists()


def names_of(divisions: Collection[str]) -> dict[str, str]:
    """What divisions are called, as far as tables say; the one that is in use says last, and so it counts."""
    rows = TableDivision.objects.filter(division__in=divisions).exclude(name="").order_by("pk")
    names = dict(rows.values_list("division", "name"))
    return names | dict(rows.filter(table=the_used()).values_list("division", "name"))


def know_divisions(table: str) -> None:
    """Writes down which divisions a table has, once it is filled."""
    rows = lines_of(table).order_by().values_list("division").annotate(Max("name"), Count("pk"))
    found = [
        TableDivision(table=table, division=division, name=name, codes=codes)
        for division, name, codes in rows[:MOST_DIVISIONS]
    ]
    with transaction.atomic():
        TableDivision.objects.filter(table=table).delete()
        TableDivision.objects.bulk_create(found, batch_size=AT_ONCE)


def counted(table: str, *, tell: Callable[[], object] = lambda: None) -> dict[str, int]:
    """How many lines, codes, and codes in several divisions a table has, and how many divisions."""
    codes = lines_of(table).order_by().values("postal_code")
    several = codes.annotate(divisions=Count("pk")).filter(divisions__gt=1)
    divisions = TableDivision.objects.filter(table=table)
    return _answers(
        {
            "lines": lines_of(table).count,
            "codes": codes.distinct().count,
            "several": several.count,
            "divisions": divisions.count,
        },
        tell,
    )


def compared(table: str, before: str, *, tell: Callable[[], object] = lambda: None) -> dict[str, int]:
    """How many codes a table has more than another, lacks, and has elsewhere."""
    ours, theirs = lines_of(table), lines_of(before)
    known_there, known_here = _same_code(theirs), _same_code(ours)
    there_too = Exists(theirs.filter(postal_code=OuterRef("postal_code"), division=OuterRef("division")))
    return _answers(
        {
            "added": _codes(ours.filter(~known_there)).count,
            "gone": _codes(theirs.filter(~known_here)).count,
            "moved": _codes(ours.filter(known_there, ~there_too)).count,
        },
        tell,
    )


def _answers(questions: Mapping[str, Callable[[], int]], tell: Callable[[], object]) -> dict[str, int]:
    """With a word after each: on a slow disk, each takes its time among a million lines."""
    found = dict[str, int]()
    for name, ask in questions.items():
        found[name] = ask()
        tell()
    return found


def _same_code(lines: QuerySet[PostalDivision]) -> Exists:
    return Exists(lines.filter(postal_code=OuterRef("postal_code")))


def _codes(lines: QuerySet[PostalDivision]) -> QuerySet[PostalDivision, Any]:
    return lines.order_by().values("postal_code").distinct()
