"""When the last waiting mail leaves, at the pace of an office."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tocsin.outbox.leaving import last_leaves, leaves_by
from tocsin.outbox.pace import Flow, Pace

MONDAY_AT_NINE = datetime(2026, 6, 15, 9, tzinfo=UTC)
OFFICE = Pace(20, 5, "UTC")


@pytest.mark.parametrize(
    ("waiting", "after"),
    [
        (0, timedelta()),
        (20, timedelta(hours=1)),
        (180, timedelta(hours=9)),  # until 18 h
        (185, timedelta(hours=10)),  # and five in the first hour of the night
        (250, timedelta(hours=23)),  # 70 by night, until 8 h
        (20 * 50 + 5 * 118, timedelta(weeks=1)),
        (100 * (20 * 50 + 5 * 118), timedelta(weeks=100)),
    ],
)
def test_it_works(waiting: int, after: timedelta) -> None:
    end = leaves_by(waiting, OFFICE, MONDAY_AT_NINE)
    assert end is not None
    assert abs(end - (MONDAY_AT_NINE + after)) < timedelta(seconds=1)


def test_without_a_limit_all_leave_at_once_or_when_the_day_begins() -> None:
    assert leaves_by(10**6, Pace(None, 5, "UTC"), MONDAY_AT_NINE) == MONDAY_AT_NINE
    saturday = datetime(2026, 6, 13, 12, tzinfo=UTC)
    assert leaves_by(10**6, Pace(None, 0, "UTC"), saturday) == datetime(2026, 6, 15, 8, tzinfo=UTC)


def test_what_never_leaves_has_no_end() -> None:
    assert leaves_by(1, Pace(0, 0, "UTC"), MONDAY_AT_NINE) is None
    assert leaves_by(10**9, Pace(1, 1, "UTC"), MONDAY_AT_NINE) is None


HOUR = timedelta(hours=1)
JUST_TAKEN = Flow(1, 1, "UTC", 0.0, MONDAY_AT_NINE, MONDAY_AT_NINE + HOUR)


@pytest.mark.parametrize("minutes", [0, 20, 59])
@pytest.mark.parametrize("waiting", [1, 3])
def test_an_end_does_not_move_while_nothing_is_added(waiting: int, minutes: int) -> None:
    end = last_leaves([(waiting, JUST_TAKEN)], MONDAY_AT_NINE + timedelta(minutes=minutes))
    assert end is not None
    assert abs(end - (MONDAY_AT_NINE + waiting * HOUR)) < timedelta(seconds=1)


def test_what_is_in_the_bucket_leaves_at_once_and_nothing_before_it_is_ready() -> None:
    full = replace(JUST_TAKEN, tokens=1.0, ready_at=MONDAY_AT_NINE)
    assert last_leaves([(1, full)], MONDAY_AT_NINE) == MONDAY_AT_NINE
    late = replace(full, ready_at=MONDAY_AT_NINE + 2 * HOUR)
    assert last_leaves([(1, full), (1, late)], MONDAY_AT_NINE) == late.ready_at


def test_where_nothing_leaves_by_night_the_first_leaves_in_the_morning() -> None:
    night = MONDAY_AT_NINE + 11 * HOUR
    closed = Flow(1, 0, "UTC", 1.0, night, night)
    assert last_leaves([(1, closed)], night) == datetime(2026, 6, 16, 8, tzinfo=UTC)
    assert last_leaves([(1, replace(closed, per_hour_by_day=0))], night) is None
    assert last_leaves([], night) is None
