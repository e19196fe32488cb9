"""Notes that something happened, for each endpoint that wants to be told of it. In the caller's transaction: what did
not happen is told to nobody, and what happened is not lost.

Where there is no endpoint, it costs one small question for each batch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from tocsin.lib.sql import insert_new
from tocsin.outbox.calls.kinds import OF_LETTERS, EventKind
from tocsin.outbox.calls.models import Endpoint, new_ref
from tocsin.outbox.models import Kind, Message

# Written out, for the batches of the heart. The database fills what is not here. A test compares this with the model.
COLUMNS = ("endpoint_id", "key", "ref", "kind", "about", "campaign_ref", "with_people", "sealed_words")
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `again` tells it from an earlier one of the same kind about the same row."""

    kind: EventKind
    about: int
    campaign_ref: int | None
    again: str | int = ""

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}:{self.again}" if self.again != "" else f"{self.kind}:{self.about}"


def listening(*kinds: EventKind) -> list[Endpoint]:
    """The endpoints that want to be told of one of these. One that is removed before the caller commits is still there
    (removing.py)."""
    found = Endpoint.objects.filter(off_at=None).only("pk", "kinds", "campaign_ref", "with_people")
    return [one for one in found if not set(kinds).isdisjoint(one.kinds)]


def tell(events: Iterable[Happened], endpoints: Sequence[Endpoint]) -> None:
    """A call for each event and each of these endpoints that wants it, once. A test comes to whoever is tested."""
    rows = [
        _row(endpoint, event)
        for event in events
        for endpoint in endpoints
        if endpoint.wants(event.kind, event.campaign_ref)
    ]
    insert_new("outbox_call", COLUMNS, rows)


def tell_of_letters(messages: Collection[int], *states: str) -> None:
    """That letters among these mails, and those that they carry, have one of these fates now, where it is one that is
    told. Told again with the same attempt, it is told once."""
    told = {state: OF_LETTERS[state] for state in states if state in OF_LETTERS}
    if not messages or not told or not (endpoints := listening(*told.values())):
        return
    numbers = sorted(messages)
    for start in range(0, len(numbers), AT_ONCE):
        some = numbers[start : start + AT_ONCE]
        for which in ({"pk__in": some}, {"carrier__in": some}):
            tell(_fates(which, told), endpoints)


def _fates(which: dict[str, Any], told: dict[str, EventKind]) -> list[Happened]:
    letters = Message.objects.filter(kind=Kind.LETTER, state__in=told, **which)
    # What a digest carries is tried when the digest is.
    rows = letters.annotate(tries=Coalesce(F("carrier__attempts"), F("attempts")))
    return [
        Happened(told[state], pk, campaign, tries)
        for pk, state, campaign, tries in rows.values_list("pk", "state", "campaign_ref", "tries")
    ]


def _row(endpoint: Endpoint, event: Happened) -> tuple[Any, ...]:
    about = (str(event.kind), event.about, event.campaign_ref)
    return endpoint.pk, event.key, new_ref(), *about, endpoint.with_people, b""
