"""How many of those who acted in a campaign may be written to again: counted by the worker, shown from the tally."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from tocsin.actions.models import Action
from tocsin.actions.written_to import may_be_written_to
from tocsin.campaigns.models import Tally

PURPOSE = "news"
AT_MOST_EVERY = timedelta(minutes=10)
AT_LEAST_EVERY = timedelta(days=1)
# Consents are filed moments after their action is counted.
FILED_WITHIN = timedelta(minutes=1)


def count_mailable() -> int:
    """Refreshes the number of every campaign that moved, every ten minutes, and of all once a day; how many changed."""
    if not cache.add("mailable-were-counted", True, AT_MOST_EVERY.total_seconds()):
        return 0
    moved = Q(changed_at__gt=F("mailable_at") - FILED_WITHIN)
    due = Tally.objects.filter(Q(mailable_at=None) | moved | Q(mailable_at__lt=Now() - AT_LEAST_EVERY))
    return sum(_refresh(pk) for pk in due.values_list("pk", flat=True))


def _refresh(campaign_id: int) -> bool:
    acted = Action.objects.filter(campaign=campaign_id, supporter=OuterRef("pk"))
    people = may_be_written_to(PURPOSE, campaign_id).filter(Exists(acted)).count()
    tally = Tally.objects.filter(pk=campaign_id)
    changed = tally.filter(Q(mailable=None) | ~Q(mailable=people)).update(mailable=people)
    tally.update(mailable_at=Now())
    return bool(changed)
