"""A screenful of a list, newest first, by key: the ten-thousandth row is as near as the first, and none is counted.

Where rows are picked out by something, one screen looks through some ten thousands at most. If those hold few, it says
so, and its next link looks on from there. So no filter makes a list slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from tocsin.actions.lists.find import Found

A_SCREENFUL = 50
THROUGH_AN_INDEX = 200_000
THROUGH_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Screenful:
    """Rows with where to go on: `older` and `newer` are row numbers, or None at an end. `looks_on`: it stopped early,
    and the older ones were not looked at."""

    rows: list[Any]
    older: int | None
    newer: int | None
    looks_on: bool = False


def screenful(found: Found[Any], older: int | None, newer: int | None) -> Screenful:
    return _upwards(found, newer) if newer is not None else _downwards(found, older)


def _downwards(found: Found[Any], older: int | None) -> Screenful:
    like = found.like if older is None else found.like.filter(pk__lt=older)
    end = None if found.all_of_it else _end_below(found, older)
    if end is not None:
        like = like.filter(pk__gte=end)
    rows = list(like.order_by("-pk")[: A_SCREENFUL + 1])
    some = rows[:A_SCREENFUL]
    newer = None if older is None else (some[0].pk if some else older - 1)
    if len(rows) > A_SCREENFUL:
        return Screenful(some, some[-1].pk, newer)
    return Screenful(some, end, newer, looks_on=end is not None)


def _upwards(found: Found[Any], newer: int) -> Screenful:
    like = found.like.filter(pk__gt=newer)
    end = None if found.all_of_it else _end_above(found, newer)
    if end is not None:
        like = like.filter(pk__lte=end)
    rows = list(like.order_by("pk")[: A_SCREENFUL + 1])
    some = rows[:A_SCREENFUL][::-1]
    older = some[-1].pk if some else newer + 1
    if len(rows) > A_SCREENFUL:
        return Screenful(some, older, some[0].pk)
    return Screenful(some, older, end)


def _end_below(found: Found[Any], older: int | None) -> int | None:
    """The number of the last row that this screen looks at, or None if it looks at all that is left."""
    walk = found.walk if older is None else found.walk.filter(pk__lt=older)
    if found.dense:
        top = (walk.aggregate(top=Max("pk"))["top"] or 0) + 1
        end = top - _most(found)
        return end if found.walk.filter(pk__lt=end).exists() else None
    numbers = walk.order_by("-pk").values_list("pk", flat=True)
    return next(iter(numbers[_most(found) - 1 : _most(found)]), None)


def _end_above(found: Found[Any], newer: int) -> int | None:
    numbers = found.walk.filter(pk__gt=newer).order_by("pk").values_list("pk", flat=True)
    return next(iter(numbers[_most(found) - 1 : _most(found)]), None)


def _most(found: Found[Any]) -> int:
    return THROUGH_AN_INDEX if found.by_index else THROUGH_ROWS
