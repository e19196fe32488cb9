"""What staff decide about many letters: it holds at the next claim, and for what is claimed and not begun."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left, make_due
from tests.outbox.sink import Sink
from tocsin.outbox import claims
from tocsin.outbox.claims import claim
from tocsin.outbox.controls import (
    STOPPED,
    Alone,
    Letters,
    cancel,
    hold,
    is_paused,
    pause,
    release,
    reopen,
    resume,
    schedule,
    there_now,
)
from tocsin.outbox.crew import Crew
from tocsin.outbox.decide import put_back, take_out
from tocsin.outbox.decide import schedule as schedule_one
from tocsin.outbox.deliver import Post
from tocsin.outbox.models import Bucket, Kind, Lane, Message
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports import transport
from tocsin.outbox.verdict import DELAYS, Verdict

pytestmark = pytest.mark.django_db
EVERY = [Letters(campaign_ref=7), Letters(target_ref=12), Letters(campaign_ref=7, target_ref=12)]


def state_of(message: Message) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=message.pk)


@pytest.mark.parametrize("which", EVERY)
def test_a_pause_keeps_them_and_resuming_lets_them_go(sink: Sink, which: Letters) -> None:
    letter = left(1, target_ref=12)
    thanks = left(2, kind=Kind.THANKS)
    other = left(3, campaign_ref=8, target_ref=13)
    assert pause(which, "They asked us to wait.") == 1
    assert is_paused(which)
    deliver_batch()
    assert [state_of(one) for one in (letter, thanks, other)] == [State.WAITING, State.SENT, State.SENT]
    assert resume(which) == 1
    assert not is_paused(which)
    deliver_batch()
    assert state_of(letter) == State.SENT


@pytest.mark.parametrize("which", EVERY)
def test_what_is_claimed_and_not_begun_stays(sink: Sink, which: Letters) -> None:
    letters = [left(number, target_ref=12) for number in range(3)]
    post = Post()
    crew = Crew(0, transport, open_mail)  # nobody is at work yet
    crew.give(claim(50))
    pause(which)
    post.looked_round = 0
    post._look_round(crew)
    assert crew.waiting() == []
    assert {state_of(one) for one in letters} == {State.WAITING}
    assert set(Message.objects.values_list("attempts", flat=True)) == {0}
    assert deliver_batch() == 0


def test_one_letter_is_scheduled(sink: Sink) -> None:
    letter, other = left(1, target_ref=12), left(2, target_ref=12)
    at = timezone.now() + timedelta(hours=1)
    assert schedule_one(letter.pk, at)
    assert deliver_batch() == 1
    assert (state_of(letter), state_of(other)) == (State.WAITING, State.SENT)
    assert Message.objects.get(pk=letter.pk).due_at == at
    assert not schedule_one(other.pk, at)
    hold(Alone(letter.pk))
    assert not schedule_one(letter.pk, at)
    release(Alone(letter.pk))
    assert deliver_batch() == 1


def test_a_schedule_brings_nothing_sooner_than_the_server_asked_for(sink: Sink) -> None:
    letter, later = left(1, target_ref=12), timezone.now() + timedelta(hours=2)
    Message.objects.update(state=State.DEFERRED, due_at=later)
    assert schedule_one(letter.pk, timezone.now() + timedelta(minutes=1))
    assert Message.objects.get().due_at == later


def test_a_letter_that_a_digest_will_carry_has_no_time_of_its_own() -> None:
    assert not schedule_one(left(1, target_ref=12, gathered=True).pk, timezone.now() + timedelta(hours=1))
    assert Message.objects.get().due_at is None


@pytest.mark.parametrize(("answer", "at_last"), [("451 4.7.1 Greylisted", State.REFUSED), ("550 5.7.1 No", State.HELD)])
def test_what_staff_let_go_is_tried_as_if_it_were_new(sink: Sink, answer: str, at_last: State) -> None:
    """Given up after five days, released, and greylisted at once: that must not be the end of it."""
    letter = left(1)
    Message.objects.update(attempts=len(DELAYS), state=State.HELD, due_at=None)
    release(Alone(letter.pk))
    sink.at_recipient.append(answer)
    deliver_batch()
    assert state_of(letter) == State.DEFERRED
    Message.objects.update(attempts_before=0)
    make_due()
    sink.at_recipient.append(answer)
    deliver_batch()
    assert state_of(letter) == at_last


def test_a_target_that_moves_to_another_domain_stays_paused(sink: Sink) -> None:
    left(1, target_ref=12)
    pause(Letters(campaign_ref=7, target_ref=12))
    left(2, target_ref=12, to_address="minister@new.example")
    assert Lane.objects.filter(paused=True).count() == 2
    assert deliver_batch() == 0


def test_what_is_said_before_the_first_letter_holds_for_it(sink: Sink) -> None:
    pair = Letters(campaign_ref=7, target_ref=12)
    assert pause(pair) == 0
    assert is_paused(pair)
    letter = left(1, target_ref=12)
    assert deliver_batch() == 0
    resume(pair)
    schedule(pair, timezone.now() + timedelta(hours=1))
    left(2, target_ref=12, to_address="minister@new.example")
    assert deliver_batch() == 0
    schedule(pair, None)
    assert deliver_batch() == 2
    assert state_of(letter) == State.SENT


@pytest.mark.parametrize("which", [EVERY[0], EVERY[2]])
def test_a_schedule_keeps_them_until_then(sink: Sink, which: Letters) -> None:
    left(1, target_ref=12)
    schedule(which, timezone.now() + timedelta(hours=1))
    assert deliver_batch() == 0
    schedule(which, None)
    assert deliver_batch() == 1


@pytest.mark.parametrize("which", EVERY)
def test_holding_releasing_and_cancelling_tell_how_many(sink: Sink, which: Letters) -> None:
    letters = [left(number, target_ref=12) for number in range(3)]
    other = left(9, campaign_ref=8, target_ref=13)
    assert hold(which) == 3
    assert {state_of(one) for one in letters} == {State.HELD}
    assert release(which) == 3
    assert release(which) == 0
    assert cancel(which) == 3
    assert deliver_batch() == 1
    assert state_of(other) == State.SENT


def test_holding_reaches_what_a_worker_has_in_hand_before_the_dot() -> None:
    begun, dotted = left(1, target_ref=12), left(2, target_ref=12)
    in_hand = {one.message.pk: one for one in claim(50)}
    claims.note([in_hand[dotted.pk]], [])
    assert hold(EVERY[1]) == 1
    assert (state_of(begun), state_of(dotted)) == (State.HELD, State.SENDING)
    assert begun.deliveries.get().words == STOPPED
    assert claims.note([in_hand[begun.pk]], []) == set()  # so its dot is never sent


def test_what_a_server_may_have_is_not_cancelled() -> None:
    left(1, target_ref=12)
    [one] = claim(50)
    claims.note([one], [])
    assert cancel(EVERY[0]) == 0


def test_released_letters_of_a_digest_still_wait_for_it(sink: Sink) -> None:
    message = left(1, target_ref=12, gathered=True)
    hold(EVERY[1])
    release(EVERY[1])
    message.refresh_from_db()
    assert (message.state, message.due_at) == (State.WAITING, None)
    hold(EVERY[1])
    release(Alone(message.pk))
    message.refresh_from_db()
    assert (message.state, message.due_at) == (State.WAITING, None)
    make_due()
    assert deliver_batch() == 0


def test_many_are_changed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.outbox.controls.AT_ONCE", 4)
    for number in range(10):
        left(number, target_ref=12)
    assert hold(EVERY[0]) == 10


def test_reopening_what_is_open_does_nothing() -> None:
    left(1)
    assert not reopen("domain:hearings.example")
    Bucket.objects.update(paused=True, recent="xxxxx")
    assert reopen("domain:hearings.example")
    assert Bucket.objects.get().recent == ""


def test_letters_of_nobody_are_not_meant() -> None:
    with pytest.raises(ValueError, match="campaign or a target"):
        Letters()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="It has one lock only")
def test_a_worker_and_staff_lock_messages_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is about the later message, the dot about the earlier one; staff lock both from the earlier on."""
    for number in range(2):
        left(number, target_ref=12)
    first, second = sorted(claim(50), key=lambda one: one.message.pk)
    staff, settle = threading.Thread(target=_hold_elsewhere), claims._settle

    def settle_slowly(*results: Any) -> None:
        settle(*results)
        staff.start()
        time.sleep(0.5)

    monkeypatch.setattr(claims, "_settle", settle_slowly)
    assert claims.note([first], [(second, Verdict(State.SENT, "250 Ok"))]) == {first.message.pk}
    staff.join()
    assert [state_of(one.message) for one in (first, second)] == [State.SENDING, State.SENT]


