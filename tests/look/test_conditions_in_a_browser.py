"""Questions that wait for an answer, with the script: shown in their turn, kept where they are hidden, and not sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import expect

from tests.look.test_in_a_browser import show  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser
STATE, MEND = "questions asked in turn", "questions asked in turn, to mend"


def asked(page: Any) -> list[str]:
    """What can be seen of the questions, by name."""
    found: list[str] = page.evaluate("""
        [...new Set([...document.querySelectorAll("[name^=question_]")]
            .filter((one) => one.checkVisibility()).map((one) => one.name.slice(9)))]
    """)
    return found


def sent(page: Any) -> dict[str, list[str]]:
    """What the button would send of the questions."""
    form = page.evaluate("new URLSearchParams(new FormData(document.querySelector('form.act'))).toString()")
    return {name[9:]: values for name, values in parse_qs(form).items() if name.startswith("question_")}


def test_each_is_shown_in_its_turn(show: Callable[..., Any]) -> None:  # noqa: F811
    page = show(STATE)
    assert asked(page) == ["member"]
    page.get_by_label("I was", exact=True).check()
    assert asked(page) == ["member", "union"]
    page.get_by_label("Yes", exact=True).check()
    page.locator("#question_shop").check()
    page.locator("#question_whom-1").check()
    assert asked(page) == ["member", "union", "shop", "whom", "day"]
    assert not page.get_by_text("If you answered “Yes” or").is_visible()


def test_a_changed_mind_keeps_what_was_typed_and_sends_none_of_it(show: Callable[..., Any]) -> None:  # noqa: F811
    page = show(STATE)
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("Which one?").fill("Kanarie")
    page.locator("#question_shop").check()
    page.locator("#question_whom-1").check()
    page.get_by_label("No", exact=True).check()
    assert asked(page) == ["member"]
    assert sent(page) == {"member": ["No"]}
    page.get_by_label("Yes", exact=True).check()
    assert page.get_by_label("Which one?").input_value() == "Kanarie"
    assert sent(page) == {"member": ["Yes"], "union": ["Kanarie"], "shop": ["yes"], "whom": ["A friend"]}


def test_the_keyboard_meets_them_in_order_and_nothing_hidden(show: Callable[..., Any]) -> None:  # noqa: F811
    page = show(STATE)
    page.locator("#question_member-1").focus()
    page.keyboard.press("Space")
    met = []
    for _step in range(3):
        page.keyboard.press("Tab")
        met.append(page.evaluate("document.activeElement.id"))
    assert met == ["question_union", "question_shop", "consent_news"]
    expect(page.locator("fieldset[data-only-if]").first).to_have_accessible_name(
        "If you answered “Yes” or “I was” to “Are you in a union?”:"
    )


def test_what_must_be_mended_is_seen(show: Callable[..., Any]) -> None:  # noqa: F811
    page = show(MEND)
    assert asked(page) == ["member", "union", "shop", "whom"]
    page.get_by_role("link", name="Choose an answer: For how many?").click()
    assert page.evaluate("document.activeElement.id") == "question_whom-1"


def test_without_the_script_all_is_there_and_says_of_whom(show: Callable[..., Any]) -> None:  # noqa: F811
    page = show(STATE, java_script_enabled=False)
    for name in ("member", "union", "shop", "whom", "day"):
        assert page.locator(f"[name=question_{name}]").first.is_visible()
    assert page.get_by_text("If you ticked “I speak for others there”:").is_visible()
