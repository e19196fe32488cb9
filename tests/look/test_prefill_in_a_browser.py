"""Details behind the # of a link: they fill what is empty, leave the address at once, and no server ever sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.browsers import PHONE
from tests.look.test_in_a_browser import HERE, show  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser
PAGE = "/en/act-now/?source=newsletter-1"
JANE = {
    "given_name": "Jane Ann",
    "family_name": "Doe",
    "email": "jane+a@example.org",
    "city": "Ottawa",
    "postal_code": "K1A 0A6",
    "province": "ON",
    "country": "US",
    "phone": "613 555-0100",
}

type Show = Callable[..., Any]


def link(**details: str) -> str:
    return f"{HERE}{PAGE}#" + "&".join(f"{name}={quote(value)}" for name, value in details.items())


@pytest.fixture
def come(show: Show) -> Show:  # noqa: F811
    """Opens a page by a link with details; `requests` is all that left the browser."""

    def come(fragment: str, state: str = "open", **options: Any) -> Any:
        page = show(state, **options)
        page.requests = []
        page.on("request", lambda one: page.requests.append(f"{one.url} {one.headers} {one.post_data}"))
        page.goto(fragment)
        page.wait_for_load_state("load")
        return page

    return come


def filled(page: Any, *names: str) -> list[str]:
    return [page.locator(f"form.act [name={name}]").input_value() for name in names]


def test_it_works(come: Show) -> None:
    page = come(link(**JANE))
    assert dict(zip(JANE, filled(page, *JANE), strict=True)) == JANE
    assert page.url == HERE + PAGE
    assert page.evaluate("history.length") <= 3
    assert page.locator("[data-signature]").text_content() == "Jane Ann Doe"
    assert page.complaints == []


def test_no_request_carries_them(come: Show) -> None:
    page = come(link(**JANE))
    page.evaluate("fetch('count.json')")
    page.get_by_role("link", name="Take action").or_(page.locator(".top-name")).first.hover()
    page.wait_for_timeout(100)
    assert len(page.requests) >= 4
    for trace in ("Jane", "Doe", "jane", "Ottawa", "K1A", "613"):
        assert not [one for one in page.requests if trace in one]


def test_only_details_that_the_form_asks_are_filled_in(come: Show) -> None:
    """No consent, no letter, no answer, nothing hidden."""
    others = {
        "text": "x",
        "subject": "x",
        "consent_news": "yes",
        "homepage": "x",
        "question_union": "x",
        "way": "print",
    }
    page = come(link(given_name="Jane", came_from="utm_source=x", **others), "questions of one’s own")
    assert filled(page, "given_name", "homepage", "question_union") == ["Jane", "", ""]
    assert "x" not in filled(page, "text", "subject")
    assert not page.get_by_label("Write to me about this").is_checked()
    assert not page.locator("[name=came_from], [name=way]").count()


@pytest.mark.parametrize(
    "left", ["*|FNAME|*", "{{ given_name }}", "{contact.first_name}", "{user_data~First Name}", "%%FIRST%%"]
)
def test_what_the_mailer_left_unmerged_is_ignored(come: Show, left: str) -> None:
    assert filled(come(link(given_name=left, family_name="Doe")), "given_name", "family_name") == ["", "Doe"]


def test_what_is_no_name_is_cut_and_cleaned(come: Show) -> None:
    page = come(link(given_name="  Ja\u202e\x00ne\n", family_name="é" * 300, email="a" * 300, city=" "))
    assert filled(page, "given_name", "city") == ["Jane", ""]
    assert [len(value) for value in filled(page, "family_name", "email")] == [100, 254]


def test_places_are_known_by_code_and_by_name_and_others_change_nothing(come: Show) -> None:
    assert filled(come(link(province="québec", country="France")), "province", "country") == ["QC", "FR"]
    page = come(link(province="Nowhere", country="Atlantis"))
    assert filled(page, "province", "country") == ["", "CA"]


def test_what_stands_there_already_stays(come: Show) -> None:
    page = come(link(given_name="Jane", family_name="Doe"), "mend")
    assert filled(page, "family_name", "given_name") == ["Doe", "Jane"]
    page = come(link(email="other@example.org"), "mend")
    assert filled(page, "email") == ["jane@gmial.com"]


def test_markup_is_a_name_like_any_other(come: Show) -> None:
    page = come(link(given_name='"><img src=x onerror=alert(1)>'))
    assert filled(page, "given_name") == ['"><img src=x onerror=alert(1)>']
    assert page.complaints == []


def test_a_way_to_a_place_of_the_page_still_leads_there(come: Show) -> None:
    page = come(f"{HERE}{PAGE}#act", viewport=PHONE, reduced_motion="reduce")
    assert page.url.endswith("#act")
    assert page.locator("#act").bounding_box()["y"] < 300


@pytest.mark.parametrize("state", ["page closed", "home", "404"])
def test_a_page_without_a_form_takes_them_out_too(come: Show, state: str) -> None:
    page = come(link(email="jane@example.org"), state)
    assert page.url == HERE + PAGE


def test_another_link_to_the_page_that_is_open_fills_it_too(come: Show) -> None:
    page = come(link(given_name="Jane"))
    page.evaluate("location.hash = '#given_name=Marie'")
    page.wait_for_function("document.querySelector('[name=given_name]').value == 'Marie'")
    assert page.url == HERE + PAGE


def test_what_somebody_typed_outlives_another_link(come: Show) -> None:
    page = come(link(given_name="Jane"))
    page.fill("textarea[name=text]", "My long letter")
    page.evaluate("location.hash = '#given_name=Marie'")
    page.wait_for_timeout(200)
    assert filled(page, "text", "given_name") == ["My long letter", "Jane"]


def test_without_the_script_nothing_happens(come: Show) -> None:
    page = come(link(**JANE), java_script_enabled=False)
    assert filled(page, "given_name", "country") == ["", "CA"]


def test_who_represents_them_is_asked_only_once_they_do_something(come: Show) -> None:
    """The look-up sends the postal code to our own server: not before its reader touches the form."""
    page = come(link(postal_code="K1A 0A6"), "who gets it is found later")
    page.wait_for_timeout(200)
    assert not [one for one in page.requests if "K1A" in one]
    page.locator("#given_name").focus()
    page.wait_for_timeout(200)
    assert [one.split()[0] for one in page.requests if "/find/" in one] == [f"{HERE}/find/7/K1A0A6.json"]
