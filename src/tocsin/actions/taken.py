"""How many letters of a campaign the targets' servers took: counted by the worker, shown from the tally."""

from __future__ import annotations

from datetime import timedelta

from django.core.cache import cache
from django.db.models.functions import Now

from tocsin.actions.models import HandIn, Letter
from tocsin.campaigns.models import Campaign, Tally
from tocsin.outbox.models import Kind, Message
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
    """Letters that somebody received on paper are taken too, and by no server: they are not among these."""
    taken = Message.objects.filter(campaign_ref=campaign_id, kind=Kind.LETTER, state__in=TAKEN).count()
    on_paper = Letter.objects.filter(
        hand_in__campaign=campaign_id,
        hand_in__state=HandIn.State.HANDED_OVER,
        message__state__in=TAKEN,
        message__deliveries__server=BY_HAND,
    )
    return taken - on_paper.distinct().count()


def _refresh(campaign_id: int) -> bool:
    """From the index (campaign, kind, state) alone. Nothing is written where nothing changed: SQLite has one writer."""
    taken = taken_by_servers(campaign_id)
    Tally.objects.bulk_create([Tally(campaign_id=campaign_id)], ignore_conflicts=True)
    changed = Tally.objects.filter(campaign_id=campaign_id).exclude(letters_taken=taken)
    return bool(changed.update(letters_taken=taken, changed_at=Now()))
