"""When the last of so many waiting mails will have left, at the pace of one receiver's office hours. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tocsin.outbox.pace import Flow, Pace, in_bucket, is_day, next_change

DAY_HOURS_OF_A_WEEK, NIGHT_HOURS_OF_A_WEEK = 50, 118
MOST_WEEKS = 52 * 50


def last_leaves(queues: Iterable[tuple[int, Flow]], at: datetime) -> datetime | None:
    """When the last of several queues has left, if they may leave from `at` on; None where one never does.

    What flowed into a bucket since its last mail counts: otherwise the moment would move on with the clock. Of each
    pace the queue that lacks most tokens is enough, and no queue ends before its bucket is ready.
    """
    lacking: dict[Pace, float] = {}
    ends: list[datetime | None] = []
    for waiting, flow in queues:
        pace = Pace(flow.per_hour_by_day, flow.per_hour_by_night, flow.time_zone)
        lacking[pace] = max(waiting - in_bucket(flow, at), lacking.get(pace, 0.0))
        ends.append(flow.ready_at)
    ends += [leaves_by(tokens, pace, _opens(pace, at)) for pace, tokens in lacking.items()]
    return max((end for end in ends if end), default=None) if all(ends) else None


def _opens(pace: Pace, at: datetime) -> datetime:
    """From when on it takes any."""
    now = pace.per_hour_by_day if is_day(at, pace.time_zone) else pace.per_hour_by_night
    return next_change(at, pace.time_zone) if now == 0 else at


def leaves_by(waiting: float, pace: Pace, now: datetime) -> datetime | None:
    """That moment; None if it would never come, or in no lifetime."""
    left, at = float(waiting), now
    if (weekly := _in_a_week(pace)) is not None:
        weeks = int(left // weekly) if weekly else MOST_WEEKS
        if weeks >= MOST_WEEKS:
            return None
        left, at = left - weeks * weekly, now + timedelta(weeks=weeks)
    while True:
        rate = pace.per_hour_by_day if is_day(at, pace.time_zone) else pace.per_hour_by_night
        if rate is None or left <= 0:
            return at
        change = next_change(at, pace.time_zone)
        leaving = rate * (change - at).total_seconds() / 3600
        if left <= leaving:
            return at + timedelta(hours=left / rate)
        left, at = left - leaving, change


def _in_a_week(pace: Pace) -> int | None:
    """How many mails leave in any week; None where there is no limit in some of its hours."""
    if pace.per_hour_by_day is None or pace.per_hour_by_night is None:
        return None
    return pace.per_hour_by_day * DAY_HOURS_OF_A_WEEK + pace.per_hour_by_night * NIGHT_HOURS_OF_A_WEEK
