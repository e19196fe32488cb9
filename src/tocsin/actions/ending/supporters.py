"""Ends supporters: with their last action, unless they agreed to be written to and that counts today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from tocsin.actions.models import Action
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Supporter
from tocsin.supporters.proofs import keep_proofs

# Whoever is just being followed, or brought in with a file, is not looked at yet.
SETTLED = timedelta(days=1)


def end_supporters(numbers: Iterable[int]) -> int:
    """Those of them who are not needed any more; how many went. What proves their consents is kept first."""
    old = Supporter.objects.filter(changed_at__lt=timezone.now() - SETTLED)
    gone = _not_needed(list(old.filter(pk__in=list(numbers)).values_list("pk", flat=True)))
    if not gone:  # most nights, of most: then nobody waits for us
        return 0
    with transaction.atomic():
        # Whoever acts at this moment renews their row first: we wait for that, and see it then.
        locked = old.filter(pk__in=gone).select_for_update().order_by("pk")
        return remove(_not_needed(list(locked.values_list("pk", flat=True))))


def remove(numbers: list[int]) -> int:
    """Inside the caller's transaction."""
    keep_proofs(numbers)
    Supporter.objects.filter(pk__in=numbers).delete()
    return len(numbers)


def _not_needed(numbers: list[int]) -> list[int]:
    acted = set(Action.objects.filter(supporter__in=numbers).values_list("supporter", flat=True))
    left = [number for number in numbers if number not in acted]
    agreed = purposes_of(left)
    return [number for number in left if not agreed[number]]


def next_numbers(after: int, most: int) -> list[int]:
    return list(Supporter.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:most])


def last_number() -> int:
    return Supporter.objects.aggregate(last=Max("pk"))["last"] or 0
