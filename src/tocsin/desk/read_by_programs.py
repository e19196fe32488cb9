"""Which programs read lists that a person may stand in, as far as the audit log tells: for the person (L9)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tocsin.actions.models import Action
from tocsin.desk.their_mails import Cell, Table
from tocsin.staff.models import AuditLine
from tocsin.supporters.models import Supporter

# The numbers of a person's rows in ascending order, by the list and by the campaign it was narrowed to, if it was.
type Rows = Mapping[tuple[str, int | None], list[int]]


def read_by_programs(supporter: Supporter | None, actions: Iterable[Action]) -> Table:
    """Of each program, when it first and last read a part of a list that goes past them, and how often. A line of the
    log names the first and the last row that were read: what was asked for may have left out who stands between."""
    theirs = _rows_of(supporter, actions)
    read: dict[str, list[datetime]] = defaultdict(list)
    for line in _lines():
        if _goes_past(theirs.get((line.about, line.campaign_ref), []), line.details):
            read[line.who_name].append(line.at)
    columns = {"program": _("Program"), "first": _("First"), "last": _("Last"), "times": _("How often")}
    rows: list[list[Cell]] = [[name, min(when), max(when), len(when)] for name, when in sorted(read.items())]
    return Table("read_by_programs", _("Programs that read lists in which you may stand"), columns, rows)


def _rows_of(supporter: Supporter | None, actions: Iterable[Action]) -> Rows:
    found: dict[tuple[str, int | None], set[int]] = defaultdict(set)
    for action in actions:
        for campaign in (None, action.campaign_id):
            found["actions", campaign].add(action.pk)
            if supporter:
                found["supporters", campaign].add(supporter.pk)
    if supporter:
        found["supporters", None].add(supporter.pk)
        for pk, campaign in supporter.consents.values_list("pk", "campaign_ref"):
            found["consents", None].add(pk)
            found["consents", campaign].add(pk)
    return {key: sorted(pks) for key, pks in found.items()}


def _lines() -> Iterator[AuditLine]:
    lines = AuditLine.objects.filter(kind="people", what="api_people_read")
    return lines.only("who_name", "about", "campaign_ref", "details", "at").iterator()


def _goes_past(rows: list[int], details: Mapping[str, Any]) -> bool:
    """A read that found nothing went past nobody."""
    first, last = details.get("from", 0), details.get("to", 0)
    place = bisect_left(rows, first)
    return place < len(rows) and rows[place] <= last
