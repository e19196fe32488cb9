"""Somebody who has only the login makes and publishes a letter in two languages, and people act on it in both.

What it takes is counted, and stands in docs/campaigners/new-campaign.md: where a screen, a click or a field is added,
the numbers there need changing too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from wagtail.models import Site

from tests.cast import follow_everything
from tests.desk.conftest import make_a_site
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Kind, Message

pytestmark = pytest.mark.browser

# As the docs say it. Signing in and saying who one is come before, and once.
SCREENS, CLICKS, FIELDS = 7, 7, 8
WHO_WE_ARE = {
    "texts-0-organisation": "Rights Demo",
    "texts-0-postal_address": "100 Example Street, Ottawa ON  K1A 0A6",
    "texts-0-contact": "hello@example.org",
}
DEMAND = {
    "title_en": "Keep the door open",
    "demand_en": "End the Safe Third Country Agreement.",
    "title_fr": "Gardons la porte ouverte",
    "demand_fr": "Mettez fin à l’Entente sur les tiers pays sûrs.",
}
OFFICE = {
    "email": "minister@ircc.example",
    "office_en": "Minister of Immigration",
    "office_fr": "Ministre de l’Immigration",
}
GREETINGS = {"en": "Dear Minister,", "fr": "Madame la Ministre, Monsieur le Ministre,"}


@dataclass
class Hand:
    """Somebody at a browser, who counts what they do."""

    page: Any
    clicks: int = 0
    fields: int = 0
    screens: list[str] = field(default_factory=list)

    def sees(self) -> None:
        self.screens.append(urlsplit(self.page.url).path)

    def fills(self, answers: dict[str, str]) -> None:
        for name, answer in answers.items():
            self.page.fill(f"[name='{name}']", answer)
            self.fields += 1

    def presses(self, what: str) -> None:
        """A button or a link by its words; each leads to another screen."""
        with self.page.expect_navigation():
            self.page.locator(f"main :is(a, button:not(.desk-enter)):visible:text-is('{what}')").first.click()
        self.clicks += 1
        self.sees()


@pytest.fixture(autouse=True)
def _a_site_of_two_languages(live_server: Any, boss: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TOCSIN_BASE_URL = urlsplit(live_server.url)
    Site.objects.all().delete()
    make_a_site(live_server.url)
    boss.set_password("a-long-password")
    boss.save()


def _signs_in(page: Any) -> None:
    page.goto("/desk/")
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", "a-long-password")
    page.click("form [type=submit]")
    page.wait_for_url("**/desk/")


def _says_who_they_are(hand: Hand) -> None:
    hand.presses("Say who you are")
    hand.page.select_option("[name=texts-0-language]", "en")
    hand.fills(WHO_WE_ARE)
    with hand.page.expect_navigation():
        hand.page.click("footer [type=submit], .footer [type=submit]")
    hand.page.goto("/desk/")


def _makes_a_campaign(page: Any) -> Hand:
    hand = Hand(page)
    hand.presses("Make the first campaign")
    hand.fills({"name": "Open door"})
    hand.presses("Go on")
    hand.fills(DEMAND)
    hand.presses("Go on")
    hand.fills(OFFICE)
    hand.presses("Go on")
    hand.presses("Go on")
    hand.presses("Go on")
    assert page.get_by_text("It is ready.").count() == 2, page.locator("main").inner_text()
    hand.presses("Publish 2 pages now")
    return hand


@pytest.mark.parametrize("script", [True, False])
def test_it_works(live_server: Any, new_page: Callable[..., Any], *, script: bool) -> None:
    page = new_page(base_url=live_server.url, java_script_enabled=script)
    _signs_in(page)
    _says_who_they_are(Hand(page))
    began = time.monotonic()
    hand = _makes_a_campaign(page)
    print(f"{time.monotonic() - began:.1f} s", hand.screens)  # noqa: T201
    assert (len(hand.screens), hand.clicks, hand.fields) == (SCREENS, CLICKS, FIELDS)
    campaign = Campaign.objects.get()
    pages = {one.locale.language_code: one.full_url for one in campaign.action_pages.filter(live=True)}
    assert set(pages) == {"en", "fr"}
    for language, address in pages.items():
        assert page.get_by_role("link", name=address).is_visible()
        _acts(new_page(java_script_enabled=script, locale=f"{language}-CA"), address, language)
    follow_everything()
    assert Message.objects.filter(kind=Kind.LETTER, target_ref=campaign.targets.get().pk).count() == 2
    assert campaign.tally.counted == 2


def _acts(page: Any, address: str, language: str) -> None:
    page.goto(address)
    assert page.get_by_text(GREETINGS[language]).first.is_visible()
    for name, answer in {"given_name": "Jane", "family_name": "Doe", "email": f"jane.{language}@example.org"}.items():
        page.fill(f"[name={name}]", answer)
    page.fill("[name=postal_code]", "K1A 0A6")
    page.click("form[action*='/act/'] [type=submit]")
    page.wait_for_url("**/thanks/**")


def test_what_will_leave_is_shown_while_one_types(live_server: Any, new_page: Callable[..., Any]) -> None:
    page = new_page(base_url=live_server.url)
    _signs_in(page)
    hand = Hand(page)
    hand.presses("Make the first campaign")
    hand.fills({"name": "Open door"})
    hand.presses("Go on")
    hand.fills(DEMAND)
    hand.presses("Go on")
    hand.fills(OFFICE)
    page.select_option("[name=gender]", "f")
    page.get_by_text("Veuillez agréer, Madame la Ministre,").wait_for()
    hand.presses("Go on")
    page.fill("[name=letter_text_fr]", "Merci d’agir.")
    page.locator("#look").get_by_text("Merci d’agir.").wait_for()
    page.go_back()
    assert page.input_value("[name=office_fr]") == OFFICE["office_fr"]


def test_enter_goes_on(live_server: Any, new_page: Callable[..., Any]) -> None:
    """Not to whichever screen stands first in the line above."""
    page = new_page(base_url=live_server.url, java_script_enabled=False)
    _signs_in(page)
    hand = Hand(page)
    hand.presses("Make the first campaign")
    hand.fills({"name": "Open door"})
    hand.presses("Go on")
    hand.fills(DEMAND)
    with page.expect_navigation():
        page.press("[name=title_en]", "Enter")
    assert page.url.endswith("/who/")
