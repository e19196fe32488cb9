"""The dry run: how many people's data the next night ends, and what it stops. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.actions.ending.due import due_of
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign
from tocsin.outbox.emptying import STILL_TO_LEAVE


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
    waiting = Letter.objects.filter(action__in=due.actions.order_by(), message__state__in=STILL_TO_LEAVE)
    return Foretold(people, waiting.filter(message__campaign_ref=campaign.pk).count())
