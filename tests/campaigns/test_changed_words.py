"""Words that change after people signed them leave a question open, once, until somebody answers it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.cast import an_edition, follow_everything, letter_words, sign
from tocsin.actions.models import Action
from tocsin.actions.receipts import receipt_key
from tocsin.campaigns.changed_words import Decision, answer_open_notes, ask_what_follows, open_notes, public_notes
from tocsin.campaigns.models import Campaign, Edition, EditionNote, EditionTally
from tocsin.campaigns.parts import names_of_changed

pytestmark = pytest.mark.django_db
Answer = EditionNote.Answer


def answer(campaign: Campaign, what: str = Answer.CORRECTION, **changes: Any) -> int:
    asked = changes.pop("asked", None) or dict(open_notes(campaign).values_list("pk", "after"))
    said = {"sentences": {"en": "We put it right."}, "reason": "A misprint.", **changes}
    return answer_open_notes(campaign=campaign, decision=Decision(what, "Jane Doe", **said), asked=asked)


@pytest.fixture
def first(campaign_open: Campaign) -> Edition:
    return an_edition(campaign_open)


@pytest.fixture
def second(campaign_open: Campaign, first: Edition) -> Edition:
    return an_edition(campaign_open, demand="Hear every child.")


def test_it_works(campaign_open: Campaign, first: Edition, second: Edition) -> None:
    note = ask_what_follows(before=first, after=second, acted_before=7)
    assert note is not None
    assert list(open_notes(campaign_open)) == [note]
    assert answer(campaign_open) == 1
    assert not open_notes(campaign_open).exists()
    shown = public_notes(campaign_open, "en").get()
    assert shown.sentence == "We put it right."
    assert shown.shown == [["demand", [["same", "Hear every"], ["gone", " family"], ["new", " child"], ["same", "."]]]]


def test_words_that_nobody_signs_ask_nothing(campaign_open: Campaign, first: Edition) -> None:
    assert ask_what_follows(before=first, after=an_edition(campaign_open, button="Send it"), acted_before=7) is None


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("title", {"title": "Another"}),
        ("demand", {"demand": "The opposite."}),
        ("subject", {"letter": letter_words(subject="Another")}),
        ("letter", {"letter": letter_words(text="Another")}),
        ("closing", {"letter": letter_words(closing="Bye,")}),
        ("header", {"letter": letter_words(header="I live in {city}.")}),
        ("consents", {"consents": []}),
    ],
)
def test_each_part_that_people_sign_is_known(campaign_open: Campaign, first: Edition, part: str, change: Any) -> None:
    assert names_of_changed(first.words, an_edition(campaign_open, **change).words, signed_only=True) == [part]


def test_a_further_change_joins_the_question_that_is_open(
    campaign_open: Campaign, first: Edition, second: Edition
) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    third = an_edition(campaign_open, demand="Hear every grandmother.")
    ask_what_follows(before=second, after=third, acted_before=7)
    note = open_notes(campaign_open).get()
    assert (note.before, note.after) == (first, third)


def test_words_that_are_again_as_they_were_ask_nothing_any_more(
    campaign_open: Campaign, first: Edition, second: Edition
) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    ask_what_follows(before=second, after=an_edition(campaign_open, button="Send it"), acted_before=7)
    assert not EditionNote.objects.exists()


def test_the_next_change_after_an_answer_is_another_question(
    campaign_open: Campaign, first: Edition, second: Edition
) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    answer(campaign_open)
    ask_what_follows(before=second, after=an_edition(campaign_open, demand="Hear everybody."), acted_before=7)
    assert open_notes(campaign_open).get().before == second


def test_new_signatures_retire_the_earlier_words(campaign_open: Campaign, first: Edition, second: Edition) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    answer(campaign_open, Answer.NEW_SIGNATURES)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.retired_at is not None
    assert second.retired_at is None


def test_what_is_kept_is_not_shown(campaign_open: Campaign, first: Edition, second: Edition) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    answer(campaign_open, Answer.KEPT)
    assert not public_notes(campaign_open, "en").exists()
    assert EditionNote.objects.get().reason == "A misprint."


def test_an_answer_is_for_the_words_that_were_read(campaign_open: Campaign, first: Edition, second: Edition) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    asked = dict(open_notes(campaign_open).values_list("pk", "after"))
    ask_what_follows(before=second, after=an_edition(campaign_open, demand="Hear nobody."), acted_before=7)
    assert answer(campaign_open, asked=asked) == 0
    assert open_notes(campaign_open).exists()


def test_a_question_is_answered_once(campaign_open: Campaign, first: Edition, second: Edition) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    asked = dict(open_notes(campaign_open).values_list("pk", "after"))
    assert answer(campaign_open, asked=asked) == 1
    assert answer(campaign_open, Answer.NEW_SIGNATURES, asked=asked) == 0
    first.refresh_from_db()
    assert first.retired_at is None


@pytest.mark.parametrize("what", list(Answer))
def test_the_database_wants_the_words_that_an_answer_needs(
    campaign_open: Campaign, first: Edition, second: Edition, what: str
) -> None:
    ask_what_follows(before=first, after=second, acted_before=7)
    with pytest.raises(IntegrityError), transaction.atomic():
        answer(campaign_open, what, sentences={}, reason="")


def test_how_many_acted_on_each_edition_is_tallied(client: Client, first: Edition, second: Edition) -> None:
    sign(client, first)
    sign(client, second, email="other@example.org")
    sign(client, second, email="third@example.org")
    follow_everything()
    assert dict(EditionTally.objects.values_list("pk", "counted")) == {first.pk: 1, second.pk: 2}


def test_a_receipt_shows_the_words_that_were_signed(
    client: Client, campaign_open: Campaign, first: Edition, second: Edition
) -> None:
    sign(client, first)
    follow_everything()
    address = f"/receipt/{receipt_key(Action.objects.get().pk)}/"
    said = "The page has changed its words since"
    assert said not in client.get(address).content.decode()
    ask_what_follows(before=first, after=second, acted_before=1)
    answer(campaign_open)
    page = client.get(address).content.decode()
    assert said in page
    assert "Hear every family." in page
