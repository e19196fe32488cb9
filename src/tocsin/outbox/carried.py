"""Letters that do not leave by themselves: a digest carries them and its fate is theirs, or somebody hands them in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now

from tocsin.outbox.models import Delivery, Message
from tocsin.outbox.states import State

HAND_IN = "hand-in"
AT_ONCE = 500


def carry(ids: Sequence[int], carrier: int) -> int:
    """Puts gathered letters into the digest that carries them; how many still waited and had no carrier."""
    free = Message.objects.filter(pk__in=ids, gathered=True, carrier=None, state=State.WAITING)
    return free.update(carrier=carrier)


def follow_carriers(carriers: Iterable[int]) -> None:
    """What became of these mails became of the letters in them. Called whenever a digest's state changes."""
    ids = list(carriers)
    if ids:
        carrier = Message.objects.filter(pk=OuterRef("carrier"))
        state, words, since = (Subquery(carrier.values(field)[:1]) for field in ("state", "last_words", "state_since"))
        Message.objects.filter(carrier__in=ids).exclude(state__in=[State.CANCELLED, State.REPLIED]).update(
            state=state, last_words=words, state_since=since
        )


def hand_over(ids: Sequence[int], words: str) -> int:
    """Notes that gathered letters were handed in by hand, as an attempt of its own; how many."""
    return sum(_handed(ids[first : first + AT_ONCE], words) for first in range(0, len(ids), AT_ONCE))


@transaction.atomic
def _handed(ids: Sequence[int], words: str) -> int:
    waiting = Message.objects.filter(pk__in=ids, gathered=True, carrier=None, state=State.WAITING)
    mine = list(waiting.select_for_update().order_by("pk").values_list("pk", "attempts"))
    Message.objects.filter(pk__in=[pk for pk, _attempts in mine]).update(
        state=State.SENT, state_since=Now(), due_at=None, attempts=F("attempts") + 1, last_words=words
    )
    Delivery.objects.bulk_create(
        Delivery(
            message_id=pk,
            number=attempts + 1,
            dot_at=Now(),
            finished_at=Now(),
            outcome=State.SENT,
            server=HAND_IN,
            words=words,
        )
        for pk, attempts in mine
    )
    return len(mine)
