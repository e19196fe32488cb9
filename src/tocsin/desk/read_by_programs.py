"""Which programs read a person, or lists that they may stand in, as far as the audit log tells: for the person (L9)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from tocsin.actions.models import Action
from tocsin.desk.their_mails import Cell, Table
from tocsin.staff.models import AuditLine
from tocsin.supporters.models import Supporter

READ = "api_people_read"
ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Place:
    """Where somebody stands in a list: the numbers of their rows, and since when at the earliest."""

    rows: set[int] = field(default_factory=set)
    since: datetime = ALWAYS


# By the list, and by the campaign that it was narrowed to, if it was.
type Places = Mapping[tuple[str, int | None], Place]


def read_by_programs(supporter: Supporter | None, actions: Iterable[Action]) -> Table:
    """Of each program, when it first and last read them, or a part of a list that goes past them, and how often. A line
    of the log names the first and the last row that were read: what was asked for may have left out who stands
    between."""
    read: dict[str, list[datetime]] = defaultdict(list)
    for name, at in _readings(_places_of(supporter, actions), supporter.pk if supporter else 0):
        read[name].append(at)
    columns = {"program": _("Program"), "first": _("First"), "last": _("Last"), "times": _("How often")}
    rows: list[list[Cell]] = [[name, min(when), max(when), len(when)] for name, when in sorted(read.items())]
    return Table("read_by_programs", _("Programs that read lists in which you may stand"), columns, rows)


def _places_of(supporter: Supporter | None, actions: Iterable[Action]) -> Places:
    found: dict[tuple[str, int | None], Place] = defaultdict(Place)
    if supporter:
        found["supporters", None].rows.add(supporter.pk)
        for pk, campaign in supporter.consents.values_list("pk", "campaign_ref"):
            found["consents", None].rows.add(pk)
            found["consents", campaign].rows.add(pk)
    for action in sorted(actions, key=lambda one: one.accepted_at, reverse=True):
        found["actions", None].rows.add(action.pk)
        found["actions", action.campaign_id].rows.add(action.pk)
        if supporter:  # their number may be years older than what they did there
            found["supporters", action.campaign_id] = Place({supporter.pk}, action.accepted_at)
    return found


def _readings(places: Places, supporter: int) -> Iterator[tuple[str, datetime]]:
    alone = f"supporter:{supporter}"
    sorted_rows = {key: sorted(place.rows) for key, place in places.items()}
    lines = AuditLine.objects.filter(kind="people", what=READ, about__in={alone, *(about for about, _in in places)})
    columns = lines.exclude(details__rows=0).values_list("who_name", "at", "about", "campaign_ref", "details")
    for name, at, about, campaign, details in columns.iterator():
        key = (about, campaign)
        if about == alone or (
            key in places and at >= places[key].since and _goes_past(sorted_rows[key], details["from"], details["to"])
        ):
            yield name, at


def _goes_past(rows: list[int], first: int, last: int) -> bool:
    place = bisect_left(rows, first)
    return place < len(rows) and rows[place] <= last