def _hold_elsewhere() -> None:
    try:
        hold(EVERY[1])
    finally:
        connection.close()


def test_what_was_taken_out_of_the_number_leaves_by_no_release(sink: Sink) -> None:
    waiting, held = left(1, target_ref=12), left(2, target_ref=12)
    hold(Alone(held.pk))
    assert take_out([waiting.pk, held.pk]) == 1
    assert release(EVERY[0]) == 0
    assert not release(Alone(waiting.pk))
    assert deliver_batch() == 0
    assert put_back([waiting.pk, held.pk]) == 1
    assert (state_of(waiting), state_of(held)) == (State.WAITING, State.HELD)
    assert release(EVERY[0]) == 1  # what staff had held before


def test_what_a_digest_carries_is_not_taken_from_it(sink: Sink) -> None:
    """A worker has the digest in hand: the letter in it goes with it, or is decided of with it."""
    digest = left(1, kind=Kind.DIGEST, target_ref=12)
    letter = left(2, target_ref=12, gathered=True)
    Message.objects.update(state=State.SENDING)
    Message.objects.filter(pk=letter.pk).update(carrier=digest)
    assert hold(Alone(letter.pk)) == 0
    assert state_of(letter) == State.SENDING


def test_a_letter_to_ourselves_for_want_of_an_address_is_not_released(sink: Sink, settings: Any) -> None:
    missing = left(1, target_ref=12, to_address=settings.TOCSIN_MAIL_FROM, held=True)
    on_paper = left(2, target_ref=13, to_address=settings.TOCSIN_MAIL_FROM, held=True, gathered=True)
    test = left(3, to_address=settings.TOCSIN_MAIL_FROM, held=True)
    assert release(Letters(campaign_ref=7)) == 2
    assert [state_of(one) for one in (missing, on_paper, test)] == [State.HELD, State.WAITING, State.WAITING]


