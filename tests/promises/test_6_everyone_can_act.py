"""Promise 6: everyone can act, in both languages: without script or cookies, by keyboard, and asking nobody else."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from wagtail.models import Collection, Locale, Page, Site

from tests.browsers import DESK, PHONE, what_axe_finds
from tests.cast import follow_everything
from tocsin.actions.models import Action
from tocsin.actions.receipts import receipt_key
from tocsin.pages.demo import prepare_demo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {"en": "/en/keep-the-door-open/", "fr": "/fr/gardons-la-porte-ouverte/"}
both_languages = pytest.mark.parametrize("language", ["en", "fr"])


@pytest.fixture
def site(live_server: Any) -> str:
    """The demonstration's pages, served; what Wagtail's migrations leave behind is made here."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    locale = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locale)
    welcome = root.add_child(instance=Page(title="Welcome", slug="home", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    prepare_demo(lambda _line: None, live_server.url)
    return str(live_server.url)


def fill_in(page: Any) -> None:
    for field, value in {"given_name": "Jane", "family_name": "Doe", "email": "jane@example.org"}.items():
        page.fill(f"[name={field}]", value)
    page.fill("[name=postal_code]", "k1a 0a6")


@both_languages
def test_without_script_and_cookies_from_the_page_to_the_receipt(
    site: str, new_page: Callable[..., Any], language: str
) -> None:
    page = new_page(java_script_enabled=False, viewport=PHONE)
    page.goto(site + PAGES[language])
    page.click("form button[type=submit]")
    assert page.locator("[role=alert]").is_visible()
    assert not Action.objects.exists()
    fill_in(page)
    page.click("form button[type=submit]")
    assert "/thanks/" in page.url
    assert "786" in page.content()
    follow_everything()
    page.goto(f"{site}/receipt/{receipt_key(Action.objects.get().pk)}/")
    assert page.locator("html").get_attribute("lang") == language
    assert "Jane Doe" in page.content()
    assert page.context.cookies() == []


def test_by_keyboard_alone(site: str, page: Any) -> None:
    page.goto(site + PAGES["en"])
    reached: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.className || ''")
        reached.append(name)
        if name in {"given_name", "family_name", "email", "postal_code"}:
            page.keyboard.type({"email": "jane@example.org", "postal_code": "K1A 0A6"}.get(name, "Jane"))
        if name == "postal_code":
            break
    assert reached[0] == "skip"
    asked = [
        name for name in reached if name in {"subject", "text", "given_name", "family_name", "email", "postal_code"}
    ]
    assert asked == ["subject", "text", "given_name", "family_name", "email", "postal_code"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks/**")


@both_languages
def test_axe_finds_nothing_on_the_way(site: str, new_page: Callable[..., Any], language: str) -> None:
    page = new_page(viewport=DESK)
    page.goto(site + PAGES[language])
    found = [*what_axe_finds(page)]
    page.set_viewport_size({"width": 320, "height": 640})
    found += what_axe_finds(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.click("form button[type=submit]")
    page.wait_for_selector("[role=alert]")
    found += what_axe_finds(page)
    fill_in(page)
    page.click("form button[type=submit]")
    page.wait_for_url("**/thanks/**")
    found += what_axe_finds(page)
    assert found == []


def test_it_is_light_enough_for_a_bad_line(site: str, new_page: Callable[..., Any]) -> None:
    page = new_page(viewport=PHONE)
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  (Playwright cannot mark a bound method)
    page.goto(site + PAGES["en"])
    page.wait_for_load_state("networkidle")
    sizes = {answer.url.removeprefix(site): len(answer.body()) for answer in answers if answer.status == 200}
    assert len(sizes) <= 12
    assert len(gzip.compress(page.content().encode())) <= 30_000
    assert sum(sizes.values()) <= 300_000
    assert not any(answer.header_value("set-cookie") for answer in answers)
