"""How many letters of a campaign the targets' servers took: counted by the worker, shown from the tally."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db.models import QuerySet
from django.db.models.functions import Now

from tocsin.actions.models import HandIn, Letter
from tocsin.campaigns.models import Campaign, Tally
from tocsin.outbox.models import Kind, Lane, Message
from tocsin.outbox.states import State

AT_MOST_EVERY = timedelta(minutes=1)
# What came back was taken first, but nobody would say so of it.
TAKEN = (State.SENT, State.REPLIED)
# The “server” of a delivery that was a hand, as it stands in outbox.Delivery.
BY_HAND = "hand-in"


def count_taken() -> int:
    """Refreshes the number of every campaign that shows it, at most once a minute; how many tallies changed.

    Called often by the worker. Two that run at once write the same number twice, which does no harm.
    """
    if not cache.add("letters-taken-were-counted", True, AT_MOST_EVERY.total_seconds()):
        return 0
    campaigns = Campaign.objects.filter(show_taken=True).values_list("pk", flat=True)
    return sum(_refresh(pk) for pk in campaigns)


def taken_by_servers(campaign_id: int) -> int:
    """Letters to targets. Those that somebody received on paper are taken too, and by no server: they are not among
    these, nor are those of the test mode, which went to staff."""
    return _taken(campaign_id).count() - _tests(campaign_id) - _on_paper(campaign_id)


def _taken(campaign_id: int) -> QuerySet[Message]:
    return Message.objects.filter(campaign_ref=campaign_id, kind=Kind.LETTER, state__in=TAKEN)


def _tests(campaign_id: int) -> int:
    """A letter of the test mode has no target, nor has its lane. The index that counts knows no targets, so the letters
    themselves are looked at only where such a lane says that there were any."""
    lanes = Lane.objects.filter(campaign_ref=campaign_id, target_ref=None, kind=Kind.LETTER)
    return _taken(campaign_id).filter(target_ref=None).count() if lanes.exists() else 0


def _on_paper(campaign_id: int) -> int:
    on_paper = Letter.objects.filter(
        hand_in__campaign=campaign_id,
        hand_in__state=HandIn.State.HANDED_OVER,
        message__state__in=TAKEN,
        message__deliveries__server=BY_HAND,
    )
    return on_paper.distinct().count()


def _refresh(campaign_id: int) -> bool:
    """From the index (campaign, kind, state) alone. Nothing is written where nothing changed: SQLite has one writer."""
    taken = taken_by_servers(campaign_id)
    Tally.objects.bulk_create([Tally(campaign_id=campaign_id)], ignore_conflicts=True)
    changed = Tally.objects.filter(campaign_id=campaign_id).exclude(letters_taken=taken)
    return bool(changed.update(letters_taken=taken, changed_at=Now()))
