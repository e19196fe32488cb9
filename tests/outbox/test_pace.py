"""Pace: day and night where the receiver is, and a bucket that keeps to its rate over any stretch of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tocsin.outbox.pace import NO_LIMIT, SLOW_PER_HOUR, Flow, after_taking, allowed, is_day, next_change, per_hour

OTTAWA = "America/Toronto"
MONDAY_NOON = datetime(2026, 6, 15, 16, tzinfo=UTC)  # 12 h in Ottawa


def flow(by_day: int | None = 20, by_night: int | None = 5, at: datetime = MONDAY_NOON) -> Flow:
    return Flow(by_day, by_night, OTTAWA, 1.0, at, at)


@pytest.mark.parametrize(
    ("local", "day"),
    [
        ("2026-06-15T07:59", False),
        ("2026-06-15T08:00", True),
        ("2026-06-15T17:59", True),
        ("2026-06-15T18:00", False),
        ("2026-06-20T12:00", False),  # a Saturday
        ("2026-06-21T12:00", False),
    ],
)
def test_day_is_office_hours_where_the_receiver_is(local: str, *, day: bool) -> None:
    moment = datetime.fromisoformat(f"{local}-04:00")
    assert is_day(moment, OTTAWA) is day
    assert is_day(moment + timedelta(hours=3), "America/Vancouver") is day


@pytest.mark.parametrize(
    ("local", "change"),
    [
        ("2026-06-15T12:00-04:00", "2026-06-15T18:00-04:00"),
        ("2026-06-15T03:00-04:00", "2026-06-15T08:00-04:00"),
        ("2026-06-19T18:00-04:00", "2026-06-22T08:00-04:00"),  # Friday evening to Monday morning
        ("2026-06-20T05:00-04:00", "2026-06-22T08:00-04:00"),
        ("2026-10-30T20:00-04:00", "2026-11-02T08:00-05:00"),  # the clocks change in between
    ],
)
def test_the_next_change_of_the_hour(local: str, change: str) -> None:
    assert next_change(datetime.fromisoformat(local), OTTAWA) == datetime.fromisoformat(change)


def test_no_limit_takes_nothing() -> None:
    free = flow(None, None)
    assert allowed(free, MONDAY_NOON) == NO_LIMIT
    assert after_taking(free, 1000, MONDAY_NOON) == free


def test_a_slow_receiver_gets_half_for_a_while() -> None:
    slow = replace(flow(), slow_until=MONDAY_NOON + timedelta(minutes=1))
    assert per_hour(slow, MONDAY_NOON) == 10
    assert per_hour(slow, MONDAY_NOON + timedelta(minutes=2)) == 20
    assert per_hour(replace(slow, per_hour_by_day=None), MONDAY_NOON) == SLOW_PER_HOUR


def test_nothing_by_night_waits_for_the_morning() -> None:
    night = datetime(2026, 6, 16, 2, tzinfo=UTC)  # 22 h in Ottawa
    still = after_taking(flow(20, 0, night), 0, night)
    assert still.ready_at == datetime(2026, 6, 16, 12, tzinfo=UTC)
    assert allowed(still, night) == 0
    assert allowed(still, still.ready_at) == 1


def test_the_nights_slow_rate_does_not_reach_into_the_morning() -> None:
    before_eight = datetime(2026, 6, 15, 11, 58, tzinfo=UTC)
    after = after_taking(flow(20, 1, before_eight), 1, before_eight)
    assert after.ready_at == datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(("rate", "hours"), [(20, 5), (3600, 1)])
def test_over_hours_the_rate_is_exact_and_the_intervals_are_not(rate: int, hours: int) -> None:
    bucket, moments = flow(rate, rate), []
    while bucket.ready_at < MONDAY_NOON + timedelta(hours=hours):
        now = bucket.ready_at
        number = allowed(bucket, now)
        assert number >= 1
        moments += [now] * number
        bucket = after_taking(bucket, number, now)
    assert abs(len(moments) - rate * hours) <= 2
    gaps = {(then - now).total_seconds() for now, then in pairwise(moments)}
    assert len(gaps) > 10
    assert max(gaps) < 3600 / rate * 2


def test_a_long_rest_leaves_only_a_small_burst() -> None:
    assert allowed(flow(20), MONDAY_NOON + timedelta(hours=3)) == 1
    assert allowed(flow(3600), MONDAY_NOON + timedelta(hours=3)) == 5
