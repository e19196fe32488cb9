"""The stretch of time that pictures show, cut into hours, days or weeks of a campaign's own time zone.

A day is from midnight to midnight where the campaign is: on two days of the year it has 23 or 25 hours.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.template.defaultfilters import date as written
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from tocsin.desk.templatetags.desk import day as a_day

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RANGES: dict[str, Promise] = {
    "24h": _("24 hours"),
    "7d": _("7 days"),
    "30d": _("30 days"),
    "all": _("All"),
}
DAYS = {"7d": 7, "30d": 30}
USUAL = "7d"
# Hours are told apart for about a week, days for about a year: more bars than that nobody can see.
MOST_DAYS_BY_HOUR, MOST_DAYS_BY_DAY, USUAL_DAYS_BY_DAY = 8, 400, 184
STEPS: dict[str, Promise] = {"hour": _("by hour"), "day": _("by day"), "week": _("by week")}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `problem` says what cannot be read in it; then the usual is shown."""

    range: str = USUAL
    step: str = ""
    since: date | None = None
    until: date | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Places on the time line: the moment each begins, and where the last one ends."""

    range: str
    step: str
    starts: list[datetime]
    ends: datetime
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        return self.starts[0]

    def place_of(self, moment: datetime) -> int:
        """The place that a moment or an hour belongs to; the caller asks only for those within."""
        return bisect_right(self.starts, moment) - 1

    def holds(self, moment: datetime) -> bool:
        return self.begins <= moment < self.ends

    def far_along(self, moment: datetime) -> float:
        """From 0 at the beginning to 1 at the end, as the places are drawn: each as wide as any other."""
        place = self.place_of(moment)
        start = self.starts[place]
        end = self.starts[place + 1] if place + 1 < len(self.starts) else self.ends
        return (place + (moment - start) / (end - start)) / len(self.starts)

    def short(self, place: int) -> str:
        """For below a picture."""
        at = self.starts[place].astimezone(self.zone)
        return at.strftime("%H:%M") if self.step == "hour" and self.one_day else short_day(at.date())

    def long(self, place: int) -> str:
        """For a table: also the two hours of an autumn night that a clock shows twice are told apart."""
        at = self.starts[place].astimezone(self.zone)
        return f"{a_day(at.date())}, {at:%H:%M %Z}" if self.step == "hour" else a_day(at.date())

    @property
    def one_day(self) -> bool:
        return self.ends - self.begins <= DAY + HOUR

    @property
    def first_day(self) -> date:
        return self.begins.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        return (self.ends - timedelta(seconds=1)).astimezone(self.zone).date()

    @property
    def steps(self) -> list[str]:
        """Into which this can be cut."""
        return steps_for((self.last_day - self.first_day).days + 1)


def short_day(day: date) -> str:
    return str(written(day, pgettext("a day without its year, in Django's date format", "j M")))


def asked_by(query: QueryDict) -> Asked:
    name, step = query.get("range", ""), query.get("step", "")
    step = step if step in STEPS else ""
    if name != "days":
        return Asked(name if name in RANGES else USUAL, step)
    since, until = (_day(query.get(key, "")) for key in ("since", "until"))
    if since is None or until is None:
        return Asked(step=step, since=since, until=until, problem=str(NO_DAY))
    if since > until:
        return Asked(step=step, since=since, until=until, problem=str(WRONG_WAY_ROUND))
    return Asked("days", step, since, until)


NO_DAY = _("Choose both days, each from the calendar or written like 2026-11-23.")
WRONG_WAY_ROUND = _("The first day is after the last. Choose them the other way round.")


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def span_of(asked: Asked, zone: ZoneInfo, *, first: datetime | None = None) -> Span:
    """`first` is when the first thing happened that there is to show."""
    now = timezone.now()
    if asked.range == "24h":
        ends = _hour(now) + HOUR
        return Span("24h", "hour", [ends - HOUR * number for number in range(24, 0, -1)], ends, zone)
    today = now.astimezone(zone).date()
    since, until = _days(asked, today, min(first or now, now).astimezone(zone).date())
    return between(since, until, zone, asked.range, asked.step)


def _days(asked: Asked, today: date, first: date) -> tuple[date, date]:
    if asked.range == "days" and asked.since and asked.until:
        return asked.since, min(asked.until, asked.since + timedelta(days=3660))
    if asked.range == "all":
        return first, today
    return today - timedelta(days=DAYS[asked.range] - 1), today


def between(since: date, until: date, zone: ZoneInfo, name: str, step: str) -> Span:
    days = (until - since).days + 1
    allowed = steps_for(days)
    step = step if step in allowed else usual_step(days)
    ends = _midnight(until + DAY, zone)
    return Span(name, step, _starts(since, until, zone, step), ends, zone)


def steps_for(days: int) -> list[str]:
    found = ["hour"] if days <= MOST_DAYS_BY_HOUR else []
    found += ["day"] if 1 < days <= MOST_DAYS_BY_DAY else []
    return found + (["week"] if days > 13 else [])


def usual_step(days: int) -> str:
    return "hour" if days < 3 else "day" if days <= USUAL_DAYS_BY_DAY else "week"


def _starts(since: date, until: date, zone: ZoneInfo, step: str) -> list[datetime]:
    if step == "hour":
        first, last = _midnight(since, zone), _midnight(until + DAY, zone)
        return [first + HOUR * number for number in range(round((last - first) / HOUR))]
    days = 7 if step == "week" else 1
    return [_midnight(since + timedelta(days=number), zone) for number in range(0, (until - since).days + 1, days)]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
