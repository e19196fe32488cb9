"""What a receipt says of letters: in the words of the edition that was signed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.fates import letters_by_digest, receipt_of
from tocsin.actions.models import Action
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Delivery, Kind, Message

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
