"""Removes what nobody needs any more: old calls every night, and every minute what removed endpoints leave behind.

A thousand at a time, each in its own commit: whoever signs meanwhile waits for none of it.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tocsin.outbox.calls.models import Call, Endpoint

DONE_ARE_KEPT_FOR = timedelta(days=7)
OTHERS_ARE_KEPT_FOR = timedelta(days=30)
# Whoever read an endpoint before it was removed may still note calls to it, until they commit. Its row stays longer
# than any of them takes, so that nobody's unsubscribing fails for want of it; no lock is needed for that.
ROW_STAYS_FOR = timedelta(hours=1)
AT_ONCE = 1_000


def remove_old_calls() -> int:
    """Done ones after a week; given up, or waiting for an endpoint that is off, after a month. Every night."""
    week, month = Now() - DONE_ARE_KEPT_FOR, Now() - OTHERS_ARE_KEPT_FOR
    waits_in_vain = Q(endpoint__off_at__lt=month, happened_at__lt=month)
    old = Call.objects.filter(Q(done_at__lt=week) | Q(given_up_at__lt=month) | waits_in_vain)
    return _bit_by_bit(old)


def remove_endpoints() -> int:
    """The calls of those that staff have removed, and an hour later their rows. Every minute; how many calls went."""
    gone = Endpoint.with_removed.filter(removed_at__isnull=False)
    removed = sum(_bit_by_bit(Call.objects.filter(endpoint=pk)) for pk in list(gone.values_list("pk", flat=True)))
    gone.filter(removed_at__lt=Now() - ROW_STAYS_FOR).delete()
    return removed


def _bit_by_bit(calls: QuerySet[Call]) -> int:
    removed = 0
    while some := list(calls.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        removed += Call.objects.filter(pk__in=some).delete()[0]
    return removed
