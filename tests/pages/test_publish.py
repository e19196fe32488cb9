"""Publishing compiles a page into an edition, once for each change of its words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NotRequired, get_origin, get_type_hints

import pytest
from django.utils import translation
from django.utils.translation import get_language

from tests.outbox.calls.conftest import an_endpoint
from tests.pages.conftest import MakePage, publish
from tocsin.actions.contract import read
from tocsin.campaigns.editions import fingerprint
from tocsin.campaigns.models import Campaign, Edition, ReplyTo, Target
from tocsin.campaigns.republish import changed
from tocsin.campaigns.words import BrandWords, EditionWords, LetterWords, ShareWords, ThanksWords
from tocsin.outbox.calls.kinds import CHOOSABLE
from tocsin.outbox.models import Call
from tocsin.pages import defaults
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage
from tocsin.pages.publish import compile_words, publish_page

pytestmark = pytest.mark.django_db


def test_it_works(live: MakePage, campaign: Campaign) -> None:
    page = live()
    edition = Edition.objects.get()
    assert (edition.campaign, edition.language, edition.number) == (campaign, "en", 1)
    assert edition.words == compile_words(page)
    assert edition.words["page_path"] == "/en/keep-the-door-open/"


def always(shape: Any) -> set[str]:
    """The keys that words have whatever the page uses."""
    hints = get_type_hints(shape, include_extras=True)
    return {key for key, kind in hints.items() if get_origin(kind) is not NotRequired}


def test_the_words_have_the_agreed_shape(live: MakePage, picture: Any) -> None:
    live(hero_image=picture, hero_alt="A road")
    words = Edition.objects.get().words
    assert set(words) == always(EditionWords)
    for part, shape in {
        "letter": LetterWords,
        "thanks": ThanksWords,
        "share": ShareWords,
        "brand": BrandWords,
    }.items():
        assert set(words[part]) == always(shape)
    assert words["share"]["image_url"].endswith(".jpg")
    assert words["brand"]["organisation"] == "Refugee Rights Demo"
    assert words["targets"][0] | {"id": 0} == {
        "id": 0,
        "name": "The Honourable Minister of Immigration",
        "address": ["The Honourable Minister of Immigration"],
        "greeting": "Dear Minister,",
    }
    assert [field["kind"] for field in words["fields"]] == ["given_name", "family_name", "email", "city", "postal_code"]
    assert [field["required"] for field in words["fields"]] == [True, True, True, False, True]


def test_a_form_can_be_read_with_the_words(live: MakePage) -> None:
    live()
    posted = {
        "given_name": ["Jane"],
        "family_name": ["Doe"],
        "email": ["jane.doe@example.org"],
        "postal_code": ["K1A 0A6"],
        "text": ["Please listen."],
    }
    assert not read(Edition.objects.get().words, _Posted(posted)).problems


class _Posted(dict[str, list[str]]):
    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


def test_publishing_the_same_words_again_makes_no_edition(live: MakePage) -> None:
    page = live()
    publish(page)
    assert Edition.objects.get().number == 1


def test_changed_words_make_the_next_edition_and_the_old_one_stays(live: MakePage) -> None:
    page = live()
    page.letter_text = "I write again."
    publish(page)
    first, second = Edition.objects.order_by("number")
    assert (first.number, second.number) == (1, 2)
    assert first.words["letter"]["text"] == "I am writing about the agreement."
    assert first.retired_at is None


def test_a_draft_makes_no_edition(draft: MakePage) -> None:
    page = draft()
    page.letter_text = "Not yet."
    page.save_revision()
    assert not Edition.objects.exists()


def test_the_fingerprint_stays_as_long_as_the_words_do(live: MakePage) -> None:
    page = live()
    sha256 = Edition.objects.get().sha256
    again = compile_words(ActionPage.objects.get(pk=page.pk))
    assert fingerprint(dict(again)) == sha256


def test_each_language_has_its_own_editions(live: MakePage) -> None:
    live("en")
    live("fr", title="Gardons la porte ouverte", slug="gardons")
    french = Edition.objects.get(language="fr")
    assert french.number == 1
    assert french.words["brand"]["organisation"] == "Démo Droits"
    assert french.words["targets"][0]["greeting"] == "Madame, Monsieur,"


def test_a_page_keeps_its_edition_while_its_twin_comes_and_goes(live: MakePage, campaign: Campaign) -> None:
    live("en")
    french = live("fr", slug="gardons")
    changed(campaign)
    french.unpublish()
    changed(campaign)
    assert Edition.objects.get(language="en").number == 1


def test_an_edition_of_an_earlier_version_is_kept_too(live: MakePage, campaign: Campaign) -> None:
    """It named the paths of its other languages, and those changed no word of it."""
    live("en")
    edition = Edition.objects.get()
    edition.words["translations"] = {"fr": "/fr/gardons/"}
    edition.sha256 = fingerprint(edition.words)
    edition.save()
    changed(campaign)
    assert Edition.objects.get().pk == edition.pk


def test_a_changed_target_reaches_the_live_edition(live: MakePage, campaign: Campaign, minister: Target) -> None:
    live()
    minister.in_words.filter(language="en").update(salutation="Minister,")
    changed(campaign)
    assert Edition.objects.latest("number").words["targets"][0]["greeting"] == "Minister,"


def test_a_changed_target_does_not_publish_a_draft_along_with_it(live: MakePage, campaign: Campaign) -> None:
    page = live()
    page.letter_text = "Not yet."
    page.save_revision()
    campaign.targets.update(name="x")
    campaign.reply_to = ReplyTo.NOBODY
    campaign.save()
    changed(campaign)
    words = Edition.objects.latest("number").words
    assert words["letter"]["text"] == "I am writing about the agreement."
    assert "e-mail address" not in words["data_note"]


def test_a_changed_brand_reaches_the_live_edition(live: MakePage, brand: BrandSettings) -> None:
    live()
    brand.accent = "#0b5d1e"
    brand.save()
    words = Edition.objects.latest("number").words
    assert words["brand"]["accent"] == "#0b5d1e"


def test_a_blank_letter_has_talking_points_and_no_text(live: MakePage) -> None:
    live(letter_mode="blank", talking_points=[{"type": "point", "value": "Say who you are."}])
    letter = Edition.objects.get().words["letter"]
    assert (letter["mode"], letter["text"], letter["talking_points"]) == ("blank", "", ["Say who you are."])


def test_a_petition_has_its_text_and_no_letter(live: MakePage, petition: Campaign) -> None:
    live(campaign=petition, petition_text="We ask.\r\n\r\nNow.")
    words = Edition.objects.get().words
    assert words["letter"] is None
    assert words["petition_text"] == "We ask.\n\nNow."
    assert words["button"] == "Sign"


def test_one_own_label_and_the_order_are_kept(live: MakePage) -> None:
    def detail(kind: str, label: str = "") -> dict[str, Any]:
        return {"type": "detail", "value": {"kind": kind, "required": True, "label": label, "help": "Why"}}

    live(details=[detail("email"), detail("given_name", "What friends call you")])
    fields = Edition.objects.get().words["fields"]
    assert [(field["kind"], field["label"]) for field in fields] == [
        ("email", "E-mail address"),
        ("given_name", "What friends call you"),
    ]


def test_a_page_without_a_campaign_has_no_edition(draft: MakePage) -> None:
    page = draft(campaign=None)
    assert publish_page(page) is None
    assert compile_words(page)["campaign"] == 0


def test_what_the_page_does_not_say_is_said_in_its_own_language(
    draft: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever language the campaigner who publishes works in."""
    monkeypatch.setattr(defaults, "label", lambda _kind: get_language())
    page = draft("fr")
    with translation.override("en"):
        words = compile_words(page)
    assert {field["label"] for field in words["fields"]} == {"fr"}


def test_other_software_is_told_of_new_words_and_of_no_others(live: MakePage) -> None:
    an_endpoint("http://127.0.0.1:1/in", kinds=CHOOSABLE)
    page = live()
    [first] = Edition.objects.all()
    assert list(Call.objects.values_list("kind", "about")) == [("edition.published", first.pk)]
    Call.objects.all().delete()
    publish_page(page)
    page.demand = "Something else."
    publish_page(page)
    second = Edition.objects.exclude(pk=first.pk).get()
    assert list(Call.objects.values_list("kind", "about")) == [("edition.published", second.pk)]


@pytest.mark.parametrize(
    ("closes_at", "said"),
    [
        (None, "We remove it 6 months after you have sent it. If you agree to be written to"),
        (datetime(2027, 1, 1, tzinfo=UTC), "We remove it 6 months after the campaign has ended. If you agree"),
    ],
)
def test_for_how_long_data_are_kept_is_told_before_the_button(
    live: MakePage, campaign: Campaign, closes_at: datetime | None, said: str
) -> None:
    live()
    campaign.closes_at = closes_at
    campaign.save()
    changed(campaign)
    assert said in Edition.objects.latest("number").words["data_note"]
