"""What an answer means: done, again after so long, given up; and whether it is the endpoint that ails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.outbox.calls.request import Answer
from tocsin.outbox.calls.verdict import (
    FAILING_FOR,
    LEAST_SETBACKS,
    MOST_REST,
    SETBACKS_APART,
    WAITS,
    Fate,
    failed_long_enough,
    is_another_setback,
    judge,
    rest_after,
)

pytestmark = pytest.mark.once
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_it_works(status: int) -> None:
    assert judge(Answer(status), 1).fate is Fate.DONE


@pytest.mark.parametrize(
    ("status", "ails"),
    [
        *((status, True) for status in (None, 100, 301, 302, 307, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504)),
        *((status, False) for status in (400, 409, 413, 415, 422)),
    ],
)
def test_every_other_answer_is_tried_again(status: int | None, ails: bool) -> None:  # noqa: FBT001
    verdict = judge(Answer(status), 1)
    assert (verdict.fate, verdict.ails, verdict.gone) == (Fate.AGAIN, ails, False)


def test_the_attempts_come_to_an_end() -> None:
    assert [judge(Answer(500), number).fate for number in range(1, len(WAITS) + 2)] == [
        *[Fate.AGAIN] * len(WAITS),
        Fate.GIVEN_UP,
    ]


def test_gone_is_gone() -> None:
    assert judge(Answer(410), 1).gone
    assert judge(Answer(410), 1).fate is Fate.GIVEN_UP


def test_an_endpoint_that_fails_is_left_alone_for_longer_and_longer() -> None:
    rests = [rest_after(failures, None).total_seconds() for failures in (1, 2, 3, 4, 5, 99)]
    assert rests == [5, 10, 20, 40, 60, 60]
    assert rest_after(1, timedelta(hours=1)) == timedelta(hours=1)
    assert rest_after(1, timedelta(days=40)) == timedelta(days=1)
    assert rest_after(9, timedelta(seconds=1)) == MOST_REST


def test_days_of_nothing_else_are_long_enough() -> None:
    assert not failed_long_enough(None, 0, NOON)
    assert not failed_long_enough(NOON - FAILING_FOR + timedelta(seconds=1), 99, NOON)
    assert not failed_long_enough(NOON - 2 * FAILING_FOR, LEAST_SETBACKS - 1, NOON)
    assert failed_long_enough(NOON - FAILING_FOR, LEAST_SETBACKS, NOON)


def test_failures_of_the_same_hours_are_one_setback() -> None:
    assert is_another_setback(None, NOON)
    assert not is_another_setback(NOON - SETBACKS_APART + timedelta(seconds=1), NOON)
    assert is_another_setback(NOON - SETBACKS_APART, NOON)
