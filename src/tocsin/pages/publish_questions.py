"""Publishing, the campaigner's own questions. A page that asks none leaves no trace of them in its words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tocsin.campaigns.words import QuestionWords
from tocsin.lib.plaintext import one_line
from tocsin.pages.question_blocks import options_of
from tocsin.pages.question_conditions import condition_of

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def question_words(page: ActionPage) -> list[QuestionWords]:
    """In the order they are asked. Where a draft does not say yet what one is filed under, its place stands for it."""
    return [_words(block.value, place) for place, block in enumerate(page.questions, 1) if block.value["text"]]


def _words(question: Mapping[str, Any], place: int) -> QuestionWords:
    words: QuestionWords = {
        "key": question["key"] or str(place),
        "text": one_line(question["text"]),
        "help": one_line(question["help"] or ""),
        "control": question["control"],
        "options": options_of(question) if question["control"] == "choice" else [],
        "required": bool(question["required"]),
    }
    if (only_if := condition_of(question)) is not None:
        words["only_if"] = only_if
    return words
