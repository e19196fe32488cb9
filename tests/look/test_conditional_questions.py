"""Questions that wait for an answer, as HTML: there for everybody, with of whom they are asked said before them."""

from __future__ import annotations

import json

import pytest
from django.utils import translation

from tests.look.markup import Element, Markup
from tests.look.states import CHAIN, STATES
from tocsin.actions.shown_questions import said_condition

CONDITIONS = {
    "union": "If you answered “Yes” or “I was” to “Are you in a union?”:",
    "shop": "If you answered “Yes” to “Are you in a union?”:",
    "whom": "If you ticked “I speak for others there”:",
    "day": "If you answered “A friend” to “For how many?”:",
}


@pytest.fixture
def page() -> Markup:
    return Markup(STATES["questions asked in turn"].html())


def waiting(page: Markup) -> dict[str, Element]:
    """The fieldset of each, by what is asked."""
    found = [one for one in page.named("fieldset") if "data-only-if" in one.attributes]
    return {one["aria-labelledby"].removeprefix("question_").removesuffix("-if"): one for one in found}


def test_each_says_of_whom_it_is_asked(page: Markup) -> None:
    assert list(waiting(page)) == [one["key"] for one in CHAIN[1:]]
    assert {key: page.with_id(f"question_{key}-if").text for key in CONDITIONS} == CONDITIONS


def test_the_script_is_told_the_same(page: Markup) -> None:
    told = {key: (one["data-only-if"], json.loads(one["data-values"])) for key, one in waiting(page).items()}
    assert told == {
        "union": ("question_member", ["Yes", "I was"]),
        "shop": ("question_member", ["Yes"]),
        "whom": ("question_shop", ["yes", "on"]),
        "day": ("question_whom", ["A friend"]),
    }


def test_nothing_is_hidden_or_required_that_may_not_apply(page: Markup) -> None:
    for one in waiting(page).values():
        assert not {"hidden", "disabled"} & set(one.attributes)
    assert "aria-required" not in page.with_id("question_union").attributes


def test_what_is_missing_is_told_and_leads_there() -> None:
    page = Markup(STATES["questions asked in turn, to mend"].html())
    links = {one.text: one["href"] for one in page.named("a") if one["href"].startswith("#question")}
    assert links == {
        "Answer this question: Which one?": "#question_union",
        "Choose an answer: For how many?": "#question_whom-1",
    }
    assert "checked" in page.with_id("question_shop").attributes


def test_french_says_it_in_french() -> None:
    with translation.override("fr"):
        assert said_condition([], "J’enseigne.") == "Si vous avez coché «\xa0J’enseigne\xa0»\xa0:"
        assert said_condition(["A", "B", "C"], "Qui?") == (
            "Si vous avez répondu «\xa0A\xa0», «\xa0B\xa0» ou «\xa0C\xa0» à «\xa0Qui?\xa0»\xa0:"
        )
