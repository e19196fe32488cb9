"""The room “Editions”, and the question about words that changed after people had signed them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign, words
from tocsin.campaigns.changed_words import ask_what_follows
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, EditionNote, EditionTally, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(campaign: Campaign, target: Target, edition: Edition, sign: Sign) -> Edition:
    """Other words, published after somebody had signed the first."""
    sign()
    changed = {**words(campaign, target), "demand": "Open it today."}
    found = publish_edition(campaign=campaign, language="en", words=changed, by_name="Jane Doe")
    ask_what_follows(before=edition, after=found, acted_before=7)
    return found


def at(name: str, campaign: Campaign, *args: int) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk, *args])


def answer(client: Client, campaign: Campaign, second: Edition, **said: str) -> Any:
    note = EditionNote.objects.get()
    return client.post(at("changed_words", campaign), {f"after_{note.pk}": str(second.pk), **said})


def test_it_works(admin: Client, campaign: Campaign, edition: Edition, second: Edition) -> None:
    EditionTally.objects.create(edition=edition, counted=12_345)
    page = admin.get(at("editions", campaign)).content.decode()
    assert "12,345" in page
    assert "Jane Doe" in page
    assert "Demand" in page
    assert "Say what follows from the change" in page


def test_the_list_costs_few_queries(
    admin: Client, campaign: Campaign, target: Target, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        changed = {**words(campaign, target), "demand": f"Open it {number} times."}
        publish_edition(campaign=campaign, language="en", words=changed)
    admin.get(at("editions", campaign))
    with django_assert_max_num_queries(14):
        page = admin.get(at("editions", campaign))
    assert [row.edition.number for row in page.context["rows"]] == list(range(60, 35, -1))
    older = admin.get(at("editions", campaign), {"below": page.context["older"]})
    assert older.context["rows"][0].edition.number == 35


@pytest.mark.parametrize("asked", ["x", "-1", "９", "99999999999999"])
def test_an_odd_address_is_no_error(admin: Client, campaign: Campaign, second: Edition, asked: str) -> None:
    assert admin.get(at("editions", campaign), {"below": asked, "language": asked}).status_code == 200
    assert (
        admin.get(at("compare", campaign), {"before": asked, "after": str(second.pk)}, follow=True).status_code == 404
    )


def test_a_language_without_editions_says_so(admin: Client, campaign: Campaign, second: Edition) -> None:
    assert (
        "Nothing is published in this language yet"
        in admin.get(at("editions", campaign), {"language": "fr"}).content.decode()
    )


def test_any_two_are_compared_word_by_word(
    admin: Client, campaign: Campaign, edition: Edition, second: Edition
) -> None:
    page = admin.get(at("compare", campaign), {"before": second.pk, "after": edition.pk}).content.decode()
    assert "<ins>" in page
    assert " today" in page
    assert "put in:" in page


def test_editions_of_another_campaign_are_not_compared(admin: Client, campaign: Campaign, edition: Edition) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    answer = admin.get(at("compare", other), {"before": edition.pk, "after": edition.pk}, follow=True)
    assert answer.status_code == 404
    assert admin.get(at("edition", other, edition.pk), follow=True).status_code == 404


def test_the_question_stands_on_the_campaigns_first_screen(admin: Client, campaign: Campaign, second: Edition) -> None:
    assert "Say what follows" in admin.get(at("hub", campaign)).content.decode()


def test_the_question_stands_on_the_desks_first_screen_for_who_may_answer(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, second: Edition
) -> None:
    said = "Words have changed after people had signed others"
    assert said in admin.get("/desk/").content.decode()
    assert said not in colleague("campaigns.view_campaign").get("/desk/").content.decode()
    EditionNote.objects.all().delete()
    assert said not in admin.get("/desk/").content.decode()


def test_a_correction_is_kept_with_its_sentence(admin: Client, campaign: Campaign, second: Edition) -> None:
    assert answer(admin, campaign, second, answer="correction", sentence_en="We said when.").status_code == 302
    note = EditionNote.objects.get()
    assert (note.sentence, note.answered_by_name) == ("We said when.", "Jane Doe")
    assert ModelLogEntry.objects.filter(action="tocsin.words_answered").exists()
    assert "We said when." in admin.get(at("editions", campaign)).content.decode()


def test_new_signatures_retire_the_words_before(
    admin: Client, campaign: Campaign, edition: Edition, second: Edition
) -> None:
    answer(admin, campaign, second, answer="new", sentence_en="Another demand.")
    edition.refresh_from_db()
    assert edition.retired_at is not None


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "answer"),
        ({"answer": "nonsense"}, "answer"),
        ({"answer": "correction"}, "sentence_en"),
        ({"answer": "new", "sentence_en": " "}, "sentence_en"),
        ({"answer": "kept", "sentence_en": "We said when."}, "reason"),
        ({"answer": "correction", "sentence_en": "x" * 501}, "sentence_en"),
    ],
)
def test_half_an_answer_is_none(
    admin: Client, campaign: Campaign, second: Edition, said: dict[str, str], field: str
) -> None:
    page = answer(admin, campaign, second, **said)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert EditionNote.objects.get().answer == ""


def test_what_changed_while_it_was_read_is_asked_again(
    admin: Client, campaign: Campaign, target: Target, edition: Edition, second: Edition
) -> None:
    third = publish_edition(campaign=campaign, language="en", words={**words(campaign, target), "demand": "Shut it."})
    ask_what_follows(before=second, after=third, acted_before=7)
    page = answer(admin, campaign, second, answer="kept", reason="A misprint.")
    assert page.headers["Location"] == at("changed_words", campaign)
    assert EditionNote.objects.get().answer == ""


def test_where_nothing_is_open_there_is_nothing_to_answer(admin: Client, campaign: Campaign) -> None:
    assert admin.get(at("changed_words", campaign)).headers["Location"] == at("editions", campaign)


def test_only_who_may_change_the_campaign_answers(
    colleague: Callable[..., Client], campaign: Campaign, second: Edition
) -> None:
    viewer = colleague("campaigns.view_campaign")
    answer(viewer, campaign, second, answer="kept", reason="A misprint.")
    assert EditionNote.objects.get().answer == ""
    assert "Say what follows from the change" not in viewer.get(at("editions", campaign)).content.decode()
