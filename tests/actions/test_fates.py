"""What a receipt says of letters: in the words of the edition that was signed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.cast import follow_everything, sign
from tocsin.actions.fates import letters_by_digest, receipt_of
from tocsin.actions.models import Action
from tocsin.campaigns.models import Edition

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
