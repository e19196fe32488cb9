"""Adding lines to the counter's ledger, and deciding on those that wait for a second person. (decision 0029)

A line counts at once if whoever adds it may approve lines, and adds no more people alone in a day than the setting
allows. Many small lines are no way around a large one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils import timezone

from tocsin.campaigns.models import Campaign, CounterEntry, EntryDecision, Tally

ALONE_IN = timedelta(days=1)


def reckoned(campaign: Campaign) -> int:
    """Tally plus ledger. Old lines can bring it below nothing, where the public sees 0: what is added is reckoned from
    here, not from what is shown."""
    tallied = Tally.objects.filter(campaign=campaign).values_list("counted", flat=True).first() or 0
    return tallied + sum(CounterEntry.objects.counted().filter(campaign=campaign).by_source().values())


def must_be_approved(campaign: Campaign, user: Any, people: int, *, may_approve: bool) -> bool:
    """Whether lines of so many people, added now by this person, wait for another."""
    if not may_approve:
        return True
    recent = campaign.counter_entries.filter(
        entered_by=user, needs_approval=False, entered_at__gt=timezone.now() - ALONE_IN
    )
    alone = recent.aggregate(people=Sum(Abs("people")))["people"] or 0
    return bool(alone + people > settings.TOCSIN_ENTRY_ALONE)


@transaction.atomic
def add_lines(lines: Sequence[CounterEntry], campaign: Campaign, user: Any, name: str, *, may_approve: bool) -> bool:
    """Adds all of them or, where they are in the ledger already (a second click), none; whether it did."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # two posts at once are reckoned one by one
    waits = must_be_approved(campaign, user, sum(abs(line.people) for line in lines), may_approve=may_approve)
    for line in lines:
        line.campaign, line.needs_approval = campaign, waits
        line.entered_by, line.entered_by_name = user, name
    try:
        with transaction.atomic():
            for line in lines:
                line.save()
    except IntegrityError:
        if not CounterEntry.objects.filter(key__in=[line.key for line in lines]).exists():
            raise
        return False
    return True


def decide_on(entry: CounterEntry, user: Any, name: str, *, approved: bool, reason: str = "") -> bool:
    """Approves or refuses a line that waits; whether it still did. Nobody decides on a line of their own."""
    waits = CounterEntry.objects.waiting().filter(pk=entry.pk).exclude(entered_by=user)
    if not waits.exists():
        return False
    try:
        with transaction.atomic():
            EntryDecision.objects.create(
                entry=entry, approved=approved, reason=reason, decided_by=user, decided_by_name=name
            )
    except IntegrityError:
        return False
    return True
