"""Adding lines to the counter's ledger, and deciding on those that wait for a second person. (decision 0029)

A line counts at once if whoever adds it may approve lines, and adds no more people alone in a day than the setting
allows. Many small lines are no way around a large one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign, CounterEntry, EntryDecision, Tally

ALONE_IN = timedelta(days=1)


class TakesTooMany(ValueError):
    """A line would take away more people than are counted. Its text is a sentence that says how many there are."""


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


def refuse_too_many(campaign: Campaign, lines: Sequence[CounterEntry]) -> None:
    """Raises TakesTooMany where a source's sum, or the whole number, would fall below nothing: the page would hide
    people who are there, and the next line would be swallowed."""
    sums, number = CounterEntry.objects.counted().filter(campaign=campaign).by_source(), reckoned(campaign)
    changes = Counter[str]()
    for line in lines:
        changes[line.source] += line.people
    for source, people in changes.items():
        most = max(0, min(sums.get(source, 0), number))
        if people < -most:
            raise TakesTooMany(_too_many(source, most))


def _too_many(source: str, most: int) -> str:
    said = _(
        "This takes away more people than are counted. From “%(source)s”, at most %(most)s can be taken away now. "
        "Check the number, and where these people came from."
    )
    return said % {"source": CounterEntry.Source(source).label, "most": number_format(most, force_grouping=True)}


def reckon_alone(campaign: Campaign) -> None:
    """Until the transaction ends: two posts at once are reckoned one by one."""
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)


@transaction.atomic
def add_lines(lines: Sequence[CounterEntry], campaign: Campaign, user: Any, name: str, *, may_approve: bool) -> bool:
    """Adds all of them or, where they are in the ledger already (a second click), none; whether it did.

    Raises TakesTooMany.
    """
    reckon_alone(campaign)
    if _are_there(lines):  # before what they take away is looked at: a second click takes nothing away
        return False
    refuse_too_many(campaign, lines)
    waits = must_be_approved(campaign, user, sum(abs(line.people) for line in lines), may_approve=may_approve)
    for line in lines:
        line.campaign, line.needs_approval = campaign, waits
        line.entered_by, line.entered_by_name = user, name
    try:
        with transaction.atomic():
            for line in lines:
                line.save()
    except IntegrityError:
        if not _are_there(lines):
            raise
        return False
    return True


def words_there(campaign: Campaign, source: str) -> set[tuple[int, date | None, str]]:
    """What lines of this source say: how many, on which day, why. A refused line may come again."""
    lines = CounterEntry.objects.filter(campaign=campaign, source=source).exclude(decision__approved=False)
    return set(lines.order_by().values_list("people", "counted_on", "reason"))


def _are_there(lines: Sequence[CounterEntry]) -> bool:
    return CounterEntry.objects.filter(key__in=[line.key for line in lines if line.key]).exists()


@transaction.atomic
def decide_on(entry: CounterEntry, user: Any, name: str, *, approved: bool, reason: str = "") -> bool:
    """Approves or refuses a line that waits; whether it still did. Nobody decides on a line of their own.

    Raises TakesTooMany where approving it would: there may have been more people when it was added.
    """
    reckon_alone(entry.campaign)
    waits = CounterEntry.objects.waiting().filter(pk=entry.pk).exclude(entered_by=user)
    if not waits.exists():
        return False
    if approved:
        refuse_too_many(entry.campaign, [entry])
    try:
        with transaction.atomic():
            EntryDecision.objects.create(
                entry=entry, approved=approved, reason=reason, decided_by=user, decided_by_name=name
            )
    except IntegrityError:
        return False
    return True
