"""The campaigner's own questions on the form: named, explained, kept when something is wrong, never answered before."""

from __future__ import annotations

import pytest

from tests.look.markup import Element, Markup
from tests.look.states import QUESTIONS, STATES, mistyped_answers


@pytest.fixture
def page() -> Markup:
    return Markup(STATES["questions of one’s own"].html())


@pytest.fixture
def to_mend() -> Markup:
    return Markup(STATES["questions of one’s own, to mend"].html())


def group(page: Markup, name: str) -> list[Element]:
    return [one for one in page.named("input") if one["name"] == f"question_{name}"]


def legend(page: Markup, name: str) -> Element:
    """Of the fieldset around a group."""
    radio = group(page, name)[0]
    return next(one for one in page.named("legend") if one.parent is _fieldset(radio))


def _fieldset(element: Element) -> Element:
    above = element.parent
    while above and above.tag != "fieldset":
        above = above.parent
    assert above
    return above


def test_each_is_answered_as_its_campaigner_chose(page: Markup) -> None:
    assert page.with_id("question_union").tag == "input"
    assert page.with_id("question_story").tag == "textarea"
    assert [one["type"] for one in group(page, "met")] == ["radio"] * 3
    assert page.with_id("question_day").tag == "select"
    assert page.with_id("question_teacher")["type"] == "checkbox"


def test_a_group_is_named_and_explained(page: Markup) -> None:
    assert legend(page, "met").text.startswith("What of met?")
    assert _fieldset(group(page, "met")[0])["aria-describedby"] == "question_met-help"
    assert page.with_id("question_met-help").text == "In your community."


@pytest.mark.parametrize("name", ["union", "story", "day", "teacher"])
def test_help_belongs_to_its_field(page: Markup, name: str) -> None:
    assert page.with_id(f"question_{name}")["aria-describedby"] == f"question_{name}-help"


def test_what_may_be_left_out_says_so_and_can_be_taken_back(page: Markup) -> None:
    labels = {label["for"]: label.text for label in page.named("label")}
    optional = {
        name for name in ("union", "story", "day", "teacher", "adult") if "(optional)" in labels[f"question_{name}"]
    }
    assert optional == {"union", "teacher"}
    assert ["(optional)" in legend(page, name).text for name in ("met", "heard")] == [True, False]
    assert [one["value"] for one in group(page, "met")] == ["Yes", "No", ""]
    assert [one["value"] for one in group(page, "heard")] == ["A friend", "The news", "A newsletter"]
    assert page.with_id("question_story")["aria-required"] == page.with_id("question_adult")["aria-required"] == "true"


def test_nothing_is_answered_in_advance(page: Markup) -> None:
    checked = [one for one in page.named("input") if "checked" in one.attributes]
    assert [(one["name"], one["value"]) for one in checked] == [("question_met", "")]
    assert not [one for one in page.named("option") if "selected" in one.attributes and one["value"] not in {"", "CA"}]


def test_what_is_wrong_is_told_at_the_top_and_leads_there(to_mend: Markup) -> None:
    problems = mistyped_answers().problems
    assert [problem.name for problem in problems] == [f"question_{name}" for name in ("union", "heard", "day", "adult")]
    for problem in problems:
        [link] = [one for one in to_mend.named("a") if one.text == problem.error]
        control = to_mend.with_id(link["href"][1:])
        described = _fieldset(control) if control["type"] == "radio" else control
        assert problem.error in to_mend.with_id(described["aria-describedby"].split()[-1]).text
        assert control["type"] == "radio" or control["aria-invalid"] == "true"


def test_every_answer_is_kept(to_mend: Markup) -> None:
    assert to_mend.with_id("question_union")["value"] == "a" * 201
    assert to_mend.with_id("question_story").text == "\n=1"
    assert [one["value"] for one in group(to_mend, "met") if "checked" in one.attributes] == ["No"]
    assert "checked" in to_mend.with_id("question_teacher").attributes
    assert "checked" not in to_mend.with_id("question_adult").attributes


def test_the_script_knows_how_long_an_answer_may_be(page: Markup) -> None:
    assert page.with_id("question_story")["data-longest"] == "2000"


def test_a_page_without_any_says_nothing_of_them() -> None:
    assert "We would also like to know" not in STATES["open"].html()
    assert "We would also like to know" in STATES["questions of one’s own"].html()


def test_a_receipt_shows_what_was_answered() -> None:
    html = STATES["receipt with answers"].html()
    assert "First.<br>Then." in html
    shown = [text for text in (one["text"] for one in QUESTIONS) if f"<dt>{text}</dt>" in html]
    assert shown == ["What of story?", "What of met?", "What of teacher?"]
    assert "What you answered" not in STATES["receipt"].html()
