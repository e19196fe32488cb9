"""What a target's numbers cost: each is read from an index, or starts where there is least to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.desk.conftest import Write
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.target_numbers import by_state, days_taken, targets_with_fates
from tocsin.outbox.models import Delivery, State

# PostgreSQL's plan for three rows says nothing.
pytestmark = pytest.mark.once
COVERED = "SEARCH outbox_message USING COVERING INDEX outbox_by_target (target_ref=?)"


def _plans(read: Callable[[], Any], what: str) -> list[str]:
    """How SQLite goes about each query that has this in it."""
    with CaptureQueriesContext(connection) as asked:
        read()
    with connection.cursor() as cursor:
        plans = []
        for query in [one["sql"] for one in asked.captured_queries if what in one["sql"]]:
            cursor.execute(f"EXPLAIN QUERY PLAN {query}".replace("%", "%%"))
            plans.append(" | ".join(str(row[3]) for row in cursor.fetchall()))
    return plans


def test_the_fates_of_a_target_are_counted_without_reading_a_message(
    campaign: Campaign, target: Target, write: Write
) -> None:
    write()
    for of in (None, campaign):
        assert _plans(partial(by_state, target, of), "COUNT") == [COVERED]


def test_the_fates_of_a_campaign_by_target_are_too(campaign: Campaign, write: Write) -> None:
    write()
    (plan,) = _plans(lambda: targets_with_fates(campaign), "COUNT")
    assert plan.startswith(COVERED)


def test_another_campaigns_letters_to_a_target_are_not_counted(
    campaign: Campaign, target: Target, write: Write
) -> None:
    write()
    other = Campaign.objects.create(name="Other", slug="other")
    other.targets.add(target)
    (ours,), (theirs,) = targets_with_fates(campaign), targets_with_fates(other)
    assert [row.letters for row in ours.fates.rows if row.state == State.SENT] == [1]
    assert not sum(row.letters for row in theirs.fates.rows)


@pytest.mark.parametrize("of_one_campaign", [True, False])
def test_days_are_counted_from_the_fewer(
    campaign: Campaign, target: Target, write: Write, *, of_one_campaign: bool
) -> None:
    """From the attempts of these days where they are fewer than the letters of all years; else from the letters."""
    of, today = campaign if of_one_campaign else None, timezone.localdate()
    letters = [write() for _ in range(3)]
    Delivery.objects.update(started_at=timezone.now(), finished_at=timezone.now())
    (from_letters,) = _plans(lambda: days_taken(target, of, since=today), "GROUP BY")
    assert from_letters.startswith(COVERED)
    long_ago = timezone.now() - timedelta(days=90)
    Delivery.objects.exclude(message=letters[-1].message).update(started_at=long_ago, finished_at=long_ago)
    (from_attempts,) = _plans(lambda: days_taken(target, of, since=today), "GROUP BY")
    assert from_attempts.startswith("SEARCH outbox_delivery USING INTEGER PRIMARY KEY (rowid>?)")
    assert "SEARCH outbox_message USING INTEGER PRIMARY KEY (rowid=?)" in from_attempts
    assert [day.letters for day in days_taken(target, of, since=today)] == [1]
