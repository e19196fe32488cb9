"""A campaigner's own questions as the form shows them: what was answered, what is wrong, of whom they are asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from tocsin.actions.question_contract import TICKED, question_name
from tocsin.actions.reading import Posted
from tocsin.actions.shown import ShownCondition, ShownField, typed_in
from tocsin.campaigns.words import EditionWords, QuestionWords

# More are easier to find in a list that opens.
MOST_SIDE_BY_SIDE = 6


def show_questions(words: EditionWords, typed: Posted, wrong: Mapping[str, str]) -> list[ShownField]:
    questions = words.get("questions", ())
    texts = {question["key"]: question["text"] for question in questions}
    return [_shown(question, texts, typed, wrong) for question in questions]


def _shown(question: QuestionWords, texts: Mapping[str, str], typed: Posted, wrong: Mapping[str, str]) -> ShownField:
    name = question_name(question["key"])
    shown = ShownField(
        name=name,
        label=question["text"],
        help=question["help"],
        required=question["required"],
        value=typed_in(typed, name),
        error=wrong.get(name, ""),
        control=question["control"],
        only_if=_condition(question, texts),
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


def _condition(question: QuestionWords, texts: Mapping[str, str]) -> ShownCondition | None:
    if (only_if := question.get("only_if")) is None:
        return None
    answers, text = only_if["answers"], texts.get(only_if["key"], only_if["key"])
    return ShownCondition(said_condition(answers, text), question_name(only_if["key"]), answers or TICKED)


def said_condition(answers: Sequence[str], text: str) -> str:
    """In the words of the page: “If you answered “Yes” to “Are you a member of a union?”:”"""
    text = text.removesuffix(".")
    if not answers:
        return _("If you ticked “%(question)s”:") % {"question": text}
    return _("If you answered %(answers)s to “%(question)s”:") % {"answers": _either(answers), "question": text}


def _either(answers: Sequence[str]) -> str:
    """“A”, “B” or “C”."""
    *others, last = [_("“%(answer)s”") % {"answer": answer} for answer in answers]
    return _("%(these)s or %(last)s") % {"these": ", ".join(others), "last": last} if others else last
