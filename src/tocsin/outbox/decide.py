"""Changes messages as staff decide, with whatever must change along: when they are due, and what they carry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now

from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.carried import follow_carriers
from tocsin.outbox.models import Message
from tocsin.outbox.states import State

TAKEN_OUT = "Its action was taken out of the number."
HELD_BEFORE = f"{TAKEN_OUT} It was held before."


def resend_uncertain(message_id: int) -> bool:
    """Sends again what perhaps was taken: the same bytes and Message-ID, so that many servers drop a second copy.

    Whether it still was uncertain, and its bytes are still kept."""
    return bool(change([message_id], Message.objects.filter(state=State.UNCERTAIN).exclude(sealed=b""), State.WAITING))


def schedule(message_id: int, at: datetime) -> bool:
    """Lets it leave from that moment on; whether it still waited, and by itself. What a server asked to have later is
    not brought sooner for that."""
    alone = Message.objects.filter(pk=message_id, gathered=False, carrier=None)
    later = Case(When(state=State.DEFERRED, due_at__gt=at, then=F("due_at")), default=Value(at))
    return bool(alone.filter(state__in=[State.WAITING, State.DEFERRED]).update(due_at=later))


def share_fate(carriers: Sequence[int]) -> None:
    """What was decided of digests holds for the letters in them; but those of a cancelled one wait for the next."""
    among = [State.WAITING, State.DEFERRED, State.HELD]
    freed = Message.objects.filter(carrier__in=carriers, carrier__state=State.CANCELLED, state__in=among)
    freed.update(carrier=None, state=State.WAITING, state_since=Now(), due_at=None, last_words="")
    follow_carriers(carriers)


def take_out(message_ids: Sequence[int]) -> int:
    """Holds some hundreds whose actions do not count any more, so that no release lets them go; how many waited.

    Those that staff had held already are marked as well, and are held again when the set is put back.
    """
    held = Message.objects.filter(pk__in=message_ids, state=State.HELD).exclude(last_words__startswith=TAKEN_OUT)
    held.update(last_words=HELD_BEFORE)
    waiting = Message.objects.filter(state__in=[State.WAITING, State.DEFERRED])
    return change(message_ids, waiting, State.HELD, last_words=TAKEN_OUT)


def put_back(message_ids: Sequence[int]) -> int:
    """Lets those go again that were taken out, and no others; how many."""
    Message.objects.filter(pk__in=message_ids, state=State.HELD, last_words=HELD_BEFORE).update(last_words="")
    taken_out = Message.objects.filter(state=State.HELD, last_words=TAKEN_OUT)
    return change(message_ids, taken_out, State.WAITING, last_words="")


@transaction.atomic
def change(message_ids: Sequence[int], among: QuerySet[Message], then: State, **words: str) -> int:
    """Gives that state to those of some hundreds that are among these; how many. `last_words` stay if none are given.

    One that a digest carries has the digest's fate, and none of its own. A gathered letter waits for its digest or for
    being handed in, and never leaves by itself. What is let go is tried as often as if it were new: a single “later” at
    its first attempt since must not be its last.
    """
    due = Case(When(gathered=True, then=None), default=Now()) if then == State.WAITING else Value(None)
    # By their numbers, as workers lock them: else each could wait for the other.
    rows = among.filter(pk__in=message_ids, carrier=None).select_for_update().order_by("pk")
    locked = list(rows.values_list("pk", flat=True))
    anew = {"attempts_before": F("attempts")} if then == State.WAITING else {}
    changed = Message.objects.filter(pk__in=locked).update(
        state=then, state_since=Now(), due_at=due, own_faults=0, **anew, **words
    )
    share_fate(locked)
    tell_of_letters(locked, then)
    return changed
