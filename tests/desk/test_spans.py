"""Stretches of time: whole days where the campaign is, also on the two nights when its clocks are turned."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.http import QueryDict

from tocsin.desk.spans import Asked, Span, asked_by, between, span_of

TORONTO, ST_JOHNS = ZoneInfo("America/Toronto"), ZoneInfo("America/St_Johns")
pytestmark = pytest.mark.once


def span(query: str = "", *, first: datetime | None = None) -> Span:
    return span_of(asked_by(QueryDict(query)), TORONTO, first=first)


def test_it_works(noon: time_machine.Traveller) -> None:
    week = span("range=7d")
    assert (week.step, len(week.starts)) == ("day", 7)
    assert week.begins == datetime(2026, 6, 9, 4, tzinfo=UTC)
    assert week.ends == datetime(2026, 6, 16, 4, tzinfo=UTC)
    assert week.place_of(datetime(2026, 6, 10, 3, tzinfo=UTC)) == 0
    assert week.place_of(datetime(2026, 6, 10, 4, tzinfo=UTC)) == 1
    assert week.far_along(datetime(2026, 6, 9, 16, tzinfo=UTC)) == pytest.approx(0.5 / 7)


def test_the_last_24_hours_end_with_the_one_that_goes_on(noon: time_machine.Traveller) -> None:
    found = span("range=24h")
    assert (found.step, len(found.starts)) == ("hour", 24)
    assert found.holds(datetime(2026, 6, 15, 12, 59, tzinfo=UTC))
    assert (found.short(0), found.long(0)) == ("09:00", "14 Jun 2026, 09:00 EDT")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_a_day_has_as_many_hours_as_it_has(day: date, hours: int) -> None:
    found = between(day, day, TORONTO, "days", "hour")
    assert len(found.starts) == hours
    assert len({found.long(place) for place in range(hours)}) == hours


def test_a_night_on_which_clocks_are_turned_moves_no_day() -> None:
    found = between(date(2026, 10, 31), date(2026, 11, 2), TORONTO, "days", "day")
    assert [start.hour for start in found.starts] == [4, 4, 5]
    assert found.ends == datetime(2026, 11, 3, 5, tzinfo=UTC)


def test_half_an_hour_beside_everybody_else_each_hour_is_in_the_day_that_it_begins_in() -> None:
    found = between(date(2026, 6, 1), date(2026, 6, 2), ST_JOHNS, "days", "day")
    assert found.place_of(datetime(2026, 6, 2, 2, tzinfo=UTC)) == 0
    assert found.place_of(datetime(2026, 6, 2, 3, tzinfo=UTC)) == 1


def test_all_begins_with_the_first(noon: time_machine.Traveller) -> None:
    found = span("range=all", first=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert (found.first_day, found.last_day, found.step) == (date(2026, 1, 1), date(2026, 6, 15), "day")
    assert len(span("range=all").starts) == 24


@pytest.mark.parametrize(
    ("days", "step", "steps"),
    [
        ("since=2026-06-01&until=2026-06-01", "hour", ["hour"]),
        ("since=2026-06-01&until=2026-06-08", "day", ["hour", "day"]),
        ("since=2025-06-01&until=2026-06-01", "week", ["day", "week"]),
        ("since=2020-01-01&until=2026-06-01", "week", ["week"]),
    ],
)
def test_longer_stretches_are_cut_more_coarsely(days: str, step: str, steps: list[str]) -> None:
    found = span(f"range=days&{days}")
    assert (found.step, found.steps) == (step, steps)


def test_what_is_no_step_of_it_is_not_taken(noon: time_machine.Traveller) -> None:
    assert span("range=30d&step=hour").step == "day"
    assert span("range=7d&step=hour").step == "hour"
    assert span("range=7d&step=century").step == "day"


@pytest.mark.parametrize("query", ["since=2026-02-30&until=2026-03-01", "since=&until=", "since=x", "until=2026-01-01"])
def test_a_day_that_no_calendar_has_is_said(query: str) -> None:
    assert asked_by(QueryDict(f"range=days&{query}")).problem.startswith("Choose both days")


def test_the_wrong_way_round_is_said() -> None:
    asked = asked_by(QueryDict("range=days&since=2026-02-02&until=2026-02-01"))
    assert "other way round" in asked.problem
    assert asked.range == Asked().range


def test_a_hundred_years_are_cut_short() -> None:
    assert len(span("range=days&since=2000-01-01&until=2099-12-31").starts) < 600
