"""Roll-ups made again from the rows: for what was there before, and as a proof every night."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.actions.test_rollup import NINE, act, hours, places
from tocsin.actions import fold
from tocsin.actions.count import change_states
from tocsin.actions.fold import make_hour
from tocsin.actions.models import Action, HourOfActions, HourOfPlace, RollUpMark, RollUpProof
from tocsin.actions.prove import prove_roll_ups, roll_up_what_is_old
from tocsin.actions.rollup import MOST_SOURCES, Place, write_places
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition, Tally


@pytest.fixture
def signed(edition_en: Edition, noon: time_machine.Traveller) -> list[Action]:
    """Three in Ontario at nine, one of them with a riding; and one at four that everybody has forgotten."""
    early = act(edition_en, 9, own_words=True, province="QC")
    Action.objects.filter(pk=early.pk).update(accepted_at=NINE - timedelta(hours=5))
    actions = [act(edition_en, number, {"source": "mail"}, province="ON") for number in range(3)]
    screen_batch()
    Action.objects.filter(pk=actions[0].pk).update(state=State.FOLLOWED, division="riding-1")
    return [early, *actions]


def everything() -> tuple[object, ...]:
    return hours(), places(), places("riding")


MADE = (
    [(NINE - timedelta(hours=5), "en", "", 1, 1), (NINE, "en", "mail", 3, 0)],
    {"QC": 1, "ON": 3},
    {"riding-1": 1},
)


def forget() -> None:
    HourOfActions.objects.all().delete()
    HourOfPlace.objects.all().delete()


def test_it_works(signed: list[Action]) -> None:
    forget()
    assert roll_up_what_is_old() == 2
    assert everything() == MADE
    assert RollUpMark.objects.get().done


def test_making_an_hour_twice_makes_it_once(signed: list[Action]) -> None:
    make_hour(NINE)
    make_hour(NINE)
    assert sum(people for *_, people, _ in hours()) == 4


def test_the_walk_goes_on_where_it_stopped(signed: list[Action]) -> None:
    forget()
    assert [roll_up_what_is_old(seconds=0) for _ in range(2)] == [0, 0]
    while not RollUpMark.objects.get().done:
        roll_up_what_is_old(seconds=0.0001)
    assert everything() == MADE


def test_what_is_invalidated_before_its_hour_is_made_is_right_afterwards(signed: list[Action]) -> None:
    forget()
    change_states([(signed[1].pk, State.FOLLOWED, State.INVALIDATED, "forged")])
    roll_up_what_is_old()
    assert everything() == ([MADE[0][0], (NINE, "en", "mail", 2, 0)], {"QC": 1, "ON": 2}, {})


def test_the_proof_agrees_with_what_was_kept(signed: list[Action]) -> None:
    fold.make_hour(NINE)  # the riding above was set by hand
    roll_up_what_is_old()
    (proof,) = prove_roll_ups()
    assert (proof.hours, proof.agrees) == (2, True)


@pytest.mark.parametrize("wrong", [{"people": 7}, {"own_words": 2}, {"language": "fr"}])
def test_the_proof_finds_and_mends_a_wrong_hour(signed: list[Action], wrong: dict[str, object]) -> None:
    roll_up_what_is_old()
    HourOfActions.objects.filter(hour=NINE).update(**wrong)
    (proof,) = prove_roll_ups()
    assert proof.mended == 1
    assert everything() == MADE


def test_the_proof_finds_and_mends_a_wrong_place(signed: list[Action]) -> None:
    roll_up_what_is_old()
    write_places({Place(signed[0].campaign_id, "riding", "riding-1", NINE): 2})
    (proof,) = prove_roll_ups()
    assert proof.mended == 1
    assert everything() == MADE


def test_an_old_hour_that_is_wrong_is_found_by_its_sum(signed: list[Action]) -> None:
    roll_up_what_is_old()
    month_ago = NINE - timedelta(days=30)
    Action.objects.filter(pk=signed[0].pk).update(accepted_at=month_ago)
    HourOfActions.objects.filter(own_words=1).update(hour=month_ago, people=8)
    (proof,) = prove_roll_ups()
    assert not proof.agrees
    roll_up_what_is_old()
    assert sum(people for *_, people, _ in hours()) == Tally.objects.get().counted == 4


def test_an_hour_that_nobody_acted_in_is_cleared(signed: list[Action]) -> None:
    roll_up_what_is_old()
    Action.objects.filter(pk=signed[0].pk).update(accepted_at=NINE - timedelta(days=30))
    for days in (20, 40):
        wrong = NINE - timedelta(days=days)
        HourOfActions.objects.create(campaign=signed[0].campaign, hour=wrong, language="en", people=3)
        write_places({Place(signed[0].campaign_id, "province", "QC", wrong): 3})
    assert [proof.agrees for proof in prove_roll_ups()] == [False]
    roll_up_what_is_old()
    assert [people for *_, people, _ in hours()] == [1, 3]
    assert places() == MADE[1]


def test_the_most_frequent_sources_are_those_told_apart(edition_en: Edition, noon: time_machine.Traveller) -> None:
    for number in range(MOST_SOURCES):
        act(edition_en, number, {"source": f"a{number}"})
    screen_batch()
    for number in range(100, 103):
        act(edition_en, number, {"source": "newsletter"})
    screen_batch()
    assert "newsletter" not in {row[2] for row in hours()}
    prove_roll_ups()
    assert {row[2]: row[3] for row in hours()}["newsletter"] == 3
    assert RollUpProof.objects.get().agrees


def test_what_was_erased_is_counted_on_as_it_was(signed: list[Action]) -> None:
    roll_up_what_is_old()
    Action.objects.filter(pk=signed[0].pk).update(sealed=b"")
    (proof,) = prove_roll_ups()
    assert proof.agrees
    assert everything() == MADE
    HourOfActions.objects.filter(own_words=1).update(people=9)
    prove_roll_ups()
    assert everything() == MADE


def test_an_hour_that_changes_while_it_is_read_is_read_again(
    signed: list[Action], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget()
    read, late = fold._summed, [signed[2]]

    def read_slowly(mine):  # type: ignore[no-untyped-def]
        found = read(mine)
        if late:
            change_states([(late.pop().pk, State.COUNTED, State.INVALIDATED, "forged")])
        return found

    monkeypatch.setattr(fold, "_summed", read_slowly)
    make_hour(NINE)
    assert hours() == [(NINE, "en", "mail", 2, 0)]


def test_nobody_yet_is_nothing_to_prove(edition_en: Edition) -> None:
    assert roll_up_what_is_old() == 0
    assert prove_roll_ups() == []
    assert timezone.now() > RollUpMark.objects.get().at - timedelta(hours=1)
