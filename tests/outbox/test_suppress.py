"""Suppression: asked in the claim itself, and a supporter who left stops no letter to a target."""

from __future__ import annotations

import pytest

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.sink import Sink
from tocsin.outbox.models import Kind, Message, Suppression
from tocsin.outbox.post import address_digest
from tocsin.outbox.states import State
from tocsin.outbox.suppress import SUPPRESSED, allow_again, suppress, suppressed_among

pytestmark = pytest.mark.django_db
ALL, NEWS = Suppression.Scope.ALL, Suppression.Scope.NEWS
LEFT, BOUNCED, STAFF, ERASED = (
    Suppression.Reason.UNSUBSCRIBED,
    Suppression.Reason.BOUNCED,
    Suppression.Reason.STAFF,
    Suppression.Reason.ERASED,
)


def test_it_works(sink: Sink) -> None:
    message, other = left(1, kind=Kind.THANKS, to_address="Jane.Doe+x@example.ca"), left(2, kind=Kind.THANKS)
    assert suppress("jane.doe@example.ca", ALL, LEFT)
    deliver_batch()
    message.refresh_from_db()
    assert (message.state, message.last_words, message.due_at) == (State.CANCELLED, SUPPRESSED, None)
    assert message.deliveries.count() == 0
    assert Message.objects.get(pk=other.pk).state == State.SENT
    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("kind", "scope", "reason", "stopped"),
    [
        (Kind.LETTER, ALL, LEFT, False),
        (Kind.LETTER, ALL, ERASED, False),
        (Kind.LETTER, NEWS, BOUNCED, False),
        (Kind.LETTER, ALL, BOUNCED, True),
        (Kind.LETTER, ALL, STAFF, True),
        (Kind.DIGEST, ALL, LEFT, False),
        (Kind.THANKS, ALL, ERASED, True),
        (Kind.THANKS, NEWS, LEFT, False),
        (Kind.UPDATE, NEWS, LEFT, True),
        (Kind.STAFF, ALL, BOUNCED, False),
    ],
)
def test_what_stops_what(
    sink: Sink, kind: Kind, scope: Suppression.Scope, reason: Suppression.Reason, *, stopped: bool
) -> None:
    left(1, kind=kind)
    suppress("minister@hearings.example", scope, reason)
    deliver_batch()
    assert (Message.objects.get().state == State.CANCELLED) is stopped
    assert len(sink.taken) == (not stopped)


def test_the_reason_that_stops_more_is_kept() -> None:
    assert suppress("jane@example.ca", ALL, LEFT)
    assert not suppress("jane@example.ca", ALL, BOUNCED)
    assert Suppression.objects.get().reason == BOUNCED
    assert not suppress("jane@example.ca", ALL, LEFT)
    assert Suppression.objects.get().reason == BOUNCED


def test_it_can_be_taken_back(sink: Sink) -> None:
    left(1, kind=Kind.THANKS)
    suppress("minister@hearings.example", ALL, LEFT)
    assert allow_again("minister@hearings.example", ALL)
    assert not allow_again("minister@hearings.example", ALL)
    deliver_batch()
    assert len(sink.taken) == 1


@pytest.mark.parametrize(
    ("kind", "campaign", "stopped"),
    [(Kind.UPDATE, 7, True), (Kind.UPDATE, 8, False), (Kind.THANKS, 7, False), (Kind.LETTER, 7, False)],
)
def test_who_left_a_campaign_gets_no_more_updates_about_it_alone(
    sink: Sink, kind: Kind, campaign: int, *, stopped: bool
) -> None:
    left(1, kind=kind, campaign_ref=campaign)
    suppress("minister@hearings.example", Suppression.Scope.CAMPAIGN, LEFT, campaign_ref=7)
    deliver_batch()
    assert (Message.objects.get().state == State.CANCELLED) is stopped
    among = suppressed_among([address_digest("minister@hearings.example")], kind, campaign)
    assert bool(among) is stopped


def test_two_campaigns_are_left_and_taken_up_again_apart() -> None:
    for campaign in (7, 8):
        assert suppress("jane@example.ca", Suppression.Scope.CAMPAIGN, LEFT, campaign_ref=campaign)
    assert allow_again("jane@example.ca", Suppression.Scope.CAMPAIGN, campaign_ref=7)
    assert Suppression.objects.get().campaign_ref == 8
