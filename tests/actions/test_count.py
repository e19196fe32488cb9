"""The number: each person once, whatever runs twice, and always to be explained."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from tests.actions.test_take import accept
from tests.cast import a_campaign, an_edition
from tocsin.actions.count import (
    change_states,
    count_with_everyone,
    prove_counts,
    shown_count,
)
from tocsin.actions.models import Action, CounterRun, CountProof
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import MAY_BECOME, State, WrongStep, may_become, step
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Tally


def offset(campaign: Campaign, people: int = 785) -> None:
    CounterEntry.objects.create(
        campaign=campaign, source="offset", people=people, reason="The older platform", entered_by_name="Staff"
    )


def count(campaign: Campaign) -> int:
    return shown_count(campaign).count


def test_it_works(edition_en: Edition) -> None:
    offset(edition_en.campaign)
    accept(edition_en)
    assert count(edition_en.campaign) == 785
    screen_batch()
    assert count(edition_en.campaign) == 786


def test_the_signer_sees_themselves_at_once(edition_en: Edition) -> None:
    offset(edition_en.campaign)
    accept(edition_en)
    assert count_with_everyone(edition_en.campaign).count == 786
    screen_batch()
    assert count_with_everyone(edition_en.campaign).count == 786


def test_counting_twice_counts_once(edition_en: Edition) -> None:
    for n in range(3):
        accept(edition_en, f"a{n}@example.org")
    screen_batch()
    screen_batch()
    assert count(edition_en.campaign) == 3


def test_a_verdict_that_comes_too_late_changes_nothing(edition_en: Edition) -> None:
    accept(edition_en)
    verdict = [(Action.objects.get().pk, State.RECEIVED, State.COUNTED, "")]
    assert change_states(verdict) == 1
    assert change_states(verdict) == 0
    assert count(edition_en.campaign) == 1


def test_what_is_held_or_blocked_is_not_counted_until_it_is_released(edition_en: Edition) -> None:
    accept(edition_en)
    pk = Action.objects.get().pk
    change_states([(pk, State.RECEIVED, State.HELD, "threat")])
    assert count(edition_en.campaign) == 0
    change_states([(pk, State.HELD, State.COUNTED, "")])
    assert count(edition_en.campaign) == 1


def test_an_invalidated_action_is_taken_out_again(edition_en: Edition) -> None:
    accept(edition_en)
    pk = Action.objects.get().pk
    change_states([(pk, State.RECEIVED, State.COUNTED, "")])
    change_states([(pk, State.COUNTED, State.INVALIDATED, "forged")])
    assert count(edition_en.campaign) == 0


def test_a_step_that_the_table_does_not_know_changes_nothing(edition_en: Edition) -> None:
    accept(edition_en)
    with pytest.raises(WrongStep):
        change_states([(Action.objects.get().pk, State.RECEIVED, State.FOLLOWED, "")])
    assert Action.objects.get().state == State.RECEIVED


def test_campaigns_are_counted_apart(edition_en: Edition) -> None:
    other = an_edition(a_campaign(slug="other"))
    accept(edition_en)
    accept(other)
    accept(other, "b@example.org")
    screen_batch()
    assert (count(edition_en.campaign), count(other.campaign)) == (1, 2)


def test_the_number_says_how_fresh_it_is(edition_en: Edition) -> None:
    screen_batch()
    assert shown_count(edition_en.campaign).as_of == CounterRun.objects.get().finished_at
    screen_batch()
    assert CounterRun.objects.count() == 1


def test_a_pass_that_left_some_over_says_nothing_of_freshness(edition_en: Edition) -> None:
    accept(edition_en)
    accept(edition_en, "b@example.org")
    screen_batch(most=1)
    assert not CounterRun.objects.exists()


def test_the_ledger_never_pulls_the_number_below_nothing(edition_en: Edition) -> None:
    offset(edition_en.campaign, -5)
    assert count(edition_en.campaign) == 0


def test_the_goal_is_shown_in_percent(campaign_open: Campaign) -> None:
    offset(campaign_open, 250)
    assert shown_count(campaign_open).percent is None
    campaign_open.goal = 1000
    assert shown_count(campaign_open).percent == 25
    campaign_open.goal = 100
    assert shown_count(campaign_open).percent == 100


def test_the_number_is_hidden_below_its_threshold(campaign_open: Campaign) -> None:
    campaign_open.show_count_from = 100
    offset(campaign_open, 99)
    assert not shown_count(campaign_open).is_shown
    offset(campaign_open, 1)
    assert shown_count(campaign_open).is_shown


def test_twelve_million_are_no_harder_than_one(
    campaign_open: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Tally.objects.create(campaign=campaign_open, counted=12_000_000)
    with django_assert_num_queries(3):
        assert count(campaign_open) == 12_000_000


def test_the_nightly_proof_finds_and_mends_a_wrong_tally(edition_en: Edition) -> None:
    accept(edition_en)
    screen_batch()
    Tally.objects.update(counted=7)
    (proof,) = prove_counts()
    assert (proof.tallied, proof.found, proof.agrees) == (7, 1, False)
    assert count(edition_en.campaign) == 1
    (again,) = prove_counts()
    assert again.agrees
    assert CountProof.objects.count() == 2


def test_every_state_can_be_left() -> None:
    assert set(MAY_BECOME) == set(State)
    assert all(MAY_BECOME[state] for state in State)
    assert not any(may_become(state, state) for state in State)


def test_what_a_step_adds() -> None:
    assert step(State.RECEIVED, State.COUNTED) == 1
    assert step(State.COUNTED, State.FOLLOWED) == 0
    assert step(State.FOLLOWED, State.INVALIDATED) == -1
    assert step(State.RECEIVED, State.BLOCKED) == 0


@pytest.mark.django_db(transaction=True)
def test_five_counters_at_once_count_each_once() -> None:
    edition = an_edition(a_campaign())
    for n in range(60):
        accept(edition, f"a{n}@example.org")
    at_once(5, lambda: [screen_batch(most=20) for _ in range(5)])
    assert count(edition.campaign) == 60
    assert Tally.objects.get().counted == 60


def at_once(threads: int, work: Callable[[], object]) -> None:
    """The same work in several threads that start together; an error in one fails the test."""
    errors: list[BaseException] = []
    start = threading.Barrier(threads)

    def one() -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    running = [threading.Thread(target=one) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(30)
    assert errors == []
