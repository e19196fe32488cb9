"""Empties the mails that belong to no single action some days after they are done: copies of updates, digests, mails to
staff. That each was sent, when, and what became of it stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from tocsin.actions.ending.due import mark_of
from tocsin.actions.ending.model import EndingMark
from tocsin.actions.updates.models import Update, UpdateCopy
from tocsin.campaigns.models import Campaign
from tocsin.outbox.emptying import EMPTY, FINAL, empty_letters, empty_mails, in_hand, stop
from tocsin.outbox.models import Kind, Message

BATCH = 200
ALL_OF_THEM = 2**62


def empty_copies(campaign: Campaign, before: datetime, goes_on: Callable[[], bool]) -> int:
    """Those of updates that were finished before that moment; how many. What is held since then leaves no more."""
    emptied = 0
    for update in Update.objects.filter(campaign=campaign, finished_at__lt=before).order_by("pk"):
        walk = f"copies:{update.pk}"
        if mark_of(walk) == ALL_OF_THEM:
            continue
        for numbers in _batches(update, mark_of(walk), goes_on):
            emptied += _empty(walk, numbers)
        if goes_on():
            _mark(walk, ALL_OF_THEM)
    return emptied


def empty_what_many_share(campaign: Campaign | None, before: datetime) -> int:
    """Digests, which hold the letters of many, and mails to staff, in which strangers wrote. Few, by an index."""
    done = Message.objects.filter(
        campaign_ref=campaign.pk if campaign else None, state__in=FINAL, state_since__lt=before
    )
    full = done.exclude(sealed=EMPTY)
    digests = list(full.filter(kind=Kind.DIGEST).values_list("pk", flat=True))
    to_staff = list(full.filter(kind=Kind.STAFF).values_list("pk", flat=True))
    empty_letters(dict.fromkeys(digests, frozenset()))
    empty_mails(to_staff)
    return len(digests) + len(to_staff)


def _batches(update: Update, after: int, goes_on: Callable[[], bool]) -> Iterator[dict[int, int]]:
    rows = UpdateCopy.objects.filter(update_sent=update).order_by("pk")
    while goes_on() and (some := dict(rows.filter(pk__gt=after).values_list("pk", "message_id")[:BATCH])):
        yield some
        after = max(some)


@transaction.atomic
def _empty(walk: str, numbers: dict[int, int]) -> int:
    stop(list(numbers.values()))
    empty_mails(set(numbers.values()) - in_hand(list(numbers.values())))
    _mark(walk, max(numbers))
    return len(numbers)


def _mark(walk: str, up_to: int) -> None:
    EndingMark.objects.update_or_create(pk=walk, defaults={"up_to": up_to})
