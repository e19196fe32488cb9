"""Letters that do not leave by themselves: a digest carries them, and its fate is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import OuterRef, Subquery

from tocsin.outbox.models import Message
from tocsin.outbox.states import State


def carry(ids: Sequence[int], carrier: int) -> int:
    """Puts gathered letters into the digest that carries them; how many still waited and had no carrier."""
    free = Message.objects.filter(pk__in=ids, gathered=True, carrier=None, state=State.WAITING)
    return free.update(carrier=carrier)


def refs_carried(carriers: Iterable[int]) -> dict[int, list[str]]:
    """The refs of the letters in these digests, by digest."""
    found: dict[int, list[str]] = {}
    for carrier, ref in Message.objects.filter(carrier__in=list(carriers)).values_list("carrier__pk", "ref"):
        found.setdefault(carrier, []).append(ref)
    return found


def follow_carriers(carriers: Iterable[int]) -> None:
    """What became of these mails became of the letters in them. Called whenever a digest's state changes."""
    ids = list(carriers)
    if ids:
        carrier = Message.objects.filter(pk=OuterRef("carrier"))
        state, words, since = (Subquery(carrier.values(field)[:1]) for field in ("state", "last_words", "state_since"))
        Message.objects.filter(carrier__in=ids).exclude(state__in=[State.CANCELLED, State.REPLIED]).update(
            state=state, last_words=words, state_since=since
        )
