"""Reads the roll-ups for one picture after the other: of one campaign or of several, in a span, in one language or all.

Nothing here looks at an action, a letter or a reader: ten million of them are some thousand rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.utils.functional import cached_property

from tocsin.actions.models import HourOfActions, HourOfLetters, HourOfPlace, HourOfViews
from tocsin.actions.rollup import WHOLE
from tocsin.campaigns.models import Campaign, CounterEntry, Tally
from tocsin.desk.spans import Span

# A place with fewer people than this is named and not numbered.
FEW = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for. `language` is empty for all."""

    campaigns: list[int]
    span: Span
    language: str = ""

    def within(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        found = self.of_language(rows.filter(hour__gte=self.span.begins, hour__lt=self.span.ends))
        return found.filter(campaign__in=self.campaigns).order_by()

    def of_language(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.filter(language=self.language) if self.language else rows


@dataclass(slots=True)
class OverTime:
    """Numbers at each place of a span."""

    people: list[int]
    own_words: list[int]
    views: list[int]
    # When the first view of all was counted: before it, nobody knows how many there were.
    views_since: datetime | None = None

    @property
    def acted(self) -> int:
        return sum(self.people)

    @property
    def wrote_own(self) -> int:
        return sum(self.own_words)

    @property
    def viewed(self) -> int:
        return sum(self.views)


def over_time(scope: Scope) -> OverTime:
    places = len(scope.span.starts)
    found = OverTime([0] * places, [0] * places, [0] * places)
    actions = scope.within(HourOfActions.objects.all()).values_list("hour")
    for hour, people, own in actions.annotate(people=Sum("people"), own=Sum("own_words")):
        place = scope.span.place_of(hour)
        found.people[place] += people
        found.own_words[place] += own
    for hour, views in scope.within(HourOfViews.objects.all()).values_list("hour").annotate(views=Sum("views")):
        found.views[scope.span.place_of(hour)] += views
    found.views_since = HourOfViews.objects.filter(campaign__in=scope.campaigns).aggregate(first=Min("hour"))["first"]
    return found


def acted_since_views(scope: Scope, seen: OverTime) -> int:
    """Actions of the hours from which on views are counted: the rest cannot be set against any."""
    if seen.views_since is None:
        return 0
    if seen.views_since <= scope.span.begins:
        return seen.acted
    return _people(scope.within(HourOfActions.objects.filter(hour__gte=seen.views_since)))


@dataclass(frozen=True, slots=True)
class Shares:
    """Sums of a span by language and source."""

    people: Counter[tuple[str, str]]
    own_words: Counter[tuple[str, str]]
    views: Counter[tuple[str, str]]

    def by_source(self) -> Counter[str]:
        return _summed(self.people, 1)

    def views_by_source(self) -> Counter[str]:
        return _summed(self.views, 1)

    def by_language(self) -> dict[str, tuple[int, int, int]]:
        """People, with their own words, page views."""
        sums = [_summed(numbers, 0) for numbers in (self.people, self.own_words, self.views)]
        return {
            language: (sums[0][language], sums[1][language], sums[2][language]) for language in {*sums[0], *sums[2]}
        }


def shares(scope: Scope) -> Shares:
    """One pass over the actions and one over the views, for all pictures of shares together."""
    found = Shares(Counter(), Counter(), Counter())
    actions = scope.within(HourOfActions.objects.all()).values_list("language", "source")
    for language, source, people, own in actions.annotate(people=Sum("people"), own=Sum("own_words")):
        found.people[language, source], found.own_words[language, source] = people, own
    views = scope.within(HourOfViews.objects.all()).values_list("language", "source")
    for language, source, number in views.annotate(number=Sum("views")):
        found.views[language, source] = number
    return found


@dataclass
class InScope:
    """What pictures are made of: each part is read once, and only if a picture asks for it."""

    scope: Scope

    @cached_property
    def seen(self) -> OverTime:
        return over_time(self.scope)

    @cached_property
    def shares(self) -> Shares:
        return shares(self.scope)


def _summed(numbers: Counter[tuple[str, str]], part: int) -> Counter[str]:
    sums = Counter[str]()
    for key, number in numbers.items():
        if number > 0:
            sums[key[part]] += number
    return sums


def places(campaigns: list[int], kind: str) -> Counter[str]:
    """Of the whole campaign, whatever the span and the language: two pictures side by side tell of nobody."""
    rows = HourOfPlace.objects.filter(campaign__in=campaigns, kind=kind, hour=WHOLE).order_by()
    return Counter({place: number for place, number in rows.values_list("place").annotate(Sum("people")) if number > 0})


def letters(scope: Scope) -> dict[str, list[int]]:
    """By fate, at each place of the span."""
    found: dict[str, list[int]] = defaultdict(lambda: [0] * len(scope.span.starts))
    rows = scope.within(HourOfLetters.objects.all()).values_list("fate", "hour")
    for fate, hour, number in rows.annotate(number=Sum("letters")):
        found[fate][scope.span.place_of(hour)] += number
    return dict(found)


def grown(scope: Scope, people: list[int]) -> list[int]:
    """The number as it stood at the end of each place. In all languages together, the ledger is in it."""
    steps, begins = list(people), _before(scope, sum(people))
    if not scope.language:
        for at, number in _ledger(scope.campaigns):
            if at < scope.span.begins:
                begins += number
            elif at < scope.span.ends:
                steps[scope.span.place_of(at)] += number
    return [max(0, number) for number in list(accumulate(steps, initial=begins))[1:]]


def _before(scope: Scope, within: int) -> int:
    """People who acted before the span. Of all languages it is what is left of the tally: years need no adding up."""
    rows = scope.of_language(HourOfActions.objects.filter(campaign__in=scope.campaigns))
    if scope.language:
        return _people(rows.filter(hour__lt=scope.span.begins))
    tallies = Tally.objects.filter(campaign__in=scope.campaigns).aggregate(counted=Sum("counted"))["counted"] or 0
    return tallies - within - _people(rows.filter(hour__gte=scope.span.ends))


def _people(rows: QuerySet[HourOfActions]) -> int:
    return rows.order_by().aggregate(people=Sum("people"))["people"] or 0


def _ledger(campaigns: list[int]) -> Iterable[tuple[datetime, int]]:
    return (
        CounterEntry.objects.counted()
        .filter(campaign__in=campaigns)
        .order_by("entered_at")
        .values_list("entered_at", "people")
    )


def first_hour(campaigns: list[int]) -> datetime | None:
    """Of the first action, or of the first view where that was earlier."""
    hours = [
        rows.objects.filter(campaign__in=campaigns).aggregate(first=Min("hour"))["first"]
        for rows in (HourOfActions, HourOfViews)
    ]
    return min((hour for hour in hours if hour), default=None)


def tallied(campaign: Campaign) -> int:
    return Tally.objects.filter(campaign=campaign).values_list("counted", flat=True).first() or 0
