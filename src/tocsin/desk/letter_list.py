"""Finds letters of a campaign, newest first, a screenful at a time, however many there are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from tocsin.actions.models import Letter
from tocsin.actions.newest import first_number, newest_letters
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Kind, Message, State

if TYPE_CHECKING:
    from django.http import QueryDict

A_SCREENFUL = 50
# What carries a letter to its target.
WAYS = {"itself": _("By itself"), "digest": _("In a digest"), "hand_in": _("Handed in")}
OWN_WORDS = {"yes": _("Their own"), "no": _("The campaign's")}
# Numbers are given in the order of time, but for transactions that ran side by side.
SIDE_BY_SIDE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the desk asks for: only letters like this. Whatever is no such thing is left out."""

    state: str = ""
    language: str = ""
    target: int | None = None
    own: str = ""
    way: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def asked_by(cls, query: QueryDict) -> Self:
        state, own, way = query.get("state", ""), query.get("own", ""), query.get("way", "")
        return cls(
            state=state if state in State.values else "",
            language=query.get("language", "")[:10],
            target=a_number(query.get("target")),
            own=own if own in OWN_WORDS else "",
            way=way if way in WAYS else "",
            since=a_day(query.get("since", "")),
            until=a_day(query.get("until", "")),
        )

    @property
    def anything(self) -> bool:
        return any(value for _key, value in self.pairs())

    def query(self) -> str:
        """The same wish as the end of an address."""
        return urlencode([(key, str(value)) for key, value in self.pairs() if value])

    def pairs(self) -> list[tuple[str, str | int | date | None]]:
        return [(field.name, getattr(self, field.name)) for field in fields(self)]


@dataclass(frozen=True, slots=True)
class Screenful:
    """Letters with where to go on: `older` and `newer` are message numbers, or None at an end."""

    letters: list[Letter]
    older: int | None
    newer: int | None


def recent_letters(campaign: Campaign, most: int) -> list[Letter]:
    return _by_number(newest_letters(most, campaign=campaign.pk))


def screenful(campaign: Campaign, wanted: Wanted, query: QueryDict) -> Screenful:
    """By key, not by counting: the ten-thousandth letter is as near as the first, and nothing is counted."""
    older, newer = a_number(query.get("older")), a_number(query.get("newer"))
    rows = _rows(campaign, wanted, older, newer)
    more = len(rows) > A_SCREENFUL
    if newer is not None:
        rows = rows[-A_SCREENFUL:]
        return Screenful(rows, _last(rows), _first(rows) if more else None)
    rows = rows[:A_SCREENFUL]
    return Screenful(rows, _last(rows) if more else None, _first(rows) if older is not None else None)


def _rows(campaign: Campaign, wanted: Wanted, older: int | None, newer: int | None) -> list[Letter]:
    """One more than a screenful, if there is one, the newest first."""
    if wanted == Wanted(state=wanted.state, target=wanted.target):  # what the outbox's indexes lead to
        return _by_number(
            newest_letters(
                A_SCREENFUL + 1,
                campaign=campaign.pk,
                target=wanted.target,
                state=wanted.state,
                below=older if newer is None else None,
                above=newer,
            )
        )
    found = for_a_list(letters_like(campaign, wanted))
    if newer is not None:
        return list(found.filter(message_id__gt=newer).order_by("message_id")[: A_SCREENFUL + 1])[::-1]
    if older is not None:
        found = found.filter(message_id__lt=older)
    return list(found.order_by("-message_id")[: A_SCREENFUL + 1])


def _by_number(messages: list[int]) -> list[Letter]:
    return list(for_a_list(Letter.objects.filter(message__in=messages)).order_by("-message_id"))


def letters_like(campaign: Campaign, wanted: Wanted) -> QuerySet[Letter]:
    """All letters of a campaign that are like this, in no order."""
    found = Letter.objects.filter(message__campaign_ref=campaign.pk, message__kind=Kind.LETTER)
    if wanted.state:
        found = found.filter(message__state=wanted.state)
    if wanted.language:
        found = found.filter(action__edition__language=wanted.language)
    if wanted.target:
        found = found.filter(target=wanted.target)
    if wanted.own:
        found = found.filter(own_words=wanted.own == "yes")
    return _written_between(_carried(found, wanted.way), wanted.since, wanted.until)


def _carried(found: QuerySet[Letter], way: str) -> QuerySet[Letter]:
    if way == "digest":
        return found.filter(message__carrier__isnull=False)
    if way == "hand_in":
        return found.filter(hand_in__isnull=False)
    return found.filter(message__carrier=None, hand_in=None) if way else found


def _written_between(found: QuerySet[Letter], since: date | None, until: date | None) -> QuerySet[Letter]:
    """Whole days of the staff's time zone. The numbers of messages grow with time, so the database need not look at
    those far outside: where a day begins among a million is found in twenty small steps."""
    if since:
        begins = midnight(since)
        found = found.filter(message__created_at__gte=begins, message_id__gte=_number_at(begins - SIDE_BY_SIDE))
    if until:
        ends = midnight(until + timedelta(days=1))
        found = found.filter(message__created_at__lt=ends, message_id__lte=_number_at(ends + SIDE_BY_SIDE))
    return found


def _number_at(moment: datetime) -> int:
    return first_number(Message.objects.all(), "created_at", moment)


def for_a_list(found: QuerySet[Letter]) -> QuerySet[Letter]:
    """Only what a list shows: nothing sealed and no edition's words are read."""
    return found.select_related("message", "target", "action__edition").only(
        "own_words",
        "target__name",
        "action__campaign",
        "action__edition__language",
        "message__state",
        "message__state_since",
        "message__attempts",
        "message__last_words",
    )


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def a_day(text: str) -> date | None:
    """A day of our own time, or None: also for one that no calendar has."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def a_number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None


def _first(letters: list[Letter]) -> int | None:
    return letters[0].message_id if letters else None


def _last(letters: list[Letter]) -> int | None:
    return letters[-1].message_id if letters else None
