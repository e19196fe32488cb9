"""Adds actions to the hours they were accepted in, in the transaction that counts them. (decisions/0026)

`count.py` calls this below the lock of the campaign's tally, which whoever makes an hour again (fold.py) takes too: so
nothing is added while an hour is being made, and nothing is added twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tocsin.actions.cells import Cell, bounded, known_sources
from tocsin.actions.hours import HourOfActions, HourOfPlace
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.campaigns.editions import frozen
from tocsin.lib import sql
from tocsin.lib.provinces import province_of
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.sources import source_name
from tocsin.lib.vault import vault

# For each hour and language. Who floods a campaign with invented sources fills these and no table.
MOST_SOURCES = 25
# Of places, the sum of all hours stands in this one: a picture of ridings reads some hundred rows.
WHOLE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Inside:
    """All that is told of what a person sent: whether the words are their own, and their province."""

    own_words: bool = False
    province: str = ""


class Step(NamedTuple):
    """An action that enters the tally (1) or leaves it (-1), and the state it was in."""

    action_id: int
    adds: int
    was: State


class Place(NamedTuple):
    campaign_id: int
    kind: str
    place: str
    hour: datetime


def look_inside(act: Mapping[str, Any]) -> Inside:
    return Inside(bool(act.get("own_words")), province_of(act))


def opened(sealed: bytes | memoryview, digest: bytes | memoryview) -> Inside:
    """What is told of an action that was sealed with a key that is not here is nothing."""
    try:
        return look_inside(vault().open(sealed, action_context(digest)))
    except CannotOpen:
        return Inside()


def hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def cell_of(campaign_id: int, edition_id: int, accepted_at: datetime, source: Mapping[str, str]) -> Cell:
    return Cell(campaign_id, hour_of(accepted_at), frozen(edition_id).language, source_name(source))


def add_to_hours(steps: Sequence[Step], inside: Mapping[int, Inside]) -> None:
    """Adds and takes away; `inside` spares opening those that the caller has opened already."""
    people, own, places = Counter[Cell](), Counter[Cell](), Counter[Place]()
    seen_too = {**_opened_now([step.action_id for step in steps if step.action_id not in inside]), **inside}
    rows = _rows(steps)
    for number, adds, was in steps:
        *of, division = rows[number]
        cell, seen = cell_of(*of), seen_too[number]
        people[cell] += adds
        own[cell] += adds * seen.own_words
        if seen.province:
            places[Place(cell.campaign_id, HourOfPlace.Kind.PROVINCE.value, seen.province, cell.hour)] += adds
        if was == State.FOLLOWED and division:
            places[Place(cell.campaign_id, HourOfPlace.Kind.RIDING.value, division, cell.hour)] += adds
    if people:
        _write_actions(people, own)
        write_places(places)


def add_riding(action: Action, division: str) -> None:
    """Whose riding was found. Called where its letters are stored, once for each action, below the tally's lock."""
    hour = hour_of(action.accepted_at)
    write_places(Counter({Place(action.campaign_id, HourOfPlace.Kind.RIDING.value, division, hour): 1}))


def _rows(steps: Sequence[Step]) -> dict[int, tuple[Any, ...]]:
    """As tuples: making an object of each cost more than all the rest."""
    found = Action.objects.filter(pk__in=[step.action_id for step in steps]).order_by()
    rows = found.values_list("pk", "campaign_id", "edition_id", "accepted_at", "source", "division")
    return {number: of for number, *of in rows}  # type: ignore[misc]


def _opened_now(numbers: Sequence[int]) -> dict[int, Inside]:
    if not numbers:
        return {}
    rows = Action.objects.filter(pk__in=numbers).values_list("pk", "sealed", "email_digest")
    return {number: opened(sealed, digest) for number, sealed, digest in rows}


def _write_actions(people: Counter[Cell], own: Counter[Cell]) -> None:
    named = bounded(people, known_sources(HourOfActions.objects.all(), people), MOST_SOURCES)
    sums: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for cell, number in people.items():
        sums[named[cell]][0] += number
        sums[named[cell]][1] += own[cell]
    keys = ("campaign_id", "hour", "language", "source")
    rows = [(*cell, *numbers) for cell, numbers in sorted(sums.items()) if any(numbers)]
    sql.add_up(HourOfActions._meta.db_table, keys, ("people", "own_words"), rows)


def write_places(places: Mapping[Place, int]) -> None:
    """To their hours and to the whole, in one statement, so that the whole is always the sum."""
    sums = Counter(places)
    for place, number in places.items():
        sums[place._replace(hour=WHOLE)] += number
    rows = [(*place, number) for place, number in sorted(sums.items()) if number]
    sql.add_up(HourOfPlace._meta.db_table, ("campaign_id", "kind", "place", "hour"), ("people",), rows)
