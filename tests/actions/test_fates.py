"""What a receipt says of letters: in the words of the edition that was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.fates import letters_by_digest, receipt_of
from tocsin.actions.models import Action
from tocsin.actions.receipts import receipt_key
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.outbox.lanes import pair_key
from tocsin.outbox.models import Bucket, Delivery, Kind, Lane, Message

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_works(client: Client, edition_en: Edition, edition_fr: Edition, language: str) -> None:
    """The desk has one name for a target, in whatever language its staff speak; the supporter saw another."""
    edition = {"en": edition_en, "fr": edition_fr}[language]
    sign(client, edition)
    follow_everything()
    action = Action.objects.get()
    receipt = receipt_of(action.pk)
    assert receipt is not None
    shown = edition.words["targets"][0]["name"]
    assert [letter.target for letter in receipt.letters] == [shown]
    assert [letter.target for letter in letters_by_digest(edition, bytes(action.email_digest))] == [shown]
    assert shown != "Minister of Hearings"


@pytest.mark.parametrize(("server", "said"), [("mx.hearings.example", "250 OK"), ("", ""), ("hand-in", ""), (None, "")])
def test_only_what_a_server_said_are_its_own_words(
    client: Client, edition_en: Edition, server: str | None, said: str
) -> None:
    """One attempt that nobody finished comes after: it says nothing yet."""
    sign(client, edition_en)
    follow_everything()
    message = Message.objects.get(kind=Kind.LETTER)
    Message.objects.update(last_words="250 OK")
    if server is not None:
        Delivery.objects.create(message=message, number=1, server=server, finished_at=timezone.now())
    Delivery.objects.create(message=message, number=2, server="mx2.hearings.example")
    receipt = receipt_of(Action.objects.get().pk)
    assert receipt is not None
    assert [letter.said for letter in receipt.letters] == [said]


PAUSED = "Your letter waits: we have paused letters for now."
NOON = datetime(2099, 7, 1, 12, tzinfo=ZoneInfo("America/Vancouver"))


def _receipt_page(client: Client) -> str:
    return client.get(f"/receipt/{receipt_key(Action.objects.get().pk)}/").content.decode()


@pytest.mark.parametrize("by", ["campaign", "pair", "target", "nobody"])
def test_a_pause_is_said_on_the_receipt(client: Client, edition_en: Edition, by: str) -> None:
    sign(client, edition_en)
    follow_everything()
    target_id = edition_en.words["targets"][0]["id"]
    if by == "campaign":
        Campaign.objects.update(letters_paused=True)
    elif by == "pair":
        Bucket.objects.create(key=pair_key(edition_en.campaign_id, target_id), paused=True)
    elif by == "target":
        Target.objects.update(paused=True)
    html = _receipt_page(client)
    assert (PAUSED in html) == (by != "nobody")
    assert ("about to leave" in html) == (by == "nobody")


@pytest.mark.parametrize("of", ["campaign", "lane", "letter"])
def test_a_letter_for_another_day_says_which_in_the_campaigns_time_zone(
    client: Client, edition_en: Edition, of: str
) -> None:
    Campaign.objects.update(time_zone="America/Vancouver")
    sign(client, edition_en)
    follow_everything()
    if of == "campaign":
        Campaign.objects.update(letters_not_before=NOON)
    elif of == "lane":
        Lane.objects.filter(kind=Kind.LETTER).update(not_before=NOON)
    else:
        Message.objects.filter(kind=Kind.LETTER).update(due_at=NOON)
    html = _receipt_page(client)
    assert "It leaves from July 1, 2099, 12:00" in html
    assert "Pacific" in html
    assert "about to leave" not in html


@pytest.mark.parametrize(("mode", "kept"), [("daily", True), ("hand_in", False)])
def test_a_pause_keeps_what_goes_by_mail(client: Client, edition_en: Edition, mode: str, kept: bool) -> None:  # noqa: FBT001  (a case)
    sign(client, edition_en)
    follow_everything()
    Message.objects.filter(kind=Kind.LETTER).update(gathered=True, due_at=None)
    Target.objects.update(mode=mode)
    Campaign.objects.update(letters_paused=True)
    assert (PAUSED in _receipt_page(client)) == kept


def test_what_keeps_letters_is_asked_once_for_all(
    client: Client, edition_en: Edition, django_assert_max_num_queries: Any
) -> None:
    sign(client, edition_en)
    follow_everything()
    action = Action.objects.get()
    with django_assert_max_num_queries(2):
        letters_by_digest(edition_en, bytes(action.email_digest))
