"""Lists, some rows at a time, by number: whoever remembers `after` goes on from there another day, and misses nothing.

Rows get their numbers when they are begun, and are seen when they are finished: one that took long has a smaller number
than others that were seen before it. So the newest half minute of each list stays out until it has settled.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from django.db.models import Model, QuerySet
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from ninja import Query, Schema

SETTLES_IN = timedelta(seconds=30)
MOST = 500


class Ask(Schema):
    """What every list is asked by."""

    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The number of the last row that you have.")] = 0
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")] = 100


class Page[T](Schema):
    """`after` is to be asked with next, also if there is nothing new yet. `more`: there is more at once."""

    items: list[T]
    after: int
    more: bool


def some[M: Model](rows: QuerySet[M], ask: Ask, settled_by: str | None) -> tuple[list[M], bool]:
    """The next rows, and whether there are more. `settled_by` is the column that says when a row was begun; None for
    what is no list to go on from, but is gone through anew each time."""
    if settled_by:
        rows = rows.filter(**{f"{settled_by}__lt": settled()})
    found = list(rows.filter(pk__gt=ask.after).order_by("pk")[: ask.limit + 1])
    return found[: ask.limit], len(found) > ask.limit


def settled() -> CombinedExpression:
    """By the clock that wrote the rows."""
    return Now() - SETTLES_IN


def page[T](items: list[T], rows: Sequence[Model], ask: Ask, *, more: bool) -> Page[T]:
    """What is said of these rows, as an answer."""
    return Page[T](items=items, after=rows[-1].pk if rows else ask.after, more=more)
