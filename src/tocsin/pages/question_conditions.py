"""Questions that wait for an answer to an earlier one: what they wait for, and what would be wrong with that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.words import ConditionWords
from tocsin.lib.plaintext import one_line
from tocsin.pages.question_blocks import answers_waited_for, options_of

type Question = Mapping[str, Any]


def condition_of(question: Question) -> ConditionWords | None:
    """As an edition freezes it."""
    return {"key": word, "answers": answers_waited_for(question)} if (word := question["only_if"]) else None


def wrong_conditions(questions: Sequence[Question]) -> Iterator[ValidationError]:
    """One sentence for each question, in the order of the page, whose condition cannot be met or says nothing."""
    for place, question in enumerate(questions):
        if question["only_if"]:
            yield from _wrong(question, questions[:place], questions[place:])
        elif answers_waited_for(question):
            yield _said(_NO_QUESTION, question)


def _wrong(question: Question, earlier: Sequence[Question], later: Sequence[Question]) -> Iterator[ValidationError]:
    word = question["only_if"]
    if (other := _filed(word, earlier)) is not None:
        yield from _wrong_answers(question, other)
    elif _filed(word, later) is not None:
        yield _said(_NOT_BEFORE, question, word=word)
    else:
        yield _said(_UNKNOWN, question, word=word)


def _wrong_answers(question: Question, other: Question) -> Iterator[ValidationError]:
    answers, options = answers_waited_for(question), options_of(other)
    called = one_line(other["text"] or "")
    if other["control"] == "box":
        if answers:
            yield _said(_A_BOX, question, other=called)
    elif other["control"] != "choice":
        yield _said(_IN_THEIR_WORDS, question, other=called)
    elif not answers:
        yield _said(_NO_ANSWER, question, other=called)
    elif missing := [answer for answer in answers if answer not in options]:
        yield _said(_NO_OPTION, question, other=called, answer=missing[0])


def _filed(word: str, questions: Sequence[Question]) -> Question | None:
    return next((one for one in questions if one["key"] == word), None)


_UNKNOWN = _(
    "“%(question)s” is asked only after an answer to “%(word)s”, and no question is filed under that. Correct the word."
)
_NOT_BEFORE = _(
    "“%(question)s” is asked only after an answer to “%(word)s”, which is not before it. Put that question first."
)
_IN_THEIR_WORDS = _(
    "“%(question)s” waits for an answer to “%(other)s”, which people write in their own words. Only a list or a box "
    "can decide."
)
_A_BOX = _("“%(question)s” waits for the box “%(other)s” to be ticked. Leave “the answer is” empty.")
_NO_ANSWER = _("“%(question)s” waits for an answer to “%(other)s”. Write which: an option of it, one in each line.")
_NO_OPTION = _(
    "“%(question)s” waits for the answer “%(answer)s”, which is no option of “%(other)s”. Write it as it stands there."
)
_NO_QUESTION = _(
    "“%(question)s” waits for an answer, and does not say to which question. Write the word that one is filed under, "
    "or take the answer away."
)


def _said(sentence: Any, question: Question, **params: object) -> ValidationError:
    return ValidationError(sentence, params={"question": one_line(question["text"] or ""), **params})
