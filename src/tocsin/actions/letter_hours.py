"""Rolls up what happened to letters: taken, refused, broken off, come back, answered, by the hour in which it did.

Attempts and events are only ever added, so an hour that is over does not change: each pass makes the hours since the
last anew. An attempt that began before an hour may end in it, but not an hour later.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import CharField, Count, F, Func, QuerySet
from django.utils import timezone

from tocsin.actions.hours import HourOfLetters, RollUpMark
from tocsin.actions.newest import first_number
from tocsin.actions.rollup import hour_of
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Delivery, Event, Kind
from tocsin.outbox.states import State

WALK = "letters"
HOUR = timedelta(hours=1)
# So long it goes on with the past; the next pass goes on from there.
SECONDS_AT_ONCE = 5.0
HOURS_AT_ONCE = 24
ENDS = (State.SENT, State.REFUSED, State.UNCERTAIN)
CAME_LATER = (Event.Kind.BOUNCED, Event.Kind.REPLIED)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
type Key = tuple[int, datetime, str, str]


class InHours(Func):
    """A moment without what is smaller than an hour, “2026-11-23 19”, in UTC: the database's own way, as Django's asks
    Python for every row on SQLite."""

    output_field: ClassVar[CharField[str, str]] = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return super().as_sql(compiler, connection, template="substr(%(expressions)s, 1, 13)")

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return super().as_sql(compiler, connection, template=template)


def roll_up_letters(seconds: float = SECONDS_AT_ONCE) -> int:
    """The hours that it made. Called every minute by the worker; two at once make the same."""
    now, ends = hour_of(timezone.now()), time.monotonic() + seconds
    since, made = _since(now), 0
    while since is not None and since <= now:
        until = min(now + HOUR, since + HOUR * HOURS_AT_ONCE)
        _make(since, until, mark=min(until, now))
        made += round((until - since) / HOUR)
        since = _next_with_anything(until)
        if time.monotonic() > ends:
            break
    return made


def _make(since: datetime, until: datetime, *, mark: datetime) -> None:
    sums = _attempts(since, until) + _events(since, until)
    with transaction.atomic():
        _replace(since, until, sums)
        RollUpMark.objects.update_or_create(walk=WALK, defaults={"at": mark})


def _since(now: datetime) -> datetime | None:
    """Where to go on: an hour before where the last pass ended; at first, where the first attempt began."""
    mark = RollUpMark.objects.filter(walk=WALK).values_list("at", flat=True).first()
    return min(mark, now) - HOUR if mark else _next_with_anything(BEGINNING)


def _next_with_anything(moment: datetime) -> datetime | None:
    """The hour of the next attempt or event from this moment on."""
    found = [
        rows.filter(pk__gte=first_number(rows, field, moment)).order_by("pk").values_list(field, flat=True).first()
        for rows, field in ((Delivery.objects.all(), "started_at"), (Event.objects.all(), "at"))
    ]
    return min((max(moment, hour_of(one)) for one in found if one), default=None)


def _attempts(since: datetime, until: datetime) -> Counter[Key]:
    rows = Delivery.objects.filter(
        pk__gte=first_number(Delivery.objects.all(), "started_at", since - HOUR),
        outcome__in=ENDS,
        finished_at__gte=since,
        finished_at__lt=until,
    )
    return _counted(rows, "finished_at", "outcome")


def _events(since: datetime, until: datetime) -> Counter[Key]:
    rows = Event.objects.filter(
        pk__gte=first_number(Event.objects.all(), "at", since - HOUR), kind__in=CAME_LATER, at__gte=since, at__lt=until
    )
    return _counted(rows, "at", "kind")


def _counted(rows: QuerySet[Any], moment: str, fate: str) -> Counter[Key]:
    """Letters, each once for an hour and a fate, however often a server said so."""
    found = rows.filter(message__kind=Kind.LETTER, message__campaign_ref__isnull=False).order_by()
    asked = found.annotate(hour=InHours(moment), fate=F(fate), language=F("message__letter__action__edition__language"))
    sums = Counter[Key]()
    for campaign, hour, language, what, letters in asked.values_list(
        "message__campaign_ref", "hour", "language", "fate"
    ).annotate(letters=Count("message", distinct=True)):
        at = datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC)
        sums[campaign, at, language or "", what] += letters
    return sums


def _replace(since: datetime, until: datetime, sums: Counter[Key]) -> None:
    there = set(Campaign.objects.filter(pk__in={key[0] for key in sums}).values_list("pk", flat=True))
    HourOfLetters.objects.filter(hour__gte=since, hour__lt=until).delete()
    HourOfLetters.objects.bulk_create(
        [
            HourOfLetters(campaign_id=campaign, hour=hour, language=language, fate=fate, letters=letters)
            for (campaign, hour, language, fate), letters in sums.items()
            if campaign in there
        ],
        ignore_conflicts=True,
    )
