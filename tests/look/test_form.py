"""The form as assistive technology, autofill and robots meet it (requirements X4–X6, X12)."""

from __future__ import annotations

import pytest

from tests.look.markup import Element, Markup
from tests.look.states import BLANK, STATES, mistyped

TOKENS = {
    "given_name": "given-name",
    "family_name": "family-name",
    "email": "email",
    "city": "address-level2",
    "postal_code": "postal-code",
    "province": "address-level1",
    "country": "country",
    "phone": "tel",
}


@pytest.fixture
def page() -> Markup:
    return Markup(STATES["open"].html())


@pytest.fixture
def to_mend() -> Markup:
    return Markup(STATES["mend"].html())


def test_it_posts_to_its_edition_and_leaves_judging_to_us(page: Markup) -> None:
    form = page.named("form")[0]

    assert form["action"] == "/act/7/"
    assert form["method"] == "post"
    assert "novalidate" in form.attributes


@pytest.mark.parametrize(("name", "token"), TOKENS.items())
def test_autofill_knows_each_detail(page: Markup, name: str, token: str) -> None:
    assert page.with_id(name)["autocomplete"] == token


def test_the_address_is_typed_on_the_right_keyboard(page: Markup) -> None:
    email = page.with_id("email")

    assert (email["type"], email["inputmode"]) == ("text", "email")


def test_what_may_be_left_out_says_so(page: Markup) -> None:
    labels = {label["for"]: label.text for label in page.named("label")}

    assert "(optional)" in labels["city"]
    assert "(optional)" not in labels["email"]
    assert page.with_id("email")["aria-required"] == "true"


def test_consents_are_never_given_in_advance() -> None:
    page = Markup(STATES["blank letter"].html())

    assert not [box for box in page.named("input") if "checked" in box.attributes]
    assert [(radio["name"], radio["value"]) for radio in page.named("input") if radio["type"] == "radio"] == [
        ("consent_phone", "yes"),
        ("consent_phone", "no"),
    ]


def test_the_trap_is_for_robots_only(page: Markup) -> None:
    trap = page.with_id("homepage")

    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert trap.parent
    assert trap.parent["aria-hidden"] == "true"


def test_errors_are_told_at_the_top_and_beside_each_field(to_mend: Markup) -> None:
    summary = to_mend.with_id("problems")
    links = [link for link in to_mend.named("a") if link.parent and _within(link, summary)]

    assert to_mend.named("title")[0].text.startswith("Error:")
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    assert "autofocus" in summary.attributes
    assert [link.text for link in links] == [problem.error for problem in mistyped(BLANK).problems]
    for link in links:
        control = to_mend.with_id(link["href"][1:])
        if control["type"] != "radio":
            assert control["aria-invalid"] == "true"
            assert link.text in to_mend.with_id(control["aria-describedby"].split()[-1]).text


def test_what_was_typed_is_still_there(to_mend: Markup) -> None:
    assert to_mend.with_id("email")["value"] == "jane@gmial.com"
    assert to_mend.with_id("family_name")["value"] == "Doe"
    assert [field["value"] for field in to_mend.named("input") if field["name"] == "came_from"] == ["utm_source=mail"]


def test_an_address_we_doubt_can_be_kept(to_mend: Markup, page: Markup) -> None:
    box = to_mend.with_id("email_as_typed")

    assert (box["name"], box["value"]) == ("email_as_typed", "yes")
    assert not [one for one in page.all if one["id"] == "email_as_typed"]


def test_a_letter_keeps_its_first_line_break() -> None:
    """A textarea loses one line break after its tag: ours has one to lose."""
    assert 'aria-describedby="text-help">\nI ask' in STATES["open"].html()


def test_the_letter_is_as_long_as_the_contract_allows(page: Markup) -> None:
    assert page.with_id("text")["data-longest"] == "8000"


def test_a_locked_letter_has_nothing_to_type() -> None:
    page = Markup(STATES["locked letter"].html())

    assert not page.named("textarea")
    assert not [one for one in page.all if one["id"] == "subject"]


@pytest.mark.parametrize("name", ["page closed", "page not yet open"])
def test_where_there_is_no_form_nothing_leads_to_it(name: str) -> None:
    page = Markup(STATES[name].html())

    assert not page.named("form")
    assert not [one for one in page.all if one["class"] == "bar"]
    assert "12:00\u202fPM (Eastern Daylight Time)" in page.with_id("act").text


def test_a_frame_of_scripts_is_shut_in() -> None:
    frame = Markup(STATES["with scripts"].html()).named("iframe")[0]

    assert frame["sandbox"] == "allow-scripts"
    assert frame["title"]
    assert "loading" not in frame.attributes  # one that is never seen would never load


def _within(element: Element, outer: Element) -> bool:
    above = element.parent
    while above is not None and above is not outer:
        above = above.parent
    return above is outer
