"""How many of a campaign's letters wait, and when the last of them will have left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from tocsin.actions.letters import pace_of
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.fates import Fates
from tocsin.desk.remembered import remembered
from tocsin.outbox.leaving import leaves_by
from tocsin.outbox.models import Lane, Message
from tocsin.outbox.pace import Pace
from tocsin.outbox.states import State

WAITING = (State.WAITING, State.DEFERRED)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`last_leaves` is None where letters are `paused`, or where an office takes none at its pace."""

    letters: int
    last_leaves: datetime | None
    paused: bool


def waiting_of(campaign: Campaign, fates: Fates) -> Waiting | None:
    """None where no letter waits."""
    letters = sum(fate.letters for fate in fates.rows if fate.state in WAITING)
    if not letters:
        return None
    if campaign.letters_paused:
        return Waiting(letters, None, paused=True)
    begins = max(timezone.now(), campaign.letters_not_before or timezone.now())
    queues = remembered(f"queues:{campaign.pk}", lambda: _queues(campaign))
    return Waiting(letters, _last(queues, begins), paused=False)


def _queues(campaign: Campaign) -> list[tuple[int, Pace]]:
    """How many wait for each target of this campaign, of whichever campaign: an office has one pace for all."""
    lanes = Lane.objects.filter(campaign_ref=campaign.pk, target_ref__isnull=False)
    targets = Target.objects.filter(pk__in=lanes.values("target_ref"), mode=Target.Mode.EACH, paused=False)
    paces = {target.pk: pace_of(target) for target in targets}
    waiting = Message.objects.filter(target_ref__in=lanes.values("target_ref"), state__in=WAITING).order_by()
    rows = waiting.values_list("target_ref").annotate(letters=Count("pk"))
    return [(letters, paces[target]) for target, letters in rows if target in paces]


def _last(queues: Iterable[tuple[int, Pace]], now: datetime) -> datetime | None:
    """The longest queue of each pace is enough: shorter ones end before it."""
    longest: dict[Pace, int] = {}
    for letters, pace in queues:
        longest[pace] = max(letters, longest.get(pace, 0))
    ends = [leaves_by(letters, pace, now) for pace, letters in longest.items()]
    return max((end for end in ends if end), default=None) if all(ends) else None
