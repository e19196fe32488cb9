"""Actions that are not in the number, by their state: counted from small indexes, however many are in it."""

from __future__ import annotations

from django.db.models import Count

from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign

# Each line is what one partial index holds: asked for all at once, a database would read every action.
BY_INDEX = ((State.RECEIVED,), (State.HELD, State.STUCK), (State.BLOCKED, State.UNCONFIRMED, State.INVALIDATED))


def set_aside(campaign: Campaign) -> dict[str, int]:
    """People by state: those who just came in, wait, were blocked or taken back; and of the counted, those stuck."""
    found: dict[str, int] = {}
    for states in BY_INDEX:
        rows = Action.objects.filter(campaign=campaign, state__in=states).order_by()
        found |= dict(rows.values_list("state").annotate(people=Count("pk")))
    return found
