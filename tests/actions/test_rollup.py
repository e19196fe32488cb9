"""The hours of actions: kept in the transaction that counts, and right whatever happens to an action afterwards."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from tocsin.actions.count import change_states, shown_count
from tocsin.actions.models import Action, HourOfActions, HourOfPlace
from tocsin.actions.rollup import MOST_SOURCES, WHOLE
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.actions.take import take
from tocsin.campaigns.models import Edition
from tocsin.lib.emailaddress import read_address
from tocsin.lib.sources import OTHER

NINE = datetime(2026, 6, 15, 9, tzinfo=UTC)


def act(edition: Edition, number: int = 0, source: dict[str, str] | None = None, **sent: Any) -> Action:
    """Somebody acts at twenty past nine."""
    email = read_address(f"jane{number}@example.org")
    what = {"given_name": "Jane", "email": email.canonical, "consents": {}, **sent}
    take(edition=edition, email=email, act=what, source=source or {}, signs=[])
    action = Action.objects.latest("pk")
    Action.objects.filter(pk=action.pk).update(accepted_at=NINE.replace(minute=20))
    return action


def hours() -> list[tuple[datetime, str, str, int, int]]:
    rows = HourOfActions.objects.exclude(people=0).order_by("hour", "language", "source")
    return list(rows.values_list("hour", "language", "source", "people", "own_words"))


def places(kind: str = "province") -> dict[str, int]:
    """What stands in the hours, which is what stands in the whole."""
    rows = HourOfPlace.objects.filter(kind=kind).exclude(people=0)
    by_hour = Counter[str]()
    for place, people in rows.exclude(hour=WHOLE).values_list("place", "people"):
        by_hour[place] += people
    assert by_hour == Counter(dict(rows.filter(hour=WHOLE).values_list("place", "people")))
    return dict(by_hour)


def test_it_works(edition_en: Edition, edition_fr: Edition) -> None:
    act(edition_en, 0, {"utm_source": "Newsletter"}, own_words=True, province="ON")
    act(edition_en, 1, {"utm_source": "newsletter"}, province="QC")
    act(edition_fr, 2, postal_code="H2X 1Y4")
    screen_batch()
    assert hours() == [(NINE, "en", "newsletter", 2, 1), (NINE, "fr", "", 1, 0)]
    assert places() == {"ON": 1, "QC": 2}


def test_what_is_held_stands_in_no_hour_until_it_is_released(edition_en: Edition) -> None:
    action = act(edition_en, own_words=True, province="YT")
    change_states([(action.pk, State.RECEIVED, State.HELD, "threat")])
    assert hours() == []
    change_states([(action.pk, State.HELD, State.COUNTED, "")])
    assert hours() == [(NINE, "en", "", 1, 1)]
    assert places() == {"YT": 1}


@pytest.mark.parametrize("state", [State.COUNTED, State.FOLLOWED, State.SEEKING, State.STUCK])
def test_what_is_invalidated_leaves_nothing_behind(edition_en: Edition, state: State) -> None:
    action = act(edition_en, own_words=True, province="ON", source={"source": "x"})
    screen_batch()
    Action.objects.filter(pk=action.pk).update(state=state)
    change_states([(action.pk, state, State.INVALIDATED, "forged")])
    assert (hours(), places(), places("riding")) == ([], {}, {})


def test_what_was_stuck_and_is_tried_again_is_counted_once(edition_en: Edition) -> None:
    action = act(edition_en, province="ON")
    screen_batch()
    Action.objects.filter(pk=action.pk).update(state=State.STUCK)
    change_states([(action.pk, State.STUCK, State.COUNTED, "")])
    assert (hours(), places()) == ([(NINE, "en", "", 1, 0)], {"ON": 1})


def test_the_hours_of_a_campaign_are_its_tally(edition_en: Edition) -> None:
    for number in range(7):
        act(edition_en, number, {"source": str(number)})
    screen_batch(most=3)
    screen_batch()
    assert sum(people for *_, people, _ in hours()) == shown_count(edition_en.campaign).count == 7


def test_who_floods_a_campaign_with_sources_fills_no_table(edition_en: Edition) -> None:
    actions = [act(edition_en, number, {"source": f"s{number}"}) for number in range(MOST_SOURCES + 10)]
    screen_batch()
    told_apart = {source: people for _, _, source, people, _ in hours()}
    assert len(told_apart) == MOST_SOURCES + 1
    assert told_apart[OTHER] == 10
    for action in actions:
        change_states([(action.pk, State.COUNTED, State.INVALIDATED, "forged")])
    assert hours() == []


def test_an_act_that_cannot_be_opened_counts_and_tells_nothing(edition_en: Edition) -> None:
    action = act(edition_en, own_words=True, province="ON")
    Action.objects.filter(pk=action.pk).update(sealed=b"\x01gone", state=State.HELD)
    change_states([(action.pk, State.HELD, State.COUNTED, "")])
    assert (hours(), places()) == ([(NINE, "en", "", 1, 0)], {})


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_lose_nobody(edition_en: Edition) -> None:
    actions = [act(edition_en, number, {"source": f"s{number % 4}"}, province="ON") for number in range(24)]

    def count(some: list[Action]) -> None:
        for action in some:
            change_states([(action.pk, State.RECEIVED, State.COUNTED, "")])
        connection.close()

    threads = [threading.Thread(target=count, args=(actions[place::4],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {source: people for _, _, source, people, _ in hours()} == {f"s{number}": 6 for number in range(4)}
    assert places() == {"ON": 24}
