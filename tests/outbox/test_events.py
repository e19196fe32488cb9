"""What came back is noted once, in whatever order it comes, and changes the message's fate."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from tests.outbox.conftest import left
from tocsin.outbox import controls
from tocsin.outbox.claims import claim, note
from tocsin.outbox.events import address_is_dead, is_for_good, note_event, status_in
from tocsin.outbox.models import Bucket, Event, Kind, Message, Notice, Suppression
from tocsin.outbox.states import State
from tocsin.outbox.verdict import Verdict

pytestmark = pytest.mark.django_db
BOUNCED, REPLIED, DELIVERED = Event.Kind.BOUNCED, Event.Kind.REPLIED, Event.Kind.DELIVERED
NO_SUCH_USER = "5.1.1 550 5.1.1 <minister@hearings.example>: no such user"


def sent(number: int = 1, **changes: Any) -> Message:
    message = left(number, **changes)
    Message.objects.filter(pk=message.pk).update(
        state=State.SENT, due_at=None, to_digest=b"d" * 32, target_ref=12 if message.kind == Kind.LETTER else None
    )
    message.refresh_from_db()
    return message


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def test_it_works() -> None:
    message = sent()
    assert note_event(message, BOUNCED, "dsn", "1", NO_SUCH_USER)
    assert not note_event(message, BOUNCED, "dsn", "1", NO_SUCH_USER)
    assert state_of(message) == State.BOUNCED
    assert message.last_words == NO_SUCH_USER
    assert message.events.get().words == NO_SUCH_USER


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        (State.SENT, BOUNCED, State.BOUNCED),
        (State.UNCERTAIN, BOUNCED, State.BOUNCED),
        (State.UNCERTAIN, DELIVERED, State.SENT),
        (State.UNCERTAIN, REPLIED, State.REPLIED),
        (State.UNCERTAIN, Event.Kind.COMPLAINED, State.SENT),
        (State.BOUNCED, REPLIED, State.REPLIED),
        (State.BOUNCED, DELIVERED, State.BOUNCED),
        (State.REPLIED, BOUNCED, State.REPLIED),
        (State.SENT, Event.Kind.DELAYED, State.SENT),
        (State.SENT, DELIVERED, State.SENT),
        (State.WAITING, BOUNCED, State.WAITING),
        (State.DEFERRED, DELIVERED, State.DEFERRED),
        (State.HELD, REPLIED, State.HELD),
        (State.CANCELLED, BOUNCED, State.CANCELLED),
    ],
)
def test_where_it_leads(before: State, kind: Event.Kind, after: State) -> None:
    message = sent()
    Message.objects.update(state=before)
    assert note_event(message, kind, "dsn", "1", "5.1.1 no such user")
    assert state_of(message) == after
    assert message.events.get().kind == kind


def test_said_again_it_costs_one_question(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    message = sent()
    note_event(message, BOUNCED, "postmark", "1")
    with django_assert_num_queries(1):
        note_event(message, BOUNCED, "postmark", "1")


def test_any_order_leads_to_the_same() -> None:
    kinds = [BOUNCED, REPLIED, DELIVERED, Event.Kind.DELAYED]
    for number, order in enumerate(itertools.permutations(kinds)):
        message = sent(number)
        for kind in order:
            note_event(message, kind, "postmark", f"{number} {kind}")
        assert state_of(message) == State.REPLIED, order


def test_quicker_than_the_answer() -> None:
    """A report may be here before the worker has written what the server said: it is not undone by that."""
    message = left()
    [one] = claim(1)
    note_event(message, BOUNCED, "dsn", "early", "5.1.1 no such user")
    assert state_of(message) == State.SENDING  # nothing of this attempt can be back: its dot was not sent
    note([one], [])
    note_event(message, BOUNCED, "dsn", "1", "5.1.1 no such user")
    note([], [(one, Verdict(State.SENT, "250 ok"))])
    assert state_of(message) == State.BOUNCED
    assert (message.lease_until, message.due_at) == (None, None)
    assert message.deliveries.get().finished_at is not None


def test_a_dead_address_of_a_target() -> None:
    for number in range(2):
        note_event(sent(number), BOUNCED, "dsn", str(number), NO_SUCH_USER)
    notice = Notice.objects.get()
    assert (notice.kind, notice.about, notice.words) == (Notice.Kind.DEAD, "target:12", NO_SUCH_USER)
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("words", ["5.7.1 policy", "5.2.2 full", "4.4.7 expired", "5.1.8 bad sender", "no reason"])
def test_what_says_nothing_of_an_address(words: str) -> None:
    note_event(sent(1), BOUNCED, "dsn", "1", words)
    note_event(sent(2, kind=Kind.THANKS), BOUNCED, "dsn", "2", words)
    assert not Notice.objects.exists()
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("kind", "words", "reason"),
    [(BOUNCED, "5.1.1 no such user jane@example.ca", "bounced"), (Event.Kind.COMPLAINED, "abuse", "complained")],
)
def test_a_supporter_is_left_alone(kind: Event.Kind, words: str, reason: str) -> None:
    message = sent(kind=Kind.THANKS)
    note_event(message, kind, "dsn", "1", words)
    note_event(message, kind, "dsn", "2", words)
    suppression = Suppression.objects.get()
    assert bytes(suppression.digest) == b"d" * 32
    assert (suppression.reason, suppression.scope) == (reason, "all")
    assert "jane" not in Event.objects.earliest("pk").words + Message.objects.get().last_words


def test_an_address_that_is_dead_outweighs_that_the_person_left() -> None:
    Suppression.objects.create(digest=b"d" * 32, reason=Suppression.Reason.UNSUBSCRIBED)
    note_event(sent(kind=Kind.THANKS), BOUNCED, "dsn", "1", NO_SUCH_USER)
    assert Suppression.objects.get().reason == Suppression.Reason.BOUNCED


def test_a_complaint_about_a_letter_suppresses_nobody() -> None:
    note_event(sent(), Event.Kind.COMPLAINED, "dsn", "1", "abuse")
    assert not Suppression.objects.exists()


def test_letters_share_the_fate_of_the_digest_that_carried_them() -> None:
    digest, carried = sent(1, kind=Kind.DIGEST), sent(2)
    Message.objects.filter(pk=carried.pk).update(carrier=digest)
    note_event(digest, BOUNCED, "dsn", "1", "5.1.1 gone")
    assert state_of(carried) == State.BOUNCED
    Message.objects.filter(pk=carried.pk).update(state=State.SENT)
    note_event(digest, REPLIED, "reply", "2")
    assert state_of(carried) == State.SENT


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("550 5.1.1 no", "5.1.1"),
        ("smtp; 550-5.1.10 RESOLVER", "5.1.10"),
        ("from 192.5.1.1 nothing", ""),
        ("version 5.1.1.2", ""),
        ("4.4.7", "4.4.7"),
        ("", ""),
    ],
)
def test_status_in_words(words: str, status: str) -> None:
    assert status_in(words) == status


def test_what_a_code_says() -> None:
    assert [code for code in ("5.1.1", "5.1.10", "5.1.7", "5.2.1", "4.1.1") if address_is_dead(code)] == [
        "5.1.1",
        "5.1.10",
    ]
    assert [code for code in ("5.0.0", "5.2.2", "5.4.1", "5.7.1", "") if is_for_good(code)] == ["5.0.0", "5.4.1"]


def test_a_long_name_of_an_event_is_one_name() -> None:
    message = sent()
    assert note_event(message, BOUNCED, "dsn", "x" * 500)
    assert not note_event(message, BOUNCED, "dsn", "x" * 500)
    assert note_event(message, BOUNCED, "dsn", "x" * 501)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_noted_once() -> None:
    messages = [sent(number) for number in range(5)]
    noted: list[bool] = []

    def report(order: Sequence[int]) -> None:
        noted.extend(note_event(messages[number % 5], BOUNCED, "postmark", str(number), "5.1.1 no") for number in order)
        connections.close_all()

    threads = [threading.Thread(target=report, args=(order,)) for order in (range(50), range(49, -1, -1)) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(noted), sum(noted)) == (200, 50)
    assert Event.objects.count() == 50
    assert {state_of(message) for message in messages} == {State.BOUNCED}
    assert Notice.objects.count() == 1


# ── a target's address that is dead ─────────────────────────────────────────────────────────────────────────────
def is_shut() -> bool:
    return Bucket.objects.filter(key="target:12", paused=True).exists()


@pytest.fixture
def open_bucket() -> None:
    Bucket.objects.create(key="target:12")


def test_letters_to_a_dead_address_wait(open_bucket: None) -> None:
    note_event(sent(), BOUNCED, "dsn", "1", NO_SUCH_USER)
    assert is_shut()
    assert Bucket.objects.get(key="target:12").why_paused == NO_SUCH_USER


@pytest.mark.parametrize(("words", "certain"), [("5.1.0 some address", True), (NO_SUCH_USER, False)])
def test_what_may_be_of_another_address_is_told_and_pauses_nothing(
    open_bucket: None, words: str, *, certain: bool
) -> None:
    note_event(sent(), BOUNCED, "dsn", "1", words, certain=certain)
    assert Notice.objects.get().about == "target:12"
    assert not is_shut()


def test_what_left_before_staff_mended_it_says_nothing_of_the_new_address(open_bucket: None) -> None:
    before = [sent(1), sent(2)]
    note_event(before[0], BOUNCED, "dsn", "1", NO_SUCH_USER)
    controls.reopen("target:12")
    note_event(before[1], BOUNCED, "dsn", "2", NO_SUCH_USER)
    assert not is_shut()
    assert not Notice.objects.filter(settled_at=None).exists()
    after = sent(3)
    Message.objects.filter(pk=after.pk).update(created_at=Now() + timedelta(seconds=1))
    after.refresh_from_db()
    note_event(after, BOUNCED, "dsn", "3", NO_SUCH_USER)
    assert is_shut()
