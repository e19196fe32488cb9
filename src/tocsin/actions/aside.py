"""Actions that are not in the number, and those that wait for staff: told from an index, however many are in it."""

from __future__ import annotations

from django.db.models import Count, Q

from tocsin.actions.models import Action
from tocsin.actions.states import IN_THE_TALLY, State
from tocsin.campaigns.models import Campaign
from tocsin.lib.sql import Literal

# In the words of the partial index that gives them in the order in which they came (actions_for_staff).
FOR_STAFF = Q(state__in=[Literal(State.HELD), Literal(State.STUCK)])
ASIDE = sorted({*State} - IN_THE_TALLY | {State.STUCK})


def set_aside(campaign: Campaign) -> dict[str, int]:
    """People by state: those who just came in, wait, were blocked or taken back; and of the counted, those stuck."""
    rows = Action.objects.filter(campaign=campaign, state__in=ASIDE).order_by()
    return dict(rows.values_list("state").annotate(people=Count("pk")))
