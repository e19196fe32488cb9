"""Which letters of a campaign are meant: what its list and its exports pick by."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from tocsin.actions.lists.wanted import OWN_WORDS, Asked, day, midnight, number
from tocsin.actions.models import Letter
from tocsin.actions.newest import SIDE_BY_SIDE, first_number
from tocsin.lib.sql import is_sqlite
from tocsin.outbox.models import Kind, Message, State

# What carries a letter to its target.
WAYS = {"itself": _("By itself"), "digest": _("In a digest"), "hand_in": _("Handed in")}


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
    def asked_by(cls, query: Asked) -> Self:
        said = {name: str(query.get(name, "") or "") for name in (field.name for field in fields(cls))}
        return cls(
            state=said["state"] if said["state"] in State.values else "",
            language=said["language"].replace("\x00", "")[:10],  # which PostgreSQL keeps in no text
            target=number(said["target"]),
            own=said["own"] if said["own"] in OWN_WORDS else "",
            way=said["way"] if said["way"] in WAYS else "",
            since=day(said["since"]),
            until=day(said["until"]),
        )

    @property
    def anything(self) -> bool:
        return bool(self.as_words())

    def query(self) -> str:
        """The same wish as the end of an address."""
        return urlencode(self.as_words())

    def as_words(self) -> dict[str, str]:
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in said.items() if value}


def letters_like(campaign: int | None, wanted: Wanted) -> QuerySet[Letter]:
    """All letters that are like this, of a campaign or of all, in no order."""
    return Letter.objects.filter(_like(campaign, wanted))


def letters_numbered(first: int, last: int, campaign: int, wanted: Wanted) -> QuerySet[Letter]:
    """Of the letters whose messages have these numbers, those that are like this, in no order.

    SQLite would read every letter of the campaign by its index, and sort them, rather than go through the few that have
    these numbers. So all else that is asked is one condition there, into which it does not look for an index.
    PostgreSQL knows how many rows are like this, and does better with every condition by itself.
    """
    like: Any = _like(campaign, wanted)
    if is_sqlite():
        like = Case(When(like, then=Value(True)), default=Value(False))
    return Letter.objects.filter(like, message_id__gte=first, message_id__lte=last)


def _like(campaign: int | None, wanted: Wanted) -> Q:
    asked: dict[str, Any] = {
        "message__campaign_ref": campaign,
        "message__state": wanted.state,
        "action__edition__language": wanted.language,
        "target": wanted.target,
    }
    found = Q(message__kind=Kind.LETTER, **{name: value for name, value in asked.items() if value})
    if wanted.own:
        found &= Q(own_words=wanted.own == "yes")
    return found & _carried(wanted.way) & _written_between(wanted)


def _carried(way: str) -> Q:
    if way == "digest":
        return Q(message__carrier__isnull=False)
    if way == "hand_in":
        return Q(hand_in__isnull=False)
    return Q(message__carrier=None, hand_in=None) if way else Q()


def numbers_between(wanted: Wanted) -> tuple[int | None, int | None]:
    """Between which numbers the messages of its days lie; None where it names no day. The numbers of messages grow with
    time, so where a day begins among a million is found in twenty small steps."""
    first = _number_at(midnight(wanted.since) - SIDE_BY_SIDE) if wanted.since else None
    last = _number_at(midnight(wanted.until + timedelta(days=1)) + SIDE_BY_SIDE) if wanted.until else None
    return first, last


def _written_between(wanted: Wanted) -> Q:
    """Whole days of the staff's time zone. The database need not look at those far outside."""
    first, last = numbers_between(wanted)
    found = Q()
    if wanted.since:
        found &= Q(message__created_at__gte=midnight(wanted.since), message_id__gte=first)
    if wanted.until:
        ends = midnight(wanted.until + timedelta(days=1))
        found &= Q(message__created_at__lt=ends, message_id__lte=last)
    return found


def _number_at(moment: datetime) -> int:
    return first_number(Message.objects.all(), "created_at", moment)
