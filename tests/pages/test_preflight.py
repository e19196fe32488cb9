"""What to look at before publishing: what a careful colleague would notice, and nothing where all is well."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from tests.lookups import a_parliament
from tests.pages.conftest import MakePage
from tocsin.campaigns.models import Campaign, Target, Targeting, TargetList, TargetWords
from tocsin.outbox.models import MailDomain
from tocsin.pages.brand import BrandSettings, BrandText
from tocsin.pages.making import STREAMS, TEXTS
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.preflight import drafts_of, page_lines, preflight
from tocsin.pages.preflight_campaign import FIELDS
from tocsin.pages.preflight_lines import Level, Line, Preflight

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_production(settings: Settings, minister: Target) -> None:
    settings.TOCSIN_MAIL_URL = urlsplit("smtp://mail.org.ca:25")
    settings.TOCSIN_MAIL_FROM = "letters@org.ca"
    settings.TOCSIN_BOUNCE_DOMAIN = "bounces.org.ca"
    known: dict[str, Any] = {"spf": ["v=spf1 mx -all"], "dmarc": ["v=DMARC1; p=reject"], "looked_at": timezone.now()}
    MailDomain.objects.create(domain="org.ca", returns_to="bounces.org.ca", **known)
    Target.objects.update(email="minister@ircc.gc.ca")


@pytest.fixture
def good(draft: MakePage, picture: Any, brand: BrandSettings) -> Callable[..., ActionPage]:
    """A page about which nothing is to be said."""
    for text in brand.texts.all():
        text.privacy_url = "https://org.ca/privacy"
        text.save()

    def make(language: str = "en", **changes: Any) -> ActionPage:
        return draft(language, **{"hero_image": picture, "hero_alt": "A road at dawn", **changes})

    return make


def remarks(lines: list[Line]) -> list[str]:
    return [str(line.said) for line in lines if line.level != Level.WELL]


def looked_at(campaign: Campaign) -> Preflight:
    return preflight(campaign, drafts_of(campaign))


def about(campaign: Campaign) -> list[str]:
    """What is said of the campaign itself."""
    return remarks(looked_at(campaign).groups[0].lines)


def test_it_works(good: Any, campaign: Campaign) -> None:
    good()
    french = good(
        "fr",
        title="Gardons la porte ouverte",
        slug="gardons",
        demand="Mettez fin à l’accord.",
        hero_alt="Une route à l’aube",
        letter_subject="Mettez fin à l’accord",
    )
    french.letter_text, french.story = (
        "Je vous écris au sujet de l’accord.",
        [_text("<p>Parce que.</p>"), _heading("Vrai")],
    )
    french.save()
    found = looked_at(campaign)
    assert (found.to_mend, found.to_look_at) == (0, 0), remarks(found.of(Level.LOOK))
    assert len(found.of(Level.WELL)) == 25


def _text(html: str) -> dict[str, Any]:
    return {"type": "text", "value": html}


def _heading(text: str) -> dict[str, Any]:
    return {"type": "heading", "value": {"text": text}}


# ── a page ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": "A" * 70}, "The title has 70 characters"),
        ({"hero_alt": "IMG_2031.jpg"}, "is the name of a file"),
        ({"hero_image": None, "hero_alt": ""}, "There is no picture to go along"),
        ({"mail_text": "Hello {name} of {city}"}, "people would read {city} as it stands"),
        ({"thanks_text": "<p>Thanks, {name}</p>"}, "{name} is not filled in here"),
        ({"consents": []}, "asks for no permission"),
        ({"data_note": "We keep it safe."}, "leaves out that the target gets this: name"),
        ({"story": [_text('<p><a href="/en/nowhere/">here</a></p>')]}, "A link leads nowhere: /en/nowhere/."),
        ({"story": [_text('<p><a linktype="page" id="999999">here</a></p>')]}, "a page that is not live"),
    ],
)
def test_what_a_colleague_would_notice(good: Any, changes: dict[str, Any], said: str) -> None:
    found = remarks(page_lines(good(**changes)))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    "link",
    [
        'href="/en/"',
        'href="/"',
        'href="#act"',
        'href="https://elsewhere.ca/x"',
        'href="mailto:a@b.ca"',
        'href="/media/x.pdf"',
    ],
)
def test_links_that_lead_somewhere_are_no_remark(good: Any, homes: dict[str, HomePage], link: str) -> None:
    assert remarks(page_lines(good(story=[_text(f"<p><a {link}>x</a></p>")]))) == []


def test_a_link_to_another_live_page_is_followed(good: Any, live: MakePage) -> None:
    other = live(slug="other")
    link = f'<p><a linktype="page" id="{other.pk}">x</a> <a href="/en/other/">y</a></p>'
    found = remarks(page_lines(good(slug="this", story=[_text(link)])))
    assert not [one for one in found if "nowhere" in one]


def test_what_publishing_refuses_must_be_mended_and_leads_to_its_field(good: Any) -> None:
    page = good(letter_text="")
    [line] = [line for line in page_lines(page) if line.level == Level.MEND]
    assert "Write the letter" in str(line.said)
    assert line.url.startswith(f"/desk/pages/{page.pk}/edit/#panel-child-form_and_letter-the_letter")


def test_what_the_form_would_ask_for_must_be_mended_too(good: Any) -> None:
    page = good()
    page.demand, page.story = "", [{"type": "heading", "value": {"text": ""}}]
    assert len([line for line in page_lines(page) if line.level == Level.MEND]) == 2


def test_a_question_of_consent_that_changed_is_said(good: Any, live: MakePage, campaign: Campaign) -> None:
    page = live()
    page.consents = [{"type": "consent", "value": {"purpose": "news", "text": "Write to me.", "control": "box"}}]
    assert any("“news and updates” is another than in edition 1" in one for one in remarks(page_lines(page)))


def test_a_name_that_nobody_has_to_give_may_be_missing_in_the_mail(good: Any, petition: Campaign) -> None:
    asked = [{"type": "detail", "value": {"kind": "email", "required": True, "label": "", "help": ""}}]
    page = good(campaign=petition, petition_text="We ask.", details=asked)
    assert any("{name} in the mail that thanks may be empty" in one for one in remarks(page_lines(page)))


def test_a_page_of_which_nothing_is_written_yet_is_looked_at(homes: dict[str, HomePage]) -> None:
    assert page_lines(ActionPage(title="New", locale=homes["en"].locale))


# ── the campaign ────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_campaign_without_a_page(campaign: Campaign, brand: BrandSettings) -> None:
    assert about(campaign)[0] == "This campaign has no page yet."


def test_a_language_that_is_missing_or_not_live(live: MakePage, draft: MakePage, campaign: Campaign) -> None:
    live()
    assert "There is no page in this language: French." in about(campaign)
    draft("fr", slug="gardons")
    assert "One language is live and this one is not: French." in about(campaign)


def test_languages_side_by_side(good: Any, campaign: Campaign) -> None:
    good()
    good("fr", slug="gardons", demand="Mettez fin à l’accord.", hero_image=None, hero_alt="", consents=[])
    said = about(campaign)
    assert "Filled in for English and empty for French: picture at the top." in said
    assert "The same words in both languages; translate it into French: letter." in said
    assert "Filled in for English and empty for French: consents." in said


@pytest.mark.parametrize(
    ("english", "french", "said"),
    [
        ({"title": "A lawyer from the first hour"}, {"title": "A lawyer from the first hour"}, "translate .*: title"),
        ({"demand": "End it now."}, {"demand": "End it now."}, "translate it into French: demand"),
        ({"outcome_result": "won", "outcome_headline": "They did"}, {}, "empty for French: how it ended"),
        ({"outcome_text": "<p>They took it back.</p>"}, {}, "empty for French: text on how it ended"),
    ],
)
def test_each_part_that_readers_meet_is_compared(
    good: Any, campaign: Campaign, english: dict[str, str], french: dict[str, str], said: str
) -> None:
    good(**english)
    good("fr", slug="gardons", **french)
    assert any(re.search(said, one) for one in about(campaign))


def test_no_text_of_a_page_is_left_out_of_the_comparison() -> None:
    """But names, and what is for search engines."""
    apart = {"hero_credit", "letter_mode", "seo_title", "search_description"}
    assert {*TEXTS, *STREAMS} - apart <= {*FIELDS, "details"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"status": "dead"}, "Mail to this address comes back"),
        ({"status": "away"}, "No longer in office"),
        ({"email": ""}, "Without an e-mail address"),
        ({"email": "ministère@gov.ca"}, "No mail can be sent to this address"),
        ({"email": "minister@gov.example"}, "a domain that belongs to nobody"),
    ],
)
def test_targets_that_no_letter_reaches(good: Any, campaign: Campaign, changes: dict[str, str], said: str) -> None:
    good()
    Target.objects.update(**changes)
    assert any(said in one for one in about(campaign))


def test_a_target_without_forms_of_address_in_a_language(good: Any, campaign: Campaign) -> None:
    good()
    TargetWords.objects.filter(language="en").delete()
    assert any("Greeted with neutral words in English" in one for one in about(campaign))


def test_a_look_up_in_an_empty_table(good: Any, campaign: Campaign) -> None:
    good()
    campaign.targeting, campaign.target_list = Targeting.POSTAL_CODE, TargetList.objects.create(name="Empty")
    said = about(campaign)
    assert any("no table of postal codes" in one for one in said)
    assert "This campaign has nobody to write to." in said
    campaign.target_list = a_parliament()
    assert "This campaign has nobody to write to." not in about(campaign)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"test_address": "me@org.ca"}, "Test mode is on"),
        ({"letters_paused": True}, "Letters are paused"),
        ({"letters_held": True}, "New letters are held"),
        ({"closes_at": timezone.now() - timedelta(days=1)}, "Its closing date is past"),
        ({"opens_at": timezone.now() + timedelta(days=1)}, "It is not open yet"),
        ({"closes_at": timezone.now() + timedelta(days=1), "time_zone": "Asia/Tokyo"}, "in another time zone"),
        (
            {"closes_at": timezone.now() + timedelta(days=1), "letters_not_before": timezone.now() + timedelta(days=2)},
            "only after the campaign has closed",
        ),
    ],
)
def test_how_and_when_it_runs(good: Any, campaign: Campaign, changes: dict[str, Any], said: str) -> None:
    good()
    for name, value in changes.items():
        setattr(campaign, name, value)
    assert any(said in one for one in about(campaign))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOCSIN_MAIL_URL", urlsplit("mailbox:"), "sends no mail"),
        ("TOCSIN_MAIL_FROM", "letters@tocsin.example", "nobody's domain"),
        ("TOCSIN_BOUNCE_DOMAIN", "", "mail that comes back"),
    ],
)
def test_how_mail_leaves(  # noqa: PLR0917
    good: Any, campaign: Campaign, settings: Settings, name: str, value: Any, said: str
) -> None:
    good()
    setattr(settings, name, value)
    assert any(said in one for one in about(campaign))


def test_who_asks(good: Any, campaign: Campaign, brand: BrandSettings) -> None:
    good("fr", slug="gardons")
    BrandText.objects.filter(language="fr").delete()
    BrandSettings.objects.update(accent="#ffdd00")
    said = about(campaign)
    assert any("hard to read" in one for one in said)
    assert "Your name and addresses are not given in this language: French." in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"spf": []}, "bounces.org.ca does not say who may send"),
        ({"spf": ["v=spf1 +all"]}, "lets everybody send"),
        ({"dmarc": []}, "org.ca does not say what to do with forgeries"),
        ({"looked_at": None}, "is not known yet"),
    ],
)
def test_a_mail_domain_that_is_not_believed_is_told(good: Any, campaign: Campaign, changes: Any, said: str) -> None:
    good()
    MailDomain.objects.update(**changes)
    assert said in " ".join(about(campaign))
