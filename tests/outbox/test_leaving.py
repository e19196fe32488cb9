"""When the last waiting mail leaves, at the pace of an office."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.outbox.leaving import leaves_by
from tocsin.outbox.pace import Pace

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
