"""Looking up at Represent: what it answers, its faults, its pace and back-off, and what is remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import close_old_connections, connection

from tests.campaigns import represent_server as fake
from tests.campaigns.represent_server import DISAGREEING, ONE_RIDING, TWO_RIDINGS, UNKNOWN, Represent
from tocsin.campaigns.models import LookUpMemory, Provider, ProviderHealth
from tocsin.campaigns.targeting import represent
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Outcome, Place
from tocsin.campaigns.targeting.health import PER_MINUTE, Turn, failed, turn_to_ask, went_well
from tocsin.campaigns.targeting.look_up import look_up
from tocsin.campaigns.targeting.memory import forget_what_is_old
from tocsin.campaigns.targeting.represent_shape import NotTheirShape, read_answer

pytestmark = pytest.mark.django_db

CENTRE = Place("ocd-division/country:ca/ed:35079-2023", "Ottawa Centre")
WEST = Place("ocd-division/country:ca/ed:35089-2023", "Ottawa West—Nepean")
FAULTS = [
    fake.slow,
    fake.dripping,
    fake.broken,
    fake.too_many,
    fake.no_json,
    fake.deep_json,
    fake.other_shape,
    fake.half_a_shape,
    fake.elsewhere,
    fake.in_circles,
    fake.huge,
    fake.hangs_up,
]


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Represent]:
    monkeypatch.setattr(represent, "READ_SECONDS", 0.2)
    monkeypatch.setattr(represent, "ALL_SECONDS", 0.5)
    monkeypatch.setenv("no_proxy", "*")
    with fake.running() as server:
        settings.TOCSIN_REPRESENT_URL = urlsplit(server.url)
        yield server
    close_old_connections()


def ask(code: str = ONE_RIDING) -> LookUp:
    return look_up(Provider.REPRESENT, code)


def test_it_works(server: Represent) -> None:
    assert ask() == LookUp(Outcome.FOUND, (CENTRE,))
    assert server.asked == ["/postcodes/K1A0A6/"]


def test_two_ridings_are_several_and_an_unknown_code_is_none(server: Represent) -> None:
    assert ask(TWO_RIDINGS) == LookUp(Outcome.SEVERAL, (CENTRE, WEST))
    assert ask(UNKNOWN) == LookUp(Outcome.NONE)


def test_lists_that_disagree_are_both_offered_the_official_one_first(server: Represent) -> None:
    assert ask(DISAGREEING) == LookUp(Outcome.SEVERAL, (WEST, CENTRE))


def test_codes_of_other_countries_are_not_asked_for(server: Represent) -> None:
    assert ask("75001") == LookUp(Outcome.NONE)
    assert server.asked == []


def test_an_older_representation_order_counts_where_there_is_no_newer() -> None:
    old = {"boundaries_centroid": [fake.boundary("Ottawa Centre", "35075", fake.OLD_SET)]}
    places = read_answer(old, "federal-electoral-districts").places
    assert [place.division for place in places] == ["ocd-division/country:ca/ed:35075-2013"]


def test_districts_of_a_province_are_named_as_its_own() -> None:
    riding = {
        "name": "Ottawa Centre",
        "boundary_set_name": "Ontario electoral district (2018)",
        "external_id": "79",
        "url": "/boundaries/ontario-electoral-districts-representation-act-2015/79/",
    }
    places = read_answer({"boundaries_centroid": [riding]}, "ontario-electoral-districts").places
    assert [place.division for place in places] == ["ocd-division/country:ca/province:on/ed:79-2015"]


@pytest.mark.parametrize(
    "data", [None, [], {}, {"boundaries_centroid": 3}, {"boundaries_centroid": [1]}, {"boundaries_centroid": [{}]}]
)
def test_another_shape_is_no_answer(data: Any) -> None:
    with pytest.raises(NotTheirShape):
        read_answer(data, "federal-electoral-districts")


# ── its faults ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_every_fault_is_unavailable_and_then_it_is_left_alone(server: Represent, fault: fake.Fault) -> None:
    server.fault = fault
    assert ask() == UNAVAILABLE
    asked = len(server.asked)
    assert ask() == UNAVAILABLE
    assert len(server.asked) == asked
    assert not LookUpMemory.objects.exists()


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (fake.dripping, "too long"),
        (fake.huge, "too large"),
        (fake.elsewhere, "another host"),
        (fake.in_circles, "circles"),
        (fake.no_json, "no JSON"),
        (fake.other_shape, "another shape"),
        (fake.too_many, "429"),
    ],
)
def test_each_fault_is_met_for_what_it_is(server: Represent, fault: fake.Fault, why: str) -> None:
    server.fault = fault
    with pytest.raises(represent.IsAway, match=why):
        represent._ask(ONE_RIDING)


def test_nobody_listening_is_unavailable(settings: Any) -> None:
    settings.TOCSIN_REPRESENT_URL = urlsplit("http://127.0.0.1:9")
    assert ask() == UNAVAILABLE


def test_it_may_move_within_its_own_host(server: Represent) -> None:
    server.fault = fake.moved_within
    assert ask().outcome == Outcome.FOUND


def test_what_breaks_in_a_provider_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.campaigns.targeting.represent.recall", lambda *_: 1 / 0)
    assert ask() == UNAVAILABLE
    assert look_up("nobody we know", ONE_RIDING) == UNAVAILABLE


# ── its memory ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_it_is_asked_once_for_many(server: Represent, noon: time_machine.Traveller) -> None:
    assert [ask() for _ in range(3)] == [LookUp(Outcome.FOUND, (CENTRE,))] * 3
    noon.shift(timedelta(days=29))
    ask()
    assert len(server.asked) == 1
    noon.shift(timedelta(days=2))
    ask()
    assert len(server.asked) == 2
    assert LookUpMemory.objects.count() == 1


def test_an_old_answer_is_used_while_it_is_away(server: Represent, noon: time_machine.Traveller) -> None:
    ask()
    server.fault = fake.broken
    noon.shift(timedelta(days=170))
    assert ask() == LookUp(Outcome.FOUND, (CENTRE,))
    noon.shift(timedelta(days=11))
    assert ask() == UNAVAILABLE
    assert forget_what_is_old() == 1


def test_that_nobody_knew_a_code_is_remembered_for_a_day(server: Represent, noon: time_machine.Traveller) -> None:
    ask(UNKNOWN)
    ask(UNKNOWN)
    noon.shift(timedelta(days=1))
    ask(UNKNOWN)
    assert len(server.asked) == 2


def test_another_boundary_set_is_asked_for_anew(server: Represent, settings: Any) -> None:
    ask()
    settings.TOCSIN_REPRESENT_SET = "ontario-electoral-districts"
    assert ask() == LookUp(Outcome.NONE)
    assert len(server.asked) == 2


# ── its pace and its back-off ───────────────────────────────────────────────────────────────────────────────────
def test_no_more_than_sixty_a_minute(noon: time_machine.Traveller) -> None:
    turns = [turn_to_ask("x") for _ in range(PER_MINUTE + 5)]
    assert sum(turn is not None for turn in turns) == PER_MINUTE
    noon.shift(60)
    assert turn_to_ask("x")


def test_a_failure_makes_it_wait_longer_each_time(noon: time_machine.Traveller) -> None:
    for seconds in (30, 60, 120, 300, 600, 600):
        turn = turn_to_ask("x")
        assert turn
        failed(turn)
        noon.shift(seconds - 1)
        assert turn_to_ask("x") is None
        noon.shift(1)


def test_one_alone_tries_whether_it_is_back(noon: time_machine.Traveller) -> None:
    first = turn_to_ask("x")
    assert first
    failed(first)
    noon.shift(30)
    trying = turn_to_ask("x")
    assert trying
    assert turn_to_ask("x") is None
    went_well(trying)
    assert turn_to_ask("x") == turn_to_ask("x")
    assert ProviderHealth.objects.get().failures == 0


def test_failures_at_the_same_time_count_once(noon: time_machine.Traveller) -> None:
    turns = [turn_to_ask("x") for _ in range(8)]
    for turn in turns:
        assert turn
        failed(turn)
    assert ProviderHealth.objects.get().failures == 1


def test_how_long_it_asks_to_be_left_alone_counts(server: Represent, noon: time_machine.Traveller) -> None:
    server.fault = fake.too_many
    ask()
    server.fault = None
    noon.shift(119)
    assert ask() == UNAVAILABLE
    noon.shift(1)
    assert ask().outcome == Outcome.FOUND


def at_once(what: Callable[[], object], times: int = 8) -> list[object]:
    """The answers of as many threads, each with a connection of its own."""

    def one(_number: int) -> object:
        try:
            return what()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))


@pytest.mark.django_db(transaction=True)
def test_many_at_once_keep_to_the_pace_and_one_alone_tries(noon: time_machine.Traveller) -> None:
    turns = at_once(lambda: sum(turn_to_ask("x", per_minute=30) is not None for _ in range(10)))
    assert sum(int(str(number)) for number in turns) == 30
    failed(Turn("x", 0))
    noon.shift(90)
    assert sum(turn is not None for turn in at_once(lambda: turn_to_ask("x"))) == 1
