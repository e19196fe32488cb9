"""Campaigners' own questions as columns: which there are, and what one person answered to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from tocsin.actions.question_contract import ANSWERS
from tocsin.campaigns.models import Edition
from tocsin.campaigns.words import QuestionWords


def questions_asked(campaign_id: int | None) -> dict[str, str]:
    """What a campaign ever asked, or all of them: the heading of each column, by what the question is filed under.

    In the order in which they were first asked, so that new ones come at the end. A heading has the words in which the
    question was asked first, in the first of the languages that ask it: both languages are in one column.
    """
    editions = Edition.objects.filter(words__has_key="questions").order_by("pk")
    if campaign_id is not None:
        editions = editions.filter(campaign=campaign_id)
    return _headings(editions.values_list("language", "words__questions").iterator())


def _headings(asked: Iterable[tuple[str, list[QuestionWords]]]) -> dict[str, str]:
    ranks = {code: rank for rank, (code, _name) in enumerate(settings.LANGUAGES)}
    first: dict[str, tuple[int, str]] = {}
    for language, questions in asked:
        rank = ranks.get(language, len(ranks))
        for question in questions:
            key = question["key"]
            if key not in first or rank < first[key][0]:
                first[key] = (rank, f"{key}: {question['text']}")
    return {key: heading for key, (_rank, heading) in first.items()}


def answers_in(act: dict[str, Any], keys: Iterable[str]) -> tuple[str, ...]:
    """A ticked box says yes; what was not answered, or not asked of this person, is empty."""
    answers = act.get(ANSWERS) or {}
    given = (answers.get(key) or "" for key in keys)
    return tuple("yes" if answer is True else str(answer) for answer in given)
