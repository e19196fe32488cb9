"""The newest letters of a campaign or to a target, by the number of their message, however many there are.

The outbox's indexes lead from a campaign, or a target, and a state to its messages in the order of their numbers.
Asked for all states at once, a database would read and sort every letter; asked for each by itself, it reads few.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, QuerySet

from tocsin.outbox.models import Kind, Message
from tocsin.outbox.states import State

# Numbers are given in the order of time, but for transactions that ran side by side.
SIDE_BY_SIDE = timedelta(hours=1)


def newest_letters(  # noqa: PLR0913  (each narrows the question)
    most: int,
    *,
    campaign: int | None = None,
    target: int | None = None,
    state: str = "",
    below: int | None = None,
    above: int | None = None,
) -> list[int]:
    """Message numbers, the newest first. With `above`, the `most` next ones above that number."""
    asked: dict[str, Any] = {"campaign_ref": campaign, "target_ref": target, "pk__lt": below, "pk__gt": above}
    rows = Message.objects.filter(kind=Kind.LETTER, **{key: value for key, value in asked.items() if value is not None})
    order = "-pk" if above is None else "pk"
    found = [
        number
        for one in ([state] if state else State.values)
        for number in rows.filter(state=one).order_by(order).values_list("pk", flat=True)[:most]
    ]
    nearest = sorted(found, reverse=above is None)[:most]
    return sorted(nearest, reverse=True)


def first_number[M: Model](rows: QuerySet[M], field: str, moment: datetime) -> int:
    """The number of the first row whose time is this moment or later; one more than all, if there is none.

    For tables whose numbers grow with time: a day among a million rows is found in twenty small steps.
    """
    times = rows.order_by("pk").values_list("pk", field)
    least, most = 0, (times.values_list("pk", flat=True).last() or 0) + 1
    while least < most:
        middle = (least + most) // 2
        row = times.filter(pk__gte=middle).first()
        if row is None or row[1] >= moment:
            most = middle
        else:
            least = row[0] + 1
    return least
