"""How fast mails may leave for one receiver: a token bucket whose rate follows the receiver's office hours. Pure.

Tokens flow in at the rate of the hour, and each mail takes one. A bucket that is empty says when it is worth asking
again (`ready_at`), so that until then it costs nothing. That moment is drawn up to a quarter earlier or later, which
the debt it leaves in the bucket makes up for: mails leave at uneven times and, over the day, at the exact rate.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

DAY_BEGINS, DAY_ENDS = time(8), time(18)
MONDAY_TO_FRIDAY = 5
SECONDS_OF_BURST = 5
JITTER = 0.25
# A receiver without a limit that asked for patience is given this many mails an hour meanwhile.
SLOW_PER_HOUR = 1800
NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Pace:
    """How many mails an hour a target's office is sent, by day and by night in its own time zone. None: no limit."""

    per_hour_by_day: int | None
    per_hour_by_night: int | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A bucket as the arithmetic sees it."""

    per_hour_by_day: int | None
    per_hour_by_night: int | None
    time_zone: str
    tokens: float
    filled_at: datetime
    ready_at: datetime
    slow_until: datetime | None = None


def is_day(now: datetime, time_zone: str) -> bool:
    """Monday to Friday, from 8 to 18 h, where the receiver is."""
    local = now.astimezone(_zone(time_zone))
    return local.weekday() < MONDAY_TO_FRIDAY and DAY_BEGINS <= local.time() < DAY_ENDS


def next_change(now: datetime, time_zone: str) -> datetime:
    """When day becomes night there, or night the next working day."""
    local = now.astimezone(_zone(time_zone))
    if is_day(now, time_zone):
        return _at(local, DAY_ENDS)
    morning = local if local.time() < DAY_BEGINS else local + timedelta(days=1)
    while morning.weekday() >= MONDAY_TO_FRIDAY:
        morning += timedelta(days=1)
    return _at(morning, DAY_BEGINS)


def per_hour(flow: Flow, now: datetime) -> float | None:
    """How many mails an hour may leave just now; None for no limit."""
    rate = flow.per_hour_by_day if is_day(now, flow.time_zone) else flow.per_hour_by_night
    if not (flow.slow_until and now < flow.slow_until):
        return rate
    return SLOW_PER_HOUR if rate is None else rate / 2


def allowed(flow: Flow, now: datetime) -> int:
    """How many may leave at once. Whoever comes at `ready_at` gets one, although jitter may have called early."""
    rate = per_hour(flow, now)
    if rate is None:
        return NO_LIMIT
    if now < flow.ready_at or rate <= 0:
        return 0
    return floor(_refilled(flow, now, rate) + JITTER + 0.001)


def in_bucket(flow: Flow, at: datetime) -> float:
    """How many tokens are there at that moment if none is taken until then; below nothing where it owes some."""
    return _refilled(flow, at, per_hour(flow, at) or 0)


def after_taking(flow: Flow, taken: int, now: datetime) -> Flow:
    """The bucket once so many have left. It may owe some: what a person waits for goes first, in debt."""
    rate = per_hour(flow, now)
    if rate is None:
        return flow
    change = next_change(now, flow.time_zone)
    if rate <= 0:
        return replace(flow, tokens=1.0, filled_at=now, ready_at=change)
    left = _refilled(flow, now, rate) - taken
    wait = (max(0.0, 1 - left) + random.uniform(-JITTER, JITTER)) * 3600 / rate  # noqa: S311  (no secret)
    # Never beyond the change of the hour: the night's slow rate must not reach into the morning.
    ready_at = now + timedelta(seconds=min(max(0.0, wait), 10**7))
    return replace(flow, tokens=left, filled_at=now, ready_at=min(ready_at, change))


def _refilled(flow: Flow, now: datetime, rate: float) -> float:
    # A little more than a whole token, or what a late moment brings in would be lost each time.
    most = max(1.0, rate * SECONDS_OF_BURST / 3600) + 2 * JITTER
    elapsed = max(0.0, (now - flow.filled_at).total_seconds())
    return min(most, flow.tokens + elapsed * rate / 3600)


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _at(local: datetime, moment: time) -> datetime:
    return datetime.combine(local.date(), moment, local.tzinfo)
