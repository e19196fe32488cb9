"""After the database was put back from a backup: it does not know what was sent since. Nothing may be sent twice.

The sent journal, a file outside the database, knows it: what stands there as sent is sent. Everything else that would
leave is held, with a word why, until staff release it: the journal may be older than the crash, or gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Now

from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.carried import follow_carriers
from tocsin.outbox.decide import share_fate
from tocsin.outbox.models import Kind, Message, Notice
from tocsin.outbox.states import State

RESTORED = "restored"
JOURNALLED = "The sent journal says so."
# In a backup these may be behind the truth. What is held, cancelled or refused leaves only by somebody's decision.
WOULD_LEAVE = (State.WAITING, State.SENDING, State.DEFERRED)
MAY_BE_MORE = (*WOULD_LEAVE, State.HELD, State.UNCERTAIN)
BECOMES = {"sent": State.SENT, "dot": State.UNCERTAIN, "refused": State.REFUSED}
# SQLite takes some thousand variables in one statement.
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: how many messages became what."""

    sent: int
    uncertain: int
    refused: int
    held: int

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.uncertain} uncertain, {self.refused} refused, {self.held} held"


def put_right(journal: Iterable[tuple[str, str]]) -> Restored:
    """Believes the journal, holds the rest, and tells staff. Safe to run again. No worker may run meanwhile."""
    last = _last_words(journal)
    with transaction.atomic():
        counts = {
            what: _become(state, [ref for ref, said in last.items() if said == what]) for what, state in BECOMES.items()
        }
        _stop_overtaken()
        follow_carriers(Message.objects.filter(kind=Kind.DIGEST, ref__in=last).values_list("pk", flat=True))
        _tell(last)
        held = Message.objects.filter(state__in=WOULD_LEAVE).update(state=State.HELD, last_words=RESTORED, **_at_rest())
        done = Restored(counts["sent"], counts["dot"], counts["refused"], held)
        Notice.objects.update_or_create(
            kind=Notice.Kind.RESTORED, about="database", settled_at=None, defaults={"words": str(done)}
        )
    return done


def release_restored() -> int:
    """Lets everything leave that was held after the restore; how many. What a digest gathers waits for it again."""
    held = Message.objects.filter(state=State.HELD, last_words=RESTORED)
    with transaction.atomic():
        released = held.update(
            state=State.WAITING,
            state_since=Now(),
            due_at=Case(When(gathered=True, then=Value(None)), default=Now()),
            last_words="",
            attempts_before=F("attempts"),
        )
        Notice.objects.filter(kind=Notice.Kind.RESTORED, settled_at=None).update(settled_at=Now())
    return released


def _last_words(journal: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each message what was said last; but once sent is sent, whatever was tried again afterwards."""
    last: dict[str, str] = {}
    for ref, what in journal:
        if last.get(ref) != "sent":
            last[ref] = what
    return last


def _become(state: State, refs: list[str]) -> int:
    changed = 0
    for some in batched(refs, AT_ONCE):
        # What is uncertain already stays so since when it is.
        behind = Message.objects.filter(ref__in=some, state__in=MAY_BE_MORE).exclude(state=state)
        changed += behind.update(state=state, last_words=JOURNALLED, **_at_rest())
    return changed


def _tell(last: dict[str, str]) -> None:
    """Whoever is told of letters is told again what the database had forgotten: that they know of it, it forgot too."""
    for some in batched(last, AT_ONCE):
        known = Message.objects.filter(ref__in=some, last_words=JOURNALLED)
        tell_of_letters(list(known.values_list("pk", flat=True)), *BECOMES.values())


def _stop_overtaken() -> None:
    """A digest that was stopped after the backup waits in it again, and its letters have left in another since. It must
    not carry them a second time; those that have not left wait for the next."""
    # Asked in two steps: joined with itself on unread statistics, PostgreSQL takes an hour for a thousand letters.
    waiting = Message.objects.filter(kind=Kind.DIGEST, state__in=[*WOULD_LEAVE, State.HELD])
    left = Message.objects.filter(carrier__in=list(waiting.values_list("pk", flat=True)), state__in=BECOMES.values())
    digests = list(left.values_list("carrier__pk", flat=True).distinct())
    left.update(carrier=None)
    Message.objects.filter(pk__in=digests).update(state=State.CANCELLED, last_words=JOURNALLED, **_at_rest())
    share_fate(digests)


def _at_rest() -> dict[str, object]:
    return {"state_since": Now(), "due_at": None, "lease_until": None, "lease_holder": ""}
