"""Leaving: the link shows, a press acts at once and for ever, a mail program's too, and there is a way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from time_machine import Traveller

from tests.cast import an_edition, follow_everything, sign
from tocsin.actions.models import Action, Update, UpdateCopy
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.campaigns.models import Edition
from tocsin.lib.vault import vault
from tocsin.outbox.models import Kind, Message, Suppression
from tocsin.outbox.post import Outgoing, leave
from tocsin.outbox.states import State
from tocsin.supporters.current import EVERYTHING, about_campaign, current_consents, withdrawals
from tocsin.supporters.models import Consent, Supporter

pytestmark = pytest.mark.django_db
NEWS, CAMPAIGN = Suppression.Scope.NEWS, Suppression.Scope.CAMPAIGN


@pytest.fixture
def action(client: Client, edition_en: Edition) -> Action:
    return signed(client, edition_en)


def signed(client: Client, edition: Edition, **changes: str) -> Action:
    sign(client, edition, **changes)
    follow_everything()
    return Action.objects.latest("pk")


def address(action: Action) -> str:
    return unsubscribe_url(action.edition_id, bytes(action.email_digest)).removeprefix("http://testserver")


def press(client: Client, action: Action, choice: str) -> str:
    response = client.post(address(action), {"choice": choice})
    assert response.status_code == 200
    return response.content.decode()


def a_copy(action: Action, state: State = State.WAITING) -> Message:
    update = Update.objects.create(campaign=action.campaign, words={}, written_by_name="Jane Doe")
    mail = Outgoing(
        key=f"update:{update.pk}:{action.supporter_id}",
        kind=Kind.UPDATE,
        campaign_ref=action.campaign_id,
        sender_name="Org",
        to_name="",
        to_address="jane.doe@example.org",
        subject="S",
        text="T",
        language="en",
    )
    [number] = leave([mail]).values()
    UpdateCopy.objects.create(update_sent=update, supporter_id=action.supporter_id or 0, message_id=number)
    Message.objects.filter(pk=number).update(state=state)
    return Message.objects.get(pk=number)


def test_it_works(client: Client, action: Action) -> None:
    waiting = a_copy(action)
    html = client.get(address(action)).content.decode()
    assert "No more updates about this campaign" in html
    assert "You get no more updates about" in press(client, action, "campaign")
    row = Suppression.objects.get()
    assert (row.scope, row.campaign_ref, bytes(row.digest)) == (CAMPAIGN, action.campaign_id, action.email_digest)
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED
    kept = Consent.objects.get(control=Consent.Control.LEFT)
    assert (kept.purpose, kept.method) == (about_campaign(action.campaign_id), Consent.Method.MAIL)
    assert current_consents("news").filter(supporter=action.supporter).exists()


def test_no_more_at_all_ends_every_consent(client: Client, action: Action) -> None:
    assert "You get no more news and updates from Fair Hearing Society" in press(client, action, "everything")
    assert Suppression.objects.get().scope == NEWS
    assert not current_consents("news").exists()
    assert Message.objects.filter(kind=Kind.LETTER, state=State.WAITING).count() == 1


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_one_press_in_a_mail_program_ends_all_of_it(client: Client, action: Action, content_type: str) -> None:
    urlencoded = content_type.startswith("application")
    body = (
        "List-Unsubscribe=One-Click"
        if urlencoded
        else '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    )
    stranger = Client(enforce_csrf_checks=True)
    headers = {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    response = stranger.post(address(action), body, content_type=content_type, headers=headers)
    assert response.status_code == 200
    assert Suppression.objects.get().scope == NEWS
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"choice=nonsense"])
def test_whatever_is_posted_there_means_no_more(client: Client, action: Action, body: bytes) -> None:
    assert client.post(address(action), body, content_type="application/x-www-form-urlencoded").status_code == 200
    assert Suppression.objects.get().scope == NEWS


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_the_link_changes_nothing(client: Client, action: Action, method: str) -> None:
    response = getattr(client, method)(address(action))
    assert response.status_code == 200
    assert not Suppression.objects.exists()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_there_is_a_way_back(client: Client, action: Action) -> None:
    for choice in ("campaign", "everything"):
        press(client, action, choice)
    assert "We write to you again" in press(client, action, "back")
    assert not Suppression.objects.exists()
    for purpose in (EVERYTHING, about_campaign(action.campaign_id)):
        assert not withdrawals(purpose).filter(supporter=action.supporter).exists()
    assert current_consents("news").exists()
    assert Consent.objects.filter(control=Consent.Control.LEFT).count() == 2  # the log keeps all of it


def test_a_box_ticked_afterwards_brings_nobody_back(client: Client, action: Action) -> None:
    press(client, action, "everything")
    signed(client, an_edition(action.campaign, "fr"), email="somebody@example.org")
    sign(client, action.edition)
    follow_everything()
    assert Suppression.objects.filter(digest=action.email_digest).exists()
    assert not current_consents("news").filter(supporter=action.supporter).exists()


def test_the_way_back_lifts_no_other_reason(client: Client, action: Action) -> None:
    Suppression.objects.create(
        digest=action.email_digest, scope=Suppression.Scope.ALL, reason=Suppression.Reason.BOUNCED
    )
    press(client, action, "everything")
    press(client, action, "back")
    assert Suppression.objects.get().reason == Suppression.Reason.BOUNCED


def test_one_persons_key_is_about_nobody_else(client: Client, action: Action) -> None:
    other = signed(client, action.edition, email="joan@example.org")
    press(client, other, "everything")
    assert bytes(Suppression.objects.get().digest) == bytes(other.email_digest)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_changed_key_opens_nothing(client: Client, action: Action, method: str) -> None:
    key = address(action).split("/")[2]
    for wrong in (key[:-2] + ("AA" if key[-2:] != "AA" else "BB"), "x", vault().token("unsubscribe", b"short")):
        assert getattr(client, method)(f"/unsubscribe/{wrong}/").status_code == 404
    nowhere = unsubscribe_url(99_999, bytes(action.email_digest)).removeprefix("http://testserver")
    assert client.get(nowhere).status_code == 404
    assert not Suppression.objects.exists()


def test_it_works_for_ever(client: Client, action: Action, noon: Traveller) -> None:
    there = address(action)
    noon.shift(timedelta(days=3 * 365))
    assert client.post(there, {"choice": "campaign"}).status_code == 200


def test_it_speaks_the_language_of_the_action(client: Client, edition_fr: Edition) -> None:
    action = signed(client, edition_fr)
    html = client.get(address(action), headers={"accept-language": "en"}).content.decode()
    assert '<html lang="fr"' in html


def test_who_was_erased_may_still_say_so(client: Client, action: Action) -> None:
    Action.objects.update(supporter=None)
    Supporter.objects.all().delete()
    press(client, action, "campaign")
    assert Suppression.objects.count() == 1


def test_every_thank_you_says_how_to_stop(client: Client, action: Action, edition_fr: Edition) -> None:
    text = thank_you_to(action)
    assert f"http://testserver{address(action)}" in text
    assert "List-Unsubscribe" not in text


def thank_you_to(action: Action) -> str:
    message = Message.objects.get(key=f"thanks:{action.pk}")
    opened = vault().open(message.sealed, b"message:" + message.key.encode())
    return str(opened["bytes"]).replace("=\r\n", "")
