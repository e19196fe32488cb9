"""What a mail provider reports of our mails, in Anymail's words, noted in ours. Safe to be told twice, in any order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction

from tocsin.outbox.events import note_event, status_in
from tocsin.outbox.models import Event, Message

MEANS: dict[str, Event.Kind] = {
    EventType.BOUNCED: Event.Kind.BOUNCED,
    # The provider took it and then did not send it, which for the letter is the same.
    EventType.REJECTED: Event.Kind.BOUNCED,
    EventType.FAILED: Event.Kind.BOUNCED,
    EventType.DEFERRED: Event.Kind.DELAYED,
    EventType.DELIVERED: Event.Kind.DELIVERED,
    EventType.COMPLAINED: Event.Kind.COMPLAINED,
}
# What providers call a bounce that is for good, where they do not pass on the server's own code.
HARD = ("hardbounce", "hard_bounce", '"permanent"', '"bounce_type": "hard"', '"hard_bounce": true', "bademailaddress")
SOFT = ("softbounce", "soft_bounce", '"transient"', '"temporary"', '"hard_bounce": false')


def note_reports(events: Sequence[AnymailTrackingEvent], source: str) -> int:
    """Notes them all or none; how many were news. Those about mails that are not ours are passed by."""
    telling = [event for event in events if event.event_type in MEANS]
    messages = Message.objects.in_bulk({ref for event in telling if (ref := _ref(event))}, field_name="ref")
    known = [event for event in telling if _ref(event) in messages]
    with transaction.atomic():
        # In one order for everybody: two that note the same messages, or pause the same targets, wait for each other,
        # and never for ever.
        known.sort(key=lambda event: (messages[_ref(event)].target_ref or 0, _ref(event)))
        return sum(_noted(messages[_ref(event)], event, source) for event in known)


def _ref(event: AnymailTrackingEvent) -> str:
    """The ref of the message: in the metadata, or as the tag where a provider knows no metadata."""
    metadata = event.metadata if isinstance(event.metadata, dict) else {}
    return str(metadata.get("ref") or next(iter(event.tags or ()), None) or "")[:32]


def _noted(message: Message, event: AnymailTrackingEvent, source: str) -> bool:
    kind = MEANS[event.event_type]
    return note_event(message, kind, source, _event_id(message, event), _words(event))


def _event_id(message: Message, event: AnymailTrackingEvent) -> str:
    """The provider's own name of it. Where it has none: what happened to which mail when."""
    name = event.event_id or f"{event.message_id} {event.timestamp} {event.mta_response}"
    return hashlib.sha256(f"{message.ref} {event.event_type} {name}".encode()).hexdigest()


def _words(event: AnymailTrackingEvent) -> str:
    """The receiving server's words; with a code in front if they have none and the provider knows how bad it is."""
    said = str(event.mta_response or event.description or event.reject_reason or "")
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED} or status_in(said):
        return said
    return f"5.0.0 {said}" if _for_good(event) else said


def _for_good(event: AnymailTrackingEvent) -> bool:
    if event.reject_reason == RejectReason.INVALID:
        return True
    raw = json.dumps(_plain(event.esp_event), default=str).lower()
    return any(word in raw for word in HARD) and not any(word in raw for word in SOFT)


def _plain(raw: Any) -> Any:
    return raw.dict() if hasattr(raw, "dict") else raw
