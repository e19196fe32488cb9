"""Handed over: noted once, letters taken by hand, and whoever wrote told once if that is wished."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.actions.handin.conftest import Write, write_letter
from tests.actions.handin.test_kit import made
from tocsin.actions.handin.jobs import handed_over
from tocsin.actions.handin.notify import notify_writers
from tocsin.actions.handin.record import Received, put_away, record_hand_over
from tocsin.actions.models import Action, HandIn
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.outbox.models import Delivery, Kind, Message, State, Suppression
from tocsin.outbox.post import open_mail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pages")]
RECEIVED = Received(at=datetime(2026, 6, 1, 15, tzinfo=UTC), by="A clerk", note="At the door")


def over(campaign: Campaign, *, tell: bool = False) -> HandIn:
    hand_in = made(campaign)
    assert record_hand_over(hand_in, RECEIVED)
    handed_over.func(hand_in.pk, tell=tell)
    hand_in.refresh_from_db()
    return hand_in


def test_it_works(write: Write, campaign_open: Campaign) -> None:
    letter = write()
    hand_in = over(campaign_open)
    message = Message.objects.get(pk=letter.message_id)
    assert (message.state, message.due_at, message.attempts) == (State.SENT, None, 1)
    delivery = Delivery.objects.get(message=message)
    assert (delivery.server, delivery.outcome, delivery.words) == (
        "hand-in",
        State.SENT,
        "Handed in on paper, received by A clerk.",
    )
    assert (hand_in.state, hand_in.received_by, hand_in.note) == (HandIn.State.HANDED_OVER, "A clerk", "At the door")
    assert hand_in.notified_at is None


def test_what_a_server_took_meanwhile_stays_as_it_was(write: Write, campaign_open: Campaign) -> None:
    letter = write()
    hand_in = made(campaign_open)
    Message.objects.filter(pk=letter.message_id).update(state=State.SENT, last_words="250 OK")
    record_hand_over(hand_in, RECEIVED)
    handed_over.func(hand_in.pk, tell=False)
    assert Message.objects.get(pk=letter.message_id).last_words == "250 OK"
    assert not Delivery.objects.exists()


def test_once(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = over(campaign_open, tell=True)
    assert not record_hand_over(hand_in, RECEIVED)
    assert not put_away(hand_in)
    handed_over.func(hand_in.pk, tell=True)
    assert Delivery.objects.count() == 1
    assert Message.objects.filter(kind=Kind.UPDATE).count() == 1


def test_whoever_wrote_is_told_in_their_language(
    edition_en: Edition, edition_fr: Edition, campaign_open: Campaign
) -> None:
    write_letter(edition_en, name="Ann")
    write_letter(edition_fr, name="Zoé")
    assert over(campaign_open, tell=True).notified_at
    mails = [open_mail(message).data.decode() for message in Message.objects.filter(kind=Kind.UPDATE).order_by("pk")]
    assert len(mails) == 2
    assert "Hello Ann," in mails[0]
    assert "June 1, 2026" in mails[0]
    assert "http://testserver/receipt/" in mails[0].replace("=\r\n", "")
    assert "Auto-Submitted: auto-generated" in mails[0]


def test_one_who_cannot_be_written_to_keeps_nobody_else_from_being_told(write: Write, campaign_open: Campaign) -> None:
    broken, _other = write(), write()
    digest = bytes(broken.action.email_digest)
    hand_in = over(campaign_open)
    for act in ({"given_name": "Jane"}, {"given_name": "Jane", "email": "no address"}):
        sealed = vault().seal(act, action_context(digest))
        Action.objects.filter(pk=broken.action_id).update(sealed=sealed)
        assert notify_writers(hand_in) == 1
    assert Message.objects.filter(kind=Kind.UPDATE).count() == 1


@pytest.mark.parametrize("scope", Suppression.Scope.values)
def test_who_asked_for_no_more_is_not_told(write: Write, campaign_open: Campaign, scope: str) -> None:
    gone, _stays = write(), write()
    about = campaign_open.pk if scope == Suppression.Scope.CAMPAIGN else 0
    left = Suppression.Reason.UNSUBSCRIBED
    Suppression.objects.create(digest=gone.action.email_digest, scope=scope, campaign_ref=about, reason=left)
    over(campaign_open, tell=True)
    assert Message.objects.filter(kind=Kind.UPDATE).count() == 1


def test_a_kit_that_is_not_ready_cannot_be_handed_over(write: Write, campaign_open: Campaign) -> None:
    write()
    hand_in = made(campaign_open)
    HandIn.objects.update(state=HandIn.State.MAKING)
    assert not record_hand_over(hand_in, RECEIVED)
