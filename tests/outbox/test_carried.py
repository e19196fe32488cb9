"""Letters in a digest share its fate; letters that were handed in have an attempt that says so."""

from __future__ import annotations

import pytest

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left, let_leases_run_out
from tests.outbox.sink import HANG_UP, Sink
from tocsin.outbox import controls, decide
from tocsin.outbox.carried import carry
from tocsin.outbox.claims import claim, note
from tocsin.outbox.controls import Alone
from tocsin.outbox.models import Kind, Message, Suppression
from tocsin.outbox.states import State
from tocsin.outbox.suppress import suppress

pytestmark = pytest.mark.django_db


def a_digest_of(*numbers: int) -> tuple[Message, list[Message]]:
    letters = [left(number, target_ref=12, gathered=True) for number in numbers]
    digest = left(99, key="digest:12:1", kind=Kind.DIGEST, target_ref=12)
    assert carry([one.pk for one in letters], digest.pk) == len(letters)
    return digest, letters


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("", State.SENT),
        ("554 5.6.0 No", State.REFUSED),
        ("451 4.3.0 Later", State.DEFERRED),
        (HANG_UP, State.UNCERTAIN),
    ],
)
def test_its_fate_is_theirs(sink: Sink, answer: str, state: State) -> None:
    digest, letters = a_digest_of(1, 2)
    other = left(3, target_ref=13, gathered=True)
    sink.at_dot.append(answer)
    assert deliver_batch() == 1
    digest.refresh_from_db()
    assert digest.state == state
    for one in letters:
        one.refresh_from_db()
        assert (one.state, one.last_words, one.due_at) == (state, digest.last_words, None)
    assert Message.objects.get(pk=other.pk).state == State.WAITING


def test_a_dead_workers_digest_leaves_them_uncertain() -> None:
    _digest, letters = a_digest_of(1)
    [one] = claim(50)
    note([one], [])
    let_leases_run_out()
    deliver_batch()
    letters[0].refresh_from_db()
    assert letters[0].state == State.UNCERTAIN


def test_a_letter_is_carried_once() -> None:
    digest, letters = a_digest_of(1, 2)
    second = left(98, key="digest:12:2", kind=Kind.DIGEST, target_ref=12)
    free = left(3, target_ref=12, gathered=True)
    alone = left(4, target_ref=12)
    assert carry([*(one.pk for one in letters), free.pk, alone.pk], second.pk) == 1
    assert Message.objects.filter(carrier=digest).count() == 2


def test_staff_decide_about_the_digest_and_not_about_letters_in_it() -> None:
    digest, [letter] = a_digest_of(1)
    assert not controls.hold(Alone(letter.pk))
    assert not controls.cancel(Alone(letter.pk))
    assert controls.hold(Alone(digest.pk))
    assert state_and_carrier(letter) == (State.HELD, digest.pk)
    assert not controls.release(Alone(letter.pk))
    assert controls.release(Alone(digest.pk))
    assert state_and_carrier(letter) == (State.WAITING, digest.pk)
    assert controls.hold(controls.Letters(campaign_ref=7)) == 1
    assert state_and_carrier(letter) == (State.HELD, digest.pk)
    Message.objects.update(state=State.UNCERTAIN)
    assert not decide.resend_uncertain(letter.pk)
    assert decide.resend_uncertain(digest.pk)
    assert state_and_carrier(letter) == (State.WAITING, digest.pk)


def test_a_digest_that_staff_take_from_a_worker_is_held_with_its_letters() -> None:
    digest, [letter] = a_digest_of(1)
    claim(50)
    assert controls.hold(controls.Letters(target_ref=12)) == 1
    assert state_and_carrier(letter) == (State.HELD, digest.pk)


def test_letters_of_a_cancelled_digest_wait_for_the_next() -> None:
    by_staff, [one] = a_digest_of(1)
    controls.hold(Alone(by_staff.pk))
    assert controls.cancel(Alone(by_staff.pk))
    assert state_and_carrier(one) == (State.WAITING, None)
    following = left(98, key="digest:12:2", kind=Kind.DIGEST, target_ref=12)
    assert carry([one.pk], following.pk) == 1
    suppress("minister@hearings.example", Suppression.Scope.ALL, Suppression.Reason.STAFF)
    assert claim(50) == []
    assert state_and_carrier(one) == (State.WAITING, None)


def test_cancelling_all_that_a_target_gets_reaches_the_letters_in_its_digest() -> None:
    digest, [letter] = a_digest_of(1)
    assert controls.cancel(controls.Letters(target_ref=12)) == 2
    assert state_and_carrier(digest) == state_and_carrier(letter) == (State.CANCELLED, None)


def state_and_carrier(message: Message) -> tuple[str, int | None]:
    return Message.objects.values_list("state", "carrier").get(pk=message.pk)
