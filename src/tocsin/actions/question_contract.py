"""What a supporter may answer to a campaigner's own questions: a line, some lines, one of a list, a box.

Pure, as all of the contract. Answers are for the organisation: they are sealed with the act, and no letter has them.
Only what was answered is kept, under what each question is filed under. A question that waits for an answer to an
earlier one is read only where that was given: what else was sent for it is ignored, as without a script all see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from tocsin.actions.reading import TOO_LONG, Offer, Posted, one_line, single, some_lines
from tocsin.campaigns.words import QuestionWords
from tocsin.lib import plaintext

LONGEST_LINE = 200
LONGEST_LINES = 2000
ANSWERS = "answers"
# What a box sends that was ticked.
TICKED = ("yes", "on")

REQUIRED = {
    "line": _("Answer this question: %(question)s"),
    "lines": _("Answer this question: %(question)s"),
    "choice": _("Choose an answer: %(question)s"),
    "box": _("Tick this box: %(question)s"),
}


def question_name(key: str) -> str:
    """The field that answers a question."""
    return f"question_{key}"


def read_questions(
    offer: Offer, questions: Sequence[QuestionWords], posted: Posted, files: Mapping[str, object]
) -> None:
    """The answers, where there are any. Whatever is not asked is never looked at."""
    answers: dict[str, str | bool] = {}
    for question in questions:
        if is_asked(question, answers) and (answer := _read(offer, question, posted, files)):
            answers[question["key"]] = answer
    if answers:
        offer.act[ANSWERS] = answers


def is_asked(question: QuestionWords, answers: Mapping[str, str | bool]) -> bool:
    """Whether whoever gave these answers to the earlier questions is asked this one. What is not asked has no answer,
    so that whatever waits for it is not asked either."""
    if (only_if := question.get("only_if")) is None:
        return True
    given = answers.get(only_if["key"])
    return given in only_if["answers"] if only_if["answers"] else given is True


def _read(offer: Offer, question: QuestionWords, posted: Posted, files: Mapping[str, object]) -> str | bool:
    """The answer; nothing where there is none, or after saying what is wrong with it."""
    name = question_name(question["key"])
    raw = single(offer, name, posted, files)
    if raw is None:
        return ""
    problems = len(offer.problems)
    answer = _READERS[question["control"]](offer, name, raw, question)
    if not answer and question["required"] and len(offer.problems) == problems:
        offer.refuse(name, REQUIRED[question["control"]], question=question["text"])
    return answer


def _read_line(offer: Offer, name: str, raw: str, _question: QuestionWords) -> str:
    line = one_line(offer, name, raw) or ""
    if len(line) > LONGEST_LINE:
        offer.refuse(name, TOO_LONG, limit=LONGEST_LINE)
        return ""
    return line


def _read_lines(offer: Offer, name: str, raw: str, _question: QuestionWords) -> str:
    return some_lines(offer, name, raw, LONGEST_LINES)


def _read_choice(offer: Offer, name: str, raw: str, question: QuestionWords) -> str:
    chosen = plaintext.one_line(raw)
    if not chosen or chosen in question["options"]:
        return chosen
    offer.refuse(name, _("Choose an answer from the list: %(question)s"), question=question["text"])
    return ""


def _read_box(_offer: Offer, _name: str, raw: str, _question: QuestionWords) -> bool:
    return raw in TICKED


_READERS: dict[str, Callable[[Offer, str, str, QuestionWords], str | bool]] = {
    "line": _read_line,
    "lines": _read_lines,
    "choice": _read_choice,
    "box": _read_box,
}