def test_what_is_written_meanwhile_is_not_meant(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops what waits does not stop those who write while it is being done."""
    monkeypatch.setattr("tocsin.outbox.controls.AT_ONCE", 2)
    before = [left(number, target_ref=12) for number in range(5)]
    which = there_now(Letters(campaign_ref=7))
    later = left(9, target_ref=12)
    assert cancel(which, seconds=0) == 2
    assert [state_of(one) for one in before] == [State.CANCELLED] * 2 + [State.WAITING] * 3
    assert cancel(which) == 3
    assert state_of(later) == State.WAITING


def test_a_digest_that_is_made_meanwhile_is_stopped_with_the_letters_in_it(sink: Sink) -> None:
    letter = left(1, target_ref=12, gathered=True)
    which = there_now(Letters(campaign_ref=7))
    digest = left(2, target_ref=12, kind=Kind.DIGEST)
    Message.objects.filter(pk=letter.pk).update(carrier=digest)
    assert cancel(which) == 2
    assert [state_of(one) for one in (letter, digest)] == [State.CANCELLED] * 2


def test_what_was_held_since_is_not_released_by_a_late_job(sink: Sink) -> None:
    before, since = left(1, target_ref=12, held=True), left(2, target_ref=12, held=True)
    which = there_now(Letters(campaign_ref=7))
    Message.objects.filter(pk=since.pk).update(state_since=timezone.now() + timedelta(seconds=1))
    assert release(which) == 1
    assert [state_of(one) for one in (before, since)] == [State.WAITING, State.HELD]
