"""Finds letters of a campaign, newest first, a screenful at a time, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from tocsin.actions.letters_wanted import Wanted, letters_like
from tocsin.actions.lists.wanted import number
from tocsin.actions.models import Letter
from tocsin.actions.newest import newest_letters
from tocsin.campaigns.models import Campaign

if TYPE_CHECKING:
    from django.http import QueryDict

A_SCREENFUL = 50


@dataclass(frozen=True, slots=True)
class Screenful:
    """Letters with where to go on: `older` and `newer` are message numbers, or None at an end."""

    letters: list[Letter]
    older: int | None
    newer: int | None


def screenful(campaign: Campaign, wanted: Wanted, query: QueryDict) -> Screenful:
    """By key, not by counting: the ten-thousandth letter is as near as the first, and nothing is counted."""
    older, newer = number(query.get("older")), number(query.get("newer"))
    rows = _rows(campaign, wanted, older, newer)
    more = len(rows) > A_SCREENFUL
    if newer is not None:
        rows = rows[-A_SCREENFUL:]
        return Screenful(rows, _last(rows), _first(rows) if more else None)
    rows = rows[:A_SCREENFUL]
    return Screenful(rows, _last(rows) if more else None, _first(rows) if older is not None else None)


def _rows(campaign: Campaign, wanted: Wanted, older: int | None, newer: int | None) -> list[Letter]:
    """One more than a screenful, if there is one, the newest first."""
    if wanted == Wanted(state=wanted.state, target=wanted.target):  # what the outbox's indexes lead to
        return _by_number(
            newest_letters(
                A_SCREENFUL + 1,
                campaign=campaign.pk,
                target=wanted.target,
                state=wanted.state,
                below=older if newer is None else None,
                above=newer,
            )
        )
    found = for_a_list(letters_like(campaign.pk, wanted))
    if newer is not None:
        return list(found.filter(message_id__gt=newer).order_by("message_id")[: A_SCREENFUL + 1])[::-1]
    if older is not None:
        found = found.filter(message_id__lt=older)
    return list(found.order_by("-message_id")[: A_SCREENFUL + 1])


def _by_number(messages: list[int]) -> list[Letter]:
    return list(for_a_list(Letter.objects.filter(message__in=messages)).order_by("-message_id"))


def for_a_list(found: QuerySet[Letter]) -> QuerySet[Letter]:
    """Only what a list shows: nothing sealed and no edition's words are read."""
    return found.select_related("message", "target", "action__edition").only(
        "own_words",
        "target__name",
        "action__campaign",
        "action__edition__language",
        "message__state",
        "message__state_since",
        "message__attempts",
        "message__last_words",
    )


def _first(letters: list[Letter]) -> int | None:
    return letters[0].message_id if letters else None


def _last(letters: list[Letter]) -> int | None:
    return letters[-1].message_id if letters else None
