"""Links for mailings: each live page's address with a name, and what each mail program fills in behind its #."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.conftest import make_a_site, words
from tests.words import question
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Target
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.desk.mail_programs import TAGS, links_for
from tocsin.pages.models import ActionPage

PAGE = "http://testserver/en/open/"


@pytest.fixture
def homes() -> dict[str, Any]:
    return make_a_site("http://testserver")


def publish(campaign: Campaign, target: Target, homes: dict[str, Any], language: str, *asked: str) -> None:
    home = homes[language]
    made = ActionPage(title="Open", slug="open", campaign=campaign, locale=home.locale, live=False)
    home.add_child(instance=made)
    ActionPage.objects.filter(pk=made.pk).update(live=True)
    fields = [question(kind) for kind in asked]
    publish_edition(campaign=campaign, language=language, words={**words(campaign, target, language), "fields": fields})


def seen(client: Client, campaign: Campaign, query: str = "") -> str:
    return unescape(client.get(reverse("campaign:mailing_links", args=[campaign.pk]) + query).content.decode())


def test_it_works(admin: Client, campaign: Campaign, target: Target, homes: dict[str, Any]) -> None:
    publish(campaign, target, homes, "en", "given_name", "email", "postal_code")
    html = seen(admin, campaign)
    details = {
        "Mailchimp": "given_name=*|FNAME|*&email=*|EMAIL|*",
        "Action Network": "given_name={{ given_name }}&email={{ email }}&postal_code={{ postal_code }}",
        "CiviCRM": "given_name={contact.first_name}&email={contact.email_primary.email}"
        "&postal_code={contact.address_primary.postal_code}",
    }
    for program, behind in details.items():
        assert program in html
        assert f">{PAGE}?source=newsletter#{behind}</textarea>" in html
    assert f">{PAGE}?source=newsletter</textarea>" in html
    assert (
        reverse("campaign:mailing_links", args=[campaign.pk])
        in admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode().partition('id="hub-pages"')[2]
    )


def test_each_language_has_its_own(admin: Client, campaign: Campaign, target: Target, homes: dict[str, Any]) -> None:
    publish(campaign, target, homes, "en", "email")
    publish(campaign, target, homes, "fr", "email", "city")
    html = seen(admin, campaign)
    assert "http://testserver/fr/open/?source=newsletter#email={{ email }}&city={{ locality }}" in html
    assert f"{PAGE}?source=newsletter#email={{{{ email }}}}</textarea>" in html


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?source=May+2026", "?source=May+2026#"),
        ("?source=", "open/#"),
        ('?source="><script>', "?source=%22%3E%3Cscript%3E#"),
        ("?source=" + "x" * 300, "?source=" + "x" * 100 + "#"),
    ],
)
def test_a_mailing_has_a_name(  # noqa: PLR0917  (four of them are fixtures)
    admin: Client, campaign: Campaign, target: Target, homes: dict[str, Any], query: str, named: str
) -> None:
    publish(campaign, target, homes, "en", "email")
    assert named in seen(admin, campaign, query)
    assert "<script>#" not in admin.get(reverse("campaign:mailing_links", args=[campaign.pk]) + query).content.decode()


def test_before_there_is_a_live_page_it_says_so(admin: Client, campaign: Campaign) -> None:
    assert "It has no live page yet." in seen(admin, campaign)


def test_every_program_names_what_makes_a_letter_and_nothing_that_no_form_asks() -> None:
    for tags in TAGS.values():
        assert {"given_name", "family_name", "email"} <= set(tags) <= set(FIELD_KINDS)


@pytest.mark.parametrize("program", TAGS)
def test_an_unfilled_tag_would_be_ignored(program: str) -> None:
    """As the script tells them: by brackets or stars (tests/look/test_prefill_in_a_browser.py)."""
    details = links_for(PAGE, "x", FIELD_KINDS)[program].partition("#")[2]
    assert all("{" in one or "*|" in one for one in details.split("&"))
