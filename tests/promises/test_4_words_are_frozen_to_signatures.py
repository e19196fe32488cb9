"""Promise 4: an action points to the edition its signer saw; the words of an edition never change."""

from __future__ import annotations

import pytest
from django.db.models import ProtectedError
from django.test import Client

from tests.cast import an_edition, follow_everything, letter_words, sign, words_of
from tocsin.actions.models import Action
from tocsin.campaigns.editions import fingerprint, publish_edition
from tocsin.campaigns.models import Campaign, Edition
from tocsin.supporters.models import Consent

pytestmark = pytest.mark.django_db


def test_publishing_the_same_words_again_is_the_same_edition(campaign_open: Campaign) -> None:
    assert an_edition(campaign_open).pk == an_edition(campaign_open).pk


def test_other_words_are_another_edition_and_the_first_stays_as_it_was(client: Client, campaign_open: Campaign) -> None:
    first = an_edition(campaign_open)
    sign(client, first)
    second = an_edition(campaign_open, demand="The very opposite.")
    first.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert first.words["demand"] == "Hear every family."
    assert Action.objects.get().edition == first


def test_a_hash_proves_the_words(edition_en: Edition) -> None:
    edition_en.refresh_from_db()
    assert edition_en.sha256 == fingerprint(edition_en.words)
    assert fingerprint({**edition_en.words, "demand": "Another."}) != edition_en.sha256


def test_the_hash_does_not_depend_on_how_the_database_orders_keys(campaign_open: Campaign) -> None:
    words = words_of(campaign_open)
    assert fingerprint(dict(reversed(list(words.items())))) == fingerprint(dict(words))


def test_going_back_to_old_words_is_a_new_edition_again(campaign_open: Campaign) -> None:
    first = an_edition(campaign_open)
    an_edition(campaign_open, demand="Another.")
    third = publish_edition(campaign=campaign_open, language="en", words=dict(first.words))
    assert (third.number, third.sha256) == (3, first.sha256)


def test_an_edition_that_was_signed_cannot_be_removed(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    with pytest.raises(ProtectedError):
        edition_en.delete()


def test_the_letter_says_what_the_signer_saw(client: Client, campaign_open: Campaign) -> None:
    locked = an_edition(campaign_open, letter=letter_words(mode="locked", text="The first words."))
    an_edition(campaign_open, letter=letter_words(mode="locked", text="Later words."))
    sign(client, locked)
    follow_everything()
    assert Action.objects.get().edition.words["letter"]["text"] == "The first words."


def test_a_consent_keeps_the_sentence_that_was_shown(client: Client, campaign_open: Campaign) -> None:
    sign(client, an_edition(campaign_open))
    follow_everything()
    an_edition(campaign_open, consents=[])
    assert set(Consent.objects.values_list("wording__text", flat=True)) == {"Send me news.", "May we call you?"}
