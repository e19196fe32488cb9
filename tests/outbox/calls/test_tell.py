"""A call for each event and each endpoint that wants it, in the transaction of the event; and without any, nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models, transaction
from pytest_django import DjangoAssertNumQueries

from tests.outbox.batch import deliver_batch
from tests.outbox.calls.conftest import an_endpoint, happen
from tests.outbox.conftest import left, let_leases_run_out
from tests.outbox.sink import HANG_UP, Sink
from tests.outbox.test_carried import a_digest_of
from tocsin.outbox import controls, decide, restore
from tocsin.outbox.calls.kinds import CHOOSABLE, EventKind
from tocsin.outbox.calls.tell import COLUMNS, Happened, listening, tell, tell_of_letters
from tocsin.outbox.claims import claim, note, recover
from tocsin.outbox.controls import Alone
from tocsin.outbox.events import note_event
from tocsin.outbox.models import Call, Event, Kind, Message, Suppression
from tocsin.outbox.states import State
from tocsin.outbox.suppress import suppress
from tocsin.outbox.verdict import Verdict

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:1/in"


@pytest.fixture
def crm() -> None:
    an_endpoint(URL)


def told() -> list[tuple[str, int]]:
    return list(Call.objects.order_by("pk").values_list("kind", "about"))


def test_it_works() -> None:
    all_of_it, _secret = an_endpoint(URL, name="All", kinds=CHOOSABLE)
    one_campaign, _secret = an_endpoint(URL, name="Seven", kinds=CHOOSABLE, campaign_ref=7)
    other, _secret = an_endpoint(URL, name="Eight", kinds=CHOOSABLE, campaign_ref=8)
    an_endpoint(URL, name="Letters", kinds=[EventKind.LETTER_SENT])
    calls = happen(1)
    assert {call.endpoint_id for call in calls} == {all_of_it.pk, one_campaign.pk}
    assert len({call.ref for call in calls}) == 2
    assert {call.endpoint_id for call in happen(2, campaign=None)} == {all_of_it.pk}
    assert {call.endpoint_id for call in happen(3, campaign=8)} == {all_of_it.pk, other.pk}


def test_the_same_event_is_told_once(crm: None) -> None:
    happen(1)
    happen(1)
    assert told() == [("action.counted", 1)]
    tell([Happened(EventKind.ACTION_COUNTED, 1, 7, "set:2")], listening(EventKind.ACTION_COUNTED))
    assert len(told()) == 2


def test_what_did_not_happen_is_not_told(crm: None) -> None:
    with transaction.atomic():
        happen(1)
        transaction.set_rollback(True)
    assert told() == []


def test_without_an_endpoint_it_costs_one_question(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    messages = [left(number).pk for number in range(5)]
    with django_assert_num_queries(1):
        tell_of_letters(messages, State.SENT)
    with django_assert_num_queries(0):
        tell_of_letters(messages, State.DEFERRED, State.WAITING, State.HELD)
        tell_of_letters([], State.SENT)
    assert told() == []


def test_the_columns_are_those_that_the_database_does_not_fill() -> None:
    filled = {
        field.column
        for field in Call._meta.concrete_fields
        if not field.primary_key and field.db_default is models.NOT_PROVIDED and not field.null
    }
    assert filled | {"campaign_ref", "with_people"} == set(COLUMNS)


# ── letters ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("", EventKind.LETTER_SENT),
        ("554 5.6.0 No", EventKind.LETTER_REFUSED),
        (HANG_UP, EventKind.LETTER_UNCERTAIN),
        ("451 4.3.0 Later", None),
    ],
)
def test_what_a_server_answered_is_told(crm: None, sink: Sink, answer: str, kind: EventKind | None) -> None:
    message = left(1)
    sink.at_dot.append(answer)
    deliver_batch()
    assert told() == ([(kind, message.pk)] if kind else [])


def test_of_other_mails_nothing_is_told(crm: None, sink: Sink) -> None:
    left(1, key="thanks:1", kind=Kind.THANKS)
    deliver_batch()
    assert told() == []


def test_a_letter_in_a_digest_is_told_as_a_letter(crm: None, sink: Sink) -> None:
    digest, letters = a_digest_of(1, 2)
    deliver_batch()
    assert told() == [(EventKind.LETTER_SENT, letter.pk) for letter in letters]
    note_event(digest, Event.Kind.BOUNCED, "dsn", "1", "5.2.2 full")
    assert told()[2:] == [(EventKind.LETTER_BOUNCED, letter.pk) for letter in letters]


def test_a_dead_workers_letter_is_told_as_uncertain(crm: None) -> None:
    message = left(1)
    note(claim(1), [])
    let_leases_run_out()
    recover()
    assert told() == [(EventKind.LETTER_UNCERTAIN, message.pk)]


def test_what_comes_back_is_told_once(crm: None) -> None:
    message = left(1)
    Message.objects.update(state=State.SENT, due_at=None)
    for number in ("1", "1", "2"):
        note_event(message, Event.Kind.BOUNCED, "dsn", number, "5.2.2 full")
    note_event(message, Event.Kind.REPLIED, "reply", "3")
    note_event(message, Event.Kind.REPLIED, "reply", "4")
    assert told() == [(EventKind.LETTER_BOUNCED, message.pk), (EventKind.LETTER_REPLIED, message.pk)]


def test_what_a_provider_delivered_after_all_is_told(crm: None) -> None:
    message = left(1)
    Message.objects.update(state=State.UNCERTAIN, due_at=None)
    note_event(message, Event.Kind.DELIVERED, "postmark", "1")
    note_event(message, Event.Kind.DELIVERED, "postmark", "2")
    assert told() == [(EventKind.LETTER_SENT, message.pk)]


def test_what_is_uncertain_twice_is_told_twice(crm: None, sink: Sink) -> None:
    message = left(1)
    sink.at_dot.extend([HANG_UP, HANG_UP])
    deliver_batch()
    decide.resend_uncertain(message.pk)
    deliver_batch()
    assert told() == [(EventKind.LETTER_UNCERTAIN, message.pk)] * 2


def test_what_staff_stop_is_told(crm: None) -> None:
    message = left(1)
    controls.hold(Alone(message.pk))
    assert told() == []
    controls.cancel(Alone(message.pk))
    assert told() == [(EventKind.LETTER_CANCELLED, message.pk)]


def test_what_a_suppressed_address_stops_is_told(crm: None, sink: Sink) -> None:
    message = left(1)
    suppress(bytes(message.to_digest), Suppression.Scope.ALL, Suppression.Reason.STAFF)
    deliver_batch()
    assert told() == [(EventKind.LETTER_CANCELLED, message.pk)]


def test_what_a_restore_finds_in_the_journal_is_told_again(crm: None) -> None:
    sent, waits = left(1), left(2)
    restore.put_right([(sent.ref, "sent")])
    assert told() == [(EventKind.LETTER_SENT, sent.pk)]
    assert Message.objects.get(pk=waits.pk).state == State.HELD


def test_what_cannot_be_told_is_not_written_down(crm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The call and the fate are one commit."""
    left(1)
    [taken] = claim(1)
    monkeypatch.setattr("tocsin.outbox.claims.tell_of_letters", _fails)
    with pytest.raises(ZeroDivisionError):
        note([], [(taken, Verdict(State.SENT, "250"))])
    assert Message.objects.get().state == State.SENDING


def _fails(*_: Any) -> None:
    raise ZeroDivisionError
