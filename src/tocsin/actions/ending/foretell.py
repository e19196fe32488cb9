"""The dry run: how many people's data the next night ends, and what it stops. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from tocsin.actions.ending.due import Due, due_of
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign
from tocsin.outbox.emptying import STILL_TO_LEAVE
from tocsin.outbox.models import Kind


@dataclass(frozen=True, slots=True)
class Foretold:
    """People whose data end, and their letters that never left and are stopped."""

    people: int = 0
    letters_stopped: int = 0


def foretold(campaign: Campaign, at: datetime) -> Foretold:
    due = due_of(campaign, at)
    people = due.people() if due else 0
    if due is None or not people:
        return Foretold()
    return Foretold(people, _waiting(due).count())


def _waiting(due: Due) -> QuerySet[Letter]:
    """Starts at what still waits, of which a campaign that closed months ago has none, and looks each action up: a list
    of the actions would be made first, of a million."""
    return Letter.objects.filter(
        Exists(due.actions.order_by().filter(pk=OuterRef("action"))),
        message__campaign_ref=due.campaign.pk,
        message__kind=Kind.LETTER,
        message__state__in=STILL_TO_LEAVE,
    )
