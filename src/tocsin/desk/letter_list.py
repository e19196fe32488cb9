"""Finds letters of a campaign, newest first, a screenful at a time, however many there are.

Where they are picked out by more than an index tells, one screen looks through some ten thousand mails at most. If
those hold few like this, it says so, and its next link looks on from there. So no filter makes the list slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from tocsin.actions.letters_wanted import Wanted, letters_numbered, numbers_between
from tocsin.actions.lists.wanted import number
from tocsin.actions.models import Letter
from tocsin.actions.newest import newest_letters
from tocsin.campaigns.models import Campaign

if TYPE_CHECKING:
    from django.http import QueryDict

A_SCREENFUL = 50
LOOKED_THROUGH = 20_000


@dataclass(frozen=True, slots=True)
class Screenful:
    """Letters with where to go on: `older` and `newer` are message numbers, or None at an end. `looks_on`: it stopped
    early, and the older ones were not looked at."""

    letters: list[Letter]
    older: int | None
    newer: int | None
    looks_on: bool = False


def screenful(campaign: Campaign, wanted: Wanted, query: QueryDict) -> Screenful:
    """By key, not by counting: the ten-thousandth letter is as near as the first, and nothing is counted."""
    older, newer = number(query.get("older")), number(query.get("newer"))
    if wanted == Wanted(state=wanted.state, target=wanted.target):  # what the outbox's indexes lead to
        return _by_index(campaign, wanted, older, newer)
    return _upwards(campaign, wanted, newer) if newer is not None else _downwards(campaign, wanted, older)


def _by_index(campaign: Campaign, wanted: Wanted, older: int | None, newer: int | None) -> Screenful:
    """One more than a screenful is asked for, to know whether there are more."""
    below, above = (older, None) if newer is None else (None, newer)
    numbers = newest_letters(A_SCREENFUL + 1, **_told_by_index(campaign, wanted), below=below, above=above)
    rows = list(for_a_list(Letter.objects.filter(message__in=numbers)).order_by("-message_id"))
    more = len(rows) > A_SCREENFUL
    if newer is not None:
        rows = rows[-A_SCREENFUL:]
        return Screenful(rows, _last(rows), _first(rows) if more else None)
    rows = rows[:A_SCREENFUL]
    return Screenful(rows, _last(rows) if more else None, _first(rows) if older is not None else None)


def _downwards(campaign: Campaign, wanted: Wanted, older: int | None) -> Screenful:
    first, last = numbers_between(wanted)
    below = min((one for one in (older, None if last is None else last + 1) if one is not None), default=None)
    top = next(iter(newest_letters(1, **_told_by_index(campaign, wanted), below=below)), 0)
    lowest = max(top - LOOKED_THROUGH, first or 0)
    end = _end_below(campaign, wanted, top - LOOKED_THROUGH, first or 0)
    found = for_a_list(letters_numbered(lowest, top, campaign.pk, wanted))
    rows = list(found.order_by("-message_id")[: A_SCREENFUL + 1])
    some = rows[:A_SCREENFUL]
    newer = None if older is None else _first(some) or older - 1
    if len(rows) > A_SCREENFUL:
        return Screenful(some, _last(some), newer)
    return Screenful(some, end, newer, looks_on=end is not None)


def _upwards(campaign: Campaign, wanted: Wanted, newer: int) -> Screenful:
    told = _told_by_index(campaign, wanted)
    bottom = next(iter(newest_letters(1, **told, above=newer)), newer + 1)
    highest = bottom + LOOKED_THROUGH
    end = highest if newest_letters(1, **told, above=highest) else None
    found = for_a_list(letters_numbered(bottom, highest, campaign.pk, wanted))
    rows = list(found.order_by("message_id")[: A_SCREENFUL + 1])
    some = rows[:A_SCREENFUL][::-1]
    older = _last(some) or newer + 1
    return Screenful(some, older, _first(some) if len(rows) > A_SCREENFUL else end)


def _end_below(campaign: Campaign, wanted: Wanted, end: int, first: int) -> int | None:
    """The number of the last mail that this screen looks at, or None if it looks at all that are left."""
    return end if end > first and newest_letters(1, **_told_by_index(campaign, wanted), below=end) else None


def _told_by_index(campaign: Campaign, wanted: Wanted) -> dict[str, Any]:
    return {"campaign": campaign.pk, "target": wanted.target, "state": wanted.state}


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
