"""Publishing, the campaigner's own questions. A page that asks none leaves no trace of them in its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tocsin.campaigns.words import QuestionWords
from tocsin.lib.plaintext import one_line
from tocsin.pages.question_blocks import options_of

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def question_words(page: ActionPage) -> list[QuestionWords]:
    """In the order they are asked. Where a draft does not say yet what one is filed under, its place stands for it."""
    return [
        {
            "key": block.value["key"] or str(place),
            "text": one_line(block.value["text"]),
            "help": one_line(block.value["help"] or ""),
            "control": block.value["control"],
            "options": options_of(block.value) if block.value["control"] == "choice" else [],
            "required": bool(block.value["required"]),
        }
        for place, block in enumerate(page.questions, 1)
        if block.value["text"]
    ]
