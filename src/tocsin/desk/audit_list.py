"""Finds lines of the audit log, newest first, a screenful at a time, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from django.db.models import QuerySet

from tocsin.actions.lists.wanted import day, midnight, number
from tocsin.actions.newest import SIDE_BY_SIDE, first_number
from tocsin.desk.audit_words import Shown, shown
from tocsin.desk.journal import Kind
from tocsin.staff.models import AuditLine

if TYPE_CHECKING:
    from django.http import QueryDict

A_SCREENFUL = 50
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: only lines like this. Whatever is no such thing is left out."""

    who: int | None = None
    campaign: int | None = None
    kind: str = ""
    since: date | None = None
    until: date | None = None

    @classmethod
    def asked_by(cls, query: QueryDict) -> Self:
        kind = query.get("kind", "")
        return cls(
            who=number(query.get("who")),
            campaign=number(query.get("campaign")),
            kind=kind if kind in Kind.values else "",
            since=day(query.get("since", "")),
            until=day(query.get("until", "")),
        )

    @property
    def anything(self) -> bool:
        return self != type(self)()

    def query(self) -> str:
        """The same wish as the end of an address."""
        pairs = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return urlencode([(name, str(value)) for name, value in pairs if value])

    def lines(self) -> QuerySet[AuditLine]:
        asked = {"who": self.who, "campaign_ref": self.campaign, "kind": self.kind}
        found = AuditLine.objects.filter(**{name: value for name, value in asked.items() if value})
        return _between(found, self.since, self.until)


def _between(found: QuerySet[AuditLine], since: date | None, until: date | None) -> QuerySet[AuditLine]:
    """Whole days of the staff's time zone, found by number: numbers grow with time."""
    if since:
        begins = midnight(since)
        found = found.filter(at__gte=begins, pk__gte=first_number(AuditLine.objects.all(), "at", begins - SIDE_BY_SIDE))
    if until:
        ends = midnight(until + timedelta(days=1))
        found = found.filter(at__lt=ends, pk__lt=first_number(AuditLine.objects.all(), "at", ends + SIDE_BY_SIDE))
    return found


@dataclass(frozen=True, slots=True)
class Screenful:
    """Lines with where to go on: numbers, or None at an end."""

    lines: list[Shown]
    older: int | None
    newer: int | None


def screenful(wanted: Wanted, query: QueryDict) -> Screenful:
    """By key, not by counting."""
    older, newer = number(query.get("older")), number(query.get("newer"))
    rows = _rows(wanted.lines(), older, newer)
    more = len(rows) > A_SCREENFUL
    if newer is not None:
        rows = rows[-A_SCREENFUL:]
        return Screenful(shown(rows), _end(rows, -1), _end(rows, 0) if more else None)
    rows = rows[:A_SCREENFUL]
    return Screenful(shown(rows), _end(rows, -1) if more else None, _end(rows, 0) if older is not None else None)


def _rows(found: QuerySet[AuditLine], older: int | None, newer: int | None) -> list[AuditLine]:
    """One more than a screenful, if there is one, the newest first."""
    if newer is not None:
        return list(found.filter(pk__gt=newer).order_by("pk")[: A_SCREENFUL + 1])[::-1]
    if older is not None:
        found = found.filter(pk__lt=older)
    return list(found.order_by("-pk")[: A_SCREENFUL + 1])


def _end(lines: list[AuditLine], which: int) -> int | None:
    return lines[which].pk if lines else None


def every_line(wanted: Wanted) -> Iterator[AuditLine]:
    """For an export: oldest first, by key, so that nothing is held open while somebody downloads slowly."""
    found, last = wanted.lines().order_by("pk"), 0
    while some := list(found.filter(pk__gt=last)[:AT_ONCE]):
        yield from some
        last = some[-1].pk
