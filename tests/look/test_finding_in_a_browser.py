"""What the script improves of a letter: who gets it is found while one types, and offers are turned."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory
from playwright.sync_api import expect

from tests.look.states import EXCLUDED, HERE, MEMBER, OTHER, SOUGHT, THERE
from tests.look.test_in_a_browser import show
from tocsin.actions.finding import Finding, Recipient
from tocsin.campaigns.targeting.answers import Outcome
from tocsin.web.find import _as_json

__all__ = ["show"]
pytestmark = pytest.mark.browser
STATE = "who gets it is found later"
ROE: Any = {**MEMBER, "name": "Joan Roe", "address": ["Joan Roe"], "greeting": "Dear Ms. Roe,"}


def answer(outcome: Outcome, *recipients: Recipient, code: str = "K1A 0A6") -> dict[str, str]:
    """What the endpoint says for one postal code."""
    edition: Any = SimpleNamespace(pk=7, words=SOUGHT)
    said = _as_json(RequestFactory().get("/"), edition, Finding(outcome, code, recipients))
    return {f"/find/7/{code.replace(' ', '')}.json": json.dumps(said)}


def typed(page: Any, code: str) -> None:
    page.locator("#postal_code").press_sequentially(code)


def sent(page: Any, name: str) -> list[str]:
    """What the form would send under a name."""
    values: list[str] = page.evaluate(f"new FormData(document.querySelector('form')).getAll({name!r})")
    return values


def test_it_works(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.FOUND, Recipient(HERE, MEMBER)))
    assert not page.get_by_role("button", name="See who gets my letter").is_visible()
    typed(page, "k1a 0a6")
    expect(page.locator(".found-who")).to_have_text("Jane Doe, Member of Parliament Ottawa Centre")
    assert sent(page, "division") == [HERE.division]
    assert sent(page, "division_of") == ["K1A 0A6"]
    assert page.locator(".to-address").inner_text() == "Jane Doe\nHouse of Commons"
    assert page.locator(".greeting").inner_text() == "Dear Ms. Doe,"
    assert page.locator("[data-part=header]").inner_text() == "I, your name, live in Ottawa Centre."
    assert page.locator("#postal_code:focus").count() == 1
    assert page.locator("[data-find]").get_attribute("aria-live") == "polite"
    assert page.complaints == []


def test_the_locked_lines_say_what_is_typed(show: Callable[..., Any]) -> None:
    page = show(STATE)
    page.fill("#given_name", "Jane")
    page.fill("#city", "Ottawa <b>")
    assert page.locator("[data-part=header]").inner_text() == "I, Jane, live in your riding."
    assert page.locator("[data-part=closing]").inner_text().split() == ["Yours,", "from", "Ottawa", "<b>"]


def test_a_corrected_code_forgets_who_was_found(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.FOUND, Recipient(HERE, MEMBER)))
    typed(page, "K1A 0A6")
    expect(page.locator(".found-who")).to_be_visible()
    page.locator("#postal_code").press("Backspace")
    expect(page.locator(".found-who")).to_have_count(0)
    assert sent(page, "division") == []
    assert page.locator(".to-address").inner_text() == "Your member of Parliament"
    assert page.locator("[data-part=header]").inner_text() == "I, your name, live in your riding."


def test_several_are_to_choose_from(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.SEVERAL, Recipient(HERE, MEMBER), Recipient(THERE, ROE)))
    typed(page, "K1A0A6")
    expect(page.get_by_role("radio")).to_have_count(2)
    assert sent(page, "division") == []
    page.get_by_role("radio", name="Kanata").check()
    assert sent(page, "division") == [THERE.division]
    assert page.locator(".greeting").inner_text() == "Dear Ms. Roe,"
    page.get_by_role("radio", name="Ottawa Centre").check()
    assert page.locator(".greeting").inner_text() == "Dear Ms. Doe,"


def test_other_words_come_only_where_nothing_was_written(show: Callable[..., Any]) -> None:
    answers = answer(Outcome.SEVERAL, Recipient(HERE, MEMBER, variant=OTHER), Recipient(THERE, ROE))  # type: ignore[arg-type]
    page = show(STATE, answers=answers)
    offered = page.locator("#text").input_value()
    typed(page, "K1A0A6")
    page.get_by_role("radio", name="Ottawa Centre").check()
    assert page.locator("#text").input_value() == "You said so yourself."
    page.get_by_role("radio", name="Kanata").check()
    assert page.locator("#text").input_value() == offered
    page.fill("#text", "Mine.")
    page.get_by_role("radio", name="Ottawa Centre").check()
    assert page.locator("#text").input_value() == "Mine."


def test_where_no_letter_is_needed_it_is_said_at_once(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.FOUND, Recipient(HERE, MEMBER, variant=EXCLUDED)))
    typed(page, "K1A0A6")
    expect(page.locator("#finding")).to_contain_text("Your member of Parliament supports this already.")
    assert sent(page, "division") == [f"look:{HERE.division}"]


def test_while_nobody_can_say_one_press_sends(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.UNAVAILABLE))
    typed(page, "K1A0A6")
    expect(page.locator("#finding")).to_contain_text("we find out later")
    assert sent(page, "division") == ["later"]


def test_an_unknown_code_is_to_be_checked(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.NONE))
    typed(page, "K1A0A6")
    expect(page.locator("#finding")).to_contain_text("correct it if it is mistyped")
    assert sent(page, "division") == []
    assert sent(page, "not_found") == ["yes"]


def test_where_the_line_is_down_the_form_stays_as_it_is(show: Callable[..., Any]) -> None:
    page = show(STATE)  # the endpoint answers with a page
    typed(page, "K1A0A6")
    page.wait_for_timeout(300)
    assert page.locator("[data-find]").inner_html() == ""
    assert page.complaints == []


def test_only_whole_canadian_codes_are_asked_for(show: Callable[..., Any]) -> None:
    page = show(STATE, answers=answer(Outcome.FOUND, Recipient(HERE, MEMBER)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/find/" in request.url else None)
    typed(page, "K1A 0A")
    page.locator("#country").select_option("FR")
    page.locator("#postal_code").press_sequentially("6")
    page.wait_for_timeout(300)
    assert asked == []
    page.locator("#country").select_option("CA")
    expect(page.locator(".found-who")).to_be_visible()
    assert len(asked) == 1


def test_what_the_step_found_stays_until_the_code_is_corrected(show: Callable[..., Any]) -> None:
    page = show("several")
    assert page.locator("#finding:focus").count() == 1
    page.get_by_role("radio", name="Kanata").check()
    assert sent(page, "division") == [THERE.division]
    page.locator("#postal_code").press_sequentially("1")
    assert sent(page, "division") == []


def test_the_button_that_is_pressed_is_sent_along(show: Callable[..., Any]) -> None:
    """Send anyway: its value says that the riding is found later, and the script must not swallow it."""
    page = show("none again")
    with page.expect_request("**/act/7/") as request:
        page.get_by_role("button", name="Send it anyway").click()
    assert "division=later" in request.value.post_data


# ── offers ──────────────────────────────────────────────────────────────────────────────────────────────────────
LAST = "Math.random = () => 0.999"


def test_an_offer_is_turned_where_the_page_came_from_a_cache(show: Callable[..., Any]) -> None:
    page = show("everything a letter can have", script=LAST)
    assert sent(page, "offer") == ["3"]
    assert page.locator("#text").input_value().startswith("I cannot sleep.\n\nI ask you")
    assert page.locator("#subject").input_value() == "Another subject"


def test_nothing_is_turned_on_a_form_that_is_to_be_mended(show: Callable[..., Any]) -> None:
    page = show("everything, to mend", script=LAST)
    assert sent(page, "offer") == ["1"]
    assert page.locator("#text").input_value().startswith("I am worried.")
