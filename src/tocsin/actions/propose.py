"""Proposes a set of actions to be taken out of the number: counted by a job, looked at, and only then decided."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.tasks import task

from tocsin.actions.invalidate import Chosen, chosen_by, in_the_set, take_out
from tocsin.actions.invalidation import Invalidation, ProposedSet
from tocsin.campaigns.models import Campaign

KEPT_FOR = timedelta(days=1)
# SQLite's clock knows no less.
A_TICK = timedelta(milliseconds=1)


def propose(campaign: Campaign, chosen: Chosen, reason: str) -> ProposedSet:
    """Writes down what was chosen and has it counted."""
    proposed = ProposedSet.objects.create(campaign=campaign, **asdict(chosen), reason=reason)
    count_set.enqueue(proposed.pk)
    return proposed


@task()
def count_set(proposed_id: int) -> None:
    for proposed in ProposedSet.objects.select_related("campaign").filter(pk=proposed_id):
        people = in_the_set(proposed.campaign, as_proposed(proposed)).count()
        ProposedSet.objects.filter(pk=proposed_id).update(people=people)


@transaction.atomic
def take_out_proposed(proposed: ProposedSet, user: Any, name: str) -> Invalidation | None:
    """Decides what was looked at, once; None where it was decided already or nobody is in it."""
    if not ProposedSet.objects.filter(pk=proposed.pk, people__gt=0).delete()[0]:
        return None
    return take_out(proposed.campaign, as_proposed(proposed), proposed.reason, user, name)


def as_proposed(proposed: ProposedSet) -> Chosen:
    """Those who had acted when it was proposed. Whoever acts while somebody looks at the number was not in it: the
    decision would take out people whom nobody saw."""
    chosen, ends = chosen_by(proposed), proposed.asked_at + A_TICK
    return replace(chosen, until=min(chosen.until or ends, ends))


def forget_proposals() -> None:
    """Those that were never decided. Nightly."""
    ProposedSet.objects.filter(asked_at__lt=Now() - KEPT_FOR).delete()
