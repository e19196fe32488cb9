"""Notes what came back about a message, each event once, and changes the message's fate accordingly.

Events come late, twice and in any order: the fate they lead to is the same. An answer outweighs a bounce, since whoever
answered has it; a bounce outweighs “sent”. Nothing here makes a message leave.
"""

from __future__ import annotations

import hashlib
import re

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.functions import Now

from tocsin.outbox.breaker import pause
from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.lanes import target_key
from tocsin.outbox.models import Delivery, Event, Kind, Message, Notice, Suppression
from tocsin.outbox.notices import raise_notice
from tocsin.outbox.states import State, that_may_become
from tocsin.outbox.suppress import suppress
from tocsin.outbox.verdict import storable

CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
TO_SUPPORTERS = frozenset({Kind.THANKS, Kind.CONFIRM, Kind.CHOICE, Kind.FORWARD, Kind.UPDATE})
TO_TARGETS = frozenset({Kind.LETTER, Kind.DIGEST})
LEADS_TO: dict[str, State] = {
    Event.Kind.BOUNCED: State.BOUNCED,
    Event.Kind.REPLIED: State.REPLIED,
    # Whoever delivered it, or complained of it, has it.
    Event.Kind.DELIVERED: State.SENT,
    Event.Kind.COMPLAINED: State.SENT,
}
# “Other address status”: the same within a session pauses nothing either (transports/base.py).
NOT_PRECISE = "5.1.0"
IT_CAME_BACK = "What came back about it was here before the server's answer."


def note_event(  # noqa: PLR0913  (what is known of one event)
    message: Message, kind: Event.Kind, source: str, event_id: str, words: str = "", *, certain: bool = True
) -> bool:
    """Notes one event; False if it was noted before. The first status code in `words` (5.1.1) says how bad it is.

    `source` and `event_id` name the event: the same twice is one. `certain`: as far as the source says, it is about the
    very address that was written to, and about none that the mail was passed on to.
    """
    name = {"source": source[:20], "event_id": short(event_id)}
    if Event.objects.filter(**name).exists():  # asked first without a transaction: a provider may repeat thousands
        return False
    with transaction.atomic():
        rest = {"message": message, "kind": kind, "words": _storable(message, words)}
        event, fresh = Event.objects.get_or_create(**name, defaults=rest)
        if fresh:
            _change_fate(message, event)
            _draw_conclusions(message, event, certain=certain)
    return fresh


def _storable(message: Message, words: str) -> str:
    """Where the person has been forgotten meanwhile, a bounce that comes late must not bring their mailbox back."""
    if message.kind in TO_TARGETS:
        return storable(words, public_domain=message.domain)
    return storable(words) if message.domain else status_in(words)


def short(event_id: str) -> str:
    """The source's own name for an event, or, where that is long, a hash of it."""
    return event_id if len(event_id) <= 80 else hashlib.sha256(event_id.encode()).hexdigest()


def status_in(words: str) -> str:
    """The first status code (RFC 3463, like 5.1.1) in a server's words, or nothing."""
    found = CODE.search(words)
    return found.group() if found else ""


def address_is_dead(status: str) -> bool:
    """Whether the code says that there is no such mailbox. 5.1.7 and 5.1.8 speak of the sender's address."""
    return status.startswith("5.1.") and status not in {"5.1.7", "5.1.8"}


def is_for_good(status: str) -> bool:
    """Whether mail to this address comes back for good. A full mailbox, a policy or a large mail say nothing of it."""
    return address_is_dead(status) or status in {"5.0.0", "5.2.0", "5.2.1", "5.4.1"}


def _change_fate(message: Message, event: Event) -> None:
    """One conditional update, so that it does not matter what else happens to the message meanwhile."""
    then = LEADS_TO.get(event.kind)
    if then is None:
        return
    # A letter that a digest carried shares its fate; but an answer to a digest answers no letter.
    these = Q(pk=message.pk) if then is State.REPLIED else Q(pk=message.pk) | Q(carrier=message.pk)
    # What is being sent can have come back only once its dot was on the way.
    dot = Delivery.objects.filter(message=OuterRef("pk"), number=OuterRef("attempts"), dot_at__isnull=False)
    among = [now for now in that_may_become(then) if now is not State.SENDING]
    may = Q(state__in=among) | Q(Exists(dot), state=State.SENDING)
    moved = Message.objects.filter(these, may).update(
        state=then,
        state_since=Now(),
        due_at=None,
        lease_until=None,
        lease_holder="",
        **({"last_words": event.words} if event.words else {}),
    )
    if moved and message.kind in TO_TARGETS:
        tell_of_letters([message.pk], then)
    attempt = Delivery.objects.filter(message=message, finished_at=None, dot_at__isnull=False)
    attempt.update(finished_at=Now(), outcome=State.SENT, words=IT_CAME_BACK)


def _draw_conclusions(message: Message, event: Event, *, certain: bool) -> None:
    status = status_in(event.words)
    if event.kind == Event.Kind.COMPLAINED and message.kind in TO_SUPPORTERS:
        _suppress(message, Suppression.Reason.COMPLAINED)
    elif event.kind == Event.Kind.BOUNCED and message.kind in TO_SUPPORTERS and is_for_good(status):
        _suppress(message, Suppression.Reason.BOUNCED)
    elif event.kind == Event.Kind.BOUNCED and message.kind in TO_TARGETS and address_is_dead(status):
        _bury(message, event, certain=certain and status != NOT_PRECISE)


def _bury(message: Message, event: Event, *, certain: bool) -> None:
    """Letters to a dead address wait until staff have mended it, as when its server says so at once. Where the report
    may be of another address, staff are told, and nothing waits. What left before they had mended it, or went elsewhere
    than the newest letter, says nothing of the address of today."""
    about = target_key(message.target_ref) if message.target_ref else f"letter:{message.ref}"
    if _mended_since(message, about) or _was_replaced(message):
        return
    if certain and message.target_ref:
        pause(about, event.words, Notice.Kind.DEAD)
    else:
        raise_notice(Notice.Kind.DEAD, about, event.words)


def _mended_since(message: Message, about: str) -> bool:
    attempts = Delivery.objects.filter(message=message).order_by("-number").values_list("started_at", flat=True)
    left = attempts.first() or message.created_at
    return Notice.objects.filter(kind=Notice.Kind.DEAD, about=about, settled_at__gt=left).exists()


def _was_replaced(message: Message) -> bool:
    """Whether the newest letter to this target goes elsewhere."""
    if message.target_ref is None:
        return False
    newest = Message.objects.filter(target_ref=message.target_ref, kind__in=TO_TARGETS).aggregate(pk=Max("pk"))["pk"]
    return not Message.objects.filter(pk=newest, to_digest=bytes(message.to_digest)).exists()


def _suppress(message: Message, reason: Suppression.Reason) -> None:
    if message.to_digest:
        suppress(bytes(message.to_digest), Suppression.Scope.ALL, reason)
