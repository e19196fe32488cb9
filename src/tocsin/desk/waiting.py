"""How many of a campaign's letters wait, and when the last of them will have left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone

from tocsin.actions.letters import pace_of
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.fates import Fates
from tocsin.desk.remembered import remembered
from tocsin.outbox.lanes import flow, target_key
from tocsin.outbox.leaving import last_leaves
from tocsin.outbox.models import Bucket, Kind, Lane, Message
from tocsin.outbox.pace import Flow
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
    queues, not_before = remembered(f"queues:{campaign.pk}", lambda: (_queues(campaign), _not_before(campaign)))
    end = last_leaves(queues, begins)
    return Waiting(letters, end and max(end, not_before or end), paused=False)


def _queues(campaign: Campaign) -> list[tuple[int, Flow]]:
    """How many wait for each target of this campaign, of whichever campaign: an office has one pace for all."""
    lanes = Lane.objects.filter(campaign_ref=campaign.pk, target_ref__isnull=False)
    targets = Target.objects.filter(pk__in=lanes.values("target_ref"), mode=Target.Mode.EACH, paused=False)
    buckets = {one.key: one for one in Bucket.objects.filter(pk__in=lanes.values("target"))}
    flows = {target.pk: _flow(target, buckets.get(target_key(target.pk))) for target in targets}
    waiting = Message.objects.filter(target_ref__in=lanes.values("target_ref"), state__in=WAITING).order_by()
    rows = waiting.values_list("target_ref").annotate(letters=Count("pk"))
    return [(letters, flows[target]) for target, letters in rows if target in flows]


def _flow(target: Target, bucket: Bucket | None) -> Flow:
    """A lane of an earlier version has no bucket yet."""
    if bucket:
        return flow(bucket)
    pace, now = pace_of(target), timezone.now()
    return Flow(pace.per_hour_by_day, pace.per_hour_by_night, pace.time_zone, tokens=1.0, filled_at=now, ready_at=now)


def _not_before(campaign: Campaign) -> datetime | None:
    """The latest moment that a letter, or letters to one target, were scheduled for: one look at an index a lane."""
    due = Message.objects.filter(lane=OuterRef("pk"), due_at__isnull=False).order_by("-due_at").values("due_at")[:1]
    lanes = Lane.objects.filter(campaign_ref=campaign.pk, kind=Kind.LETTER).annotate(due_at=Subquery(due))
    rows = lanes.filter(due_at__isnull=False).values_list("due_at", "not_before")
    return max((at for row in rows for at in row if at), default=None)
