"""Actions that are not in the number, by their state: counted from small indexes, however many are in it."""

from __future__ import annotations

from django.db.models import Count, Q

from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign
from tocsin.lib.sql import Literal, literals

# What the partial indexes hold, in their own words: asked for all at once, a database would read every action.
JUST_IN = Q(state=Literal("received"))
FOR_STAFF = Q(state__in=literals(("held", "stuck")))
SET_ASIDE = Q(state__in=literals(("blocked", "unconfirmed", "invalidated")))


def set_aside(campaign: Campaign) -> dict[str, int]:
    """People by state: those who just came in, wait, were blocked or taken back; and of the counted, those stuck."""
    found: dict[str, int] = {}
    for held in (JUST_IN, FOR_STAFF, SET_ASIDE):
        rows = Action.objects.filter(held, campaign=campaign).order_by()
        found |= dict(rows.values_list("state").annotate(people=Count("pk")))
    return found
