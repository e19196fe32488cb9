"""Makes the roll-ups of an hour from its rows, however often: for what was there before they were kept, and as proof.

The rows of an hour are opened before anything is locked. Below the lock of the tally only this is asked: are they still
the same ones? If not (somebody invalidated one meanwhile), the hour is read again. So no worker waits for an hour of a
hundred thousand, and on SQLite no signer does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from tocsin.actions.cells import Cell, bounded
from tocsin.actions.hours import HourOfActions, HourOfPlace
from tocsin.actions.models import Action
from tocsin.actions.newest import first_number
from tocsin.actions.rollup import MOST_SOURCES, Place, cell_of, look_inside, write_places
from tocsin.actions.states import IN_THE_TALLY, State
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Tally
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

HOUR = timedelta(hours=1)
# Numbers are given in the order of time, but for transactions that ran side by side.
SIDE_BY_SIDE = timedelta(minutes=10)
MOST_TRIES = 4
FIELDS = ("campaign_id", "edition_id", "accepted_at", "source", "division", "state", "sealed", "email_digest")
type Key = tuple[str, str]


class Rows(NamedTuple):
    """Which rows an hour has: any step of any of them changes this."""

    many: int
    numbers: int
    with_riding: int


@dataclass(slots=True)
class Sums:
    """The roll-ups of one campaign's hour. `unreadable` rows have nothing to say of words and places any more."""

    people: Counter[Key] = field(default_factory=Counter)
    own_words: Counter[Key] = field(default_factory=Counter)
    places: Counter[Key] = field(default_factory=Counter)
    unreadable: int = 0

    def by_language(self) -> dict[str, tuple[int, int]]:
        """What must agree to the last person; which sources have a sum of their own may change."""
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for (language, source), people in self.people.items():
            found[language][0] += people
            found[language][1] += self.own_words[language, source]
        return {language: (people, own) for language, (people, own) in found.items() if people or own}


class Window(NamedTuple):
    """An hour, and the numbers that its actions can have."""

    hour: datetime
    first: int
    last: int

    def rows(self) -> QuerySet[Action]:
        return Action.objects.filter(
            pk__gte=self.first,
            pk__lte=self.last,
            accepted_at__gte=self.hour,
            accepted_at__lt=self.hour + HOUR,
            state__in=IN_THE_TALLY,
        )


def window_of(hour: datetime) -> Window:
    first = first_number(Action.objects.all(), "accepted_at", hour - SIDE_BY_SIDE)
    return Window(hour, first, first_number(Action.objects.all(), "accepted_at", hour + HOUR + SIDE_BY_SIDE))


def make_hour(hour: datetime) -> Counter[int]:
    """Makes an hour of every campaign anew; by campaign, 1 where what was there did not agree with the rows, else 0."""
    window = window_of(hour)
    campaigns = set(window.rows().order_by().values_list("campaign", flat=True).distinct())
    campaigns |= set(HourOfActions.objects.filter(hour=hour).values_list("campaign", flat=True))
    return Counter({campaign: int(_make(campaign, window)) for campaign in sorted(campaigns)})


def _make(campaign: int, window: Window) -> bool:
    mine = window.rows().filter(campaign=campaign)
    for _ in range(MOST_TRIES):
        seen = _rows(mine)
        found = _summed(mine)
        with transaction.atomic():
            Tally.locked(campaign)
            if _rows(mine) == seen:
                return _written(campaign, window.hour, found)
    return False  # it changes all the time; the next night looks again


def _rows(mine: QuerySet[Action]) -> Rows:
    found = mine.order_by().aggregate(many=Count("pk"), numbers=Sum("pk"), ridings=Count("pk", filter=HAS_RIDING))
    return Rows(found["many"], found["numbers"] or 0, found["ridings"])


HAS_RIDING = Q(state=State.FOLLOWED) & ~Q(division="")


def _summed(mine: QuerySet[Action]) -> Sums:
    sums = Sums()
    for action in mine.only(*FIELDS).iterator(chunk_size=500):
        cell = cell_of(action.campaign_id, action.edition_id, action.accepted_at, action.source)
        sums.people[cell.language, cell.source] += 1
        _look_inside(action, sums, (cell.language, cell.source))
        if action.state == State.FOLLOWED and action.division:
            sums.places[HourOfPlace.Kind.RIDING.value, action.division] += 1
    return sums


def _look_inside(action: Action, sums: Sums, key: Key) -> None:
    try:
        inside = look_inside(vault().open(action.sealed, action_context(action.email_digest)))
    except CannotOpen:
        sums.unreadable += 1
        return
    sums.own_words[key] += inside.own_words
    if inside.province:
        sums.places[HourOfPlace.Kind.PROVINCE.value, inside.province] += 1


def _written(campaign: int, hour: datetime, found: Sums) -> bool:
    """Writes what is not there as it should be; whether people, own words or places were wrong."""
    there = _there(campaign, hour)
    wanted = _bounded(campaign, hour, found)
    if found.unreadable:  # who was erased is counted on; what was known of their words and place is kept as a number
        wanted.own_words, wanted.places = there.own_words, there.places
    if (wanted.people, wanted.own_words, wanted.places) == (there.people, there.own_words, there.places):
        return False
    _replace(campaign, hour, wanted, there)
    return wanted.by_language() != there.by_language() or wanted.places != there.places


def _there(campaign: int, hour: datetime) -> Sums:
    sums = Sums()
    rows = HourOfActions.objects.filter(campaign=campaign, hour=hour)
    for language, source, people, own in rows.values_list("language", "source", "people", "own_words"):
        if people or own:
            sums.people[language, source], sums.own_words[language, source] = people, own
    places = HourOfPlace.objects.filter(campaign=campaign, hour=hour).exclude(people=0)
    sums.places.update({(kind, place): people for kind, place, people in places.values_list("kind", "place", "people")})
    return sums


def _bounded(campaign: int, hour: datetime, found: Sums) -> Sums:
    """With the most frequent sources of each language apart, and the rest as one."""
    people = {Cell(campaign, hour, *key): number for key, number in found.people.items()}
    wanted = Sums(places=found.places)
    for cell, named in bounded(people, {}, MOST_SOURCES).items():
        key = (named.language, named.source)
        wanted.people[key] += people[cell]
        wanted.own_words[key] += found.own_words[cell.language, cell.source]
    return wanted


def _replace(campaign: int, hour: datetime, wanted: Sums, there: Sums) -> None:
    HourOfActions.objects.filter(campaign=campaign, hour=hour).delete()
    HourOfActions.objects.bulk_create(
        HourOfActions(
            campaign_id=campaign,
            hour=hour,
            language=key[0],
            source=key[1],
            people=people,
            own_words=wanted.own_words[key],
        )
        for key, people in wanted.people.items()
    )
    differ = {key: wanted.places[key] - there.places[key] for key in {*wanted.places, *there.places}}
    write_places({Place(campaign, *key, hour): number for key, number in differ.items()})


def clear_between(hour: datetime, later: datetime) -> None:
    """Takes away what stands in hours, between these two, in which nobody acted at all."""
    HourOfActions.objects.filter(hour__gt=hour, hour__lt=later).delete()
    places = HourOfPlace.objects.filter(hour__gt=hour, hour__lt=later).exclude(people=0)
    rows = places.values_list("campaign_id", "kind", "place", "hour", "people")
    write_places({Place(pk, kind, place, at): -people for pk, kind, place, at, people in rows})
