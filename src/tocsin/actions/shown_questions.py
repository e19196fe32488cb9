"""A campaigner's own questions as the form shows them: with what was answered, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from tocsin.actions.question_contract import question_name
from tocsin.actions.reading import Posted
from tocsin.actions.shown import ShownField, typed_in
from tocsin.campaigns.words import EditionWords, QuestionWords

# More are easier to find in a list that opens.
MOST_SIDE_BY_SIDE = 6


def show_questions(words: EditionWords, typed: Posted, wrong: Mapping[str, str]) -> list[ShownField]:
    return [_shown(question, typed, wrong) for question in words.get("questions", ())]


def _shown(question: QuestionWords, typed: Posted, wrong: Mapping[str, str]) -> ShownField:
    name = question_name(question["key"])
    shown = ShownField(
        name=name,
        label=question["text"],
        help=question["help"],
        required=question["required"],
        value=typed_in(typed, name),
        error=wrong.get(name, ""),
        control=question["control"],
    )
    if question["control"] == "choice":
        _let_choose(shown, question["options"])
    return shown


def _let_choose(shown: ShownField, options: list[str]) -> None:
    shown.options = [(option, option) for option in options]
    if len(options) <= MOST_SIDE_BY_SIDE:
        shown.control, shown.anchor = "radios", f"{shown.name}-1"
    else:
        shown.control, shown.options = "select", [("", ""), *shown.options]
