"""One mail came in: finds the message it is about and what it is. Reports of servers are noted here; a person's answer
is handed back to the caller, since the outbox does not know who wrote the letter.

    a report ──► noted, the message's fate changed       a machine's answer, one of our own ──► nothing
    a person ──► to a letter: REPLY; else FOR_STAFF      a forged or unknown address ──► nothing
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db.models.functions import Now

from tocsin.lib.sealing import CannotOpen
from tocsin.outbox.events import note_event
from tocsin.outbox.inbound.addresses import Claim, read_address, ref_in_message_id
from tocsin.outbox.inbound.dsn import Report, read_report
from tocsin.outbox.inbound.parts import addresses, message_ids, parsed
from tocsin.outbox.inbound.reply import Reply, automatic, from_ourselves, read_reply
from tocsin.outbox.models import Event, Kind, Message
from tocsin.outbox.post import SealIsBroken, open_mail

LARGEST = 10 * 1024 * 1024
MOST_ANSWERS_AN_HOUR = 5
RECIPIENTS = ("X-Original-To", "Delivered-To", "Envelope-To", "To", "Cc")
ANSWERED = ("In-Reply-To", "References")
log = logging.getLogger(__name__)


class Fate(StrEnum):
    """What became of a mail that came in."""

    NOTED = "noted"
    REPEATED = "noted before"
    REPLY = "a person answered a letter"
    FOR_STAFF = "a person wrote, not about a letter"
    AUTOMATIC = "a machine's answer"
    OURS = "one of our own mails"
    TOO_MANY = "too many answers within an hour"
    FORGED = "to an address with a wrong signature"
    UNKNOWN = "about nothing that we sent"
    UNREADABLE = "could not be read"


@dataclass(frozen=True, slots=True)
class Routed:
    """What a mail is. `message` and `reply` are set where a person wrote; `event_id` is the same for the same mail."""

    fate: Fate
    message: Message | None = None
    reply: Reply | None = None
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class _Facts:
    """All that is read from the bytes, before the database is asked."""

    claims: tuple[tuple[Claim, str], ...]
    refs: tuple[str, ...]
    to_us: bool
    identity: str
    report: Report | None
    ours: bool
    automatic: bool
    reply: Reply


def route(raw: bytes, recipients: Sequence[str] = ()) -> Routed:
    """What this mail is. `recipients` are those of the envelope, where they are known; else its headers are asked."""
    try:
        facts = _read(raw[:LARGEST], recipients)
    except Exception as error:  # of a parser that was given anything at all
        log.warning("a mail of %s bytes could not be read: %s", len(raw), type(error).__name__)
        return Routed(Fate.UNREADABLE)
    if _forged(facts):
        return Routed(Fate.FORGED)
    message = _found(facts)
    if facts.report is not None:
        return _reported(facts, facts.report, message)
    if facts.ours or facts.automatic:
        return Routed(Fate.OURS if facts.ours else Fate.AUTOMATIC, message)
    return _written(facts, message)


def _read(raw: bytes, recipients: Sequence[str]) -> _Facts:
    mail = parsed(raw)
    to = list(recipients) or [address for _name, address in addresses(mail, *RECIPIENTS)]
    report = read_report(mail)
    named = [*(report.about if report else ()), *message_ids(mail, *ANSWERED)]
    own_id = next(iter(message_ids(mail, "Message-ID")), "")
    return _Facts(
        claims=tuple(read_address(address) for address in to),
        refs=tuple(ref for one in named if (ref := ref_in_message_id(one))),
        to_us=settings.TOCSIN_MAIL_FROM.lower() in {address.strip("<>").lower() for address in to},
        identity=own_id or hashlib.sha256(raw).hexdigest(),
        report=report,
        ours=from_ourselves(mail),
        automatic=automatic(mail),
        reply=read_reply(mail),
    )


def _forged(facts: _Facts) -> bool:
    said = {claim for claim, _ref in facts.claims}
    return Claim.FORGED in said and Claim.OURS not in said


def _found(facts: _Facts) -> Message | None:
    """By an address that we signed; else by a Message-ID of ours, which only those know who had the mail."""
    refs = [ref for claim, ref in facts.claims if claim is Claim.OURS] or list(facts.refs)
    by_ref = Message.objects.in_bulk(refs[:20], field_name="ref")
    return next((by_ref[ref] for ref in refs if ref in by_ref), None)


def _reported(facts: _Facts, report: Report, message: Message | None) -> Routed:
    if message is None:
        return Routed(Fate.UNKNOWN)
    event_id, certain = _event_id(facts, message), _is_about_its_address(report, message)
    fresh = note_event(message, report.kind, "dsn", event_id, report.words, certain=certain)
    return Routed(Fate.NOTED if fresh else Fate.REPEATED, message)


def _is_about_its_address(report: Report, message: Message) -> bool:
    """False where it names another: an office passed the mail on to somebody who is gone, and has it itself."""
    if not report.recipients:
        return True
    try:
        return open_mail(message).to.lower() in report.recipients
    except (CannotOpen, SealIsBroken):
        return False


def _written(facts: _Facts, message: Message | None) -> Routed:
    if message is None or message.kind != Kind.LETTER:
        known = message is not None or facts.to_us
        return (
            Routed(Fate.FOR_STAFF, message, facts.reply, _event_id(facts, message)) if known else Routed(Fate.UNKNOWN)
        )
    event_id = _event_id(facts, message)
    if Event.objects.filter(source="reply", event_id=event_id).exists():
        return Routed(Fate.REPEATED, message)
    lately = Event.objects.filter(message=message, kind=Event.Kind.REPLIED, at__gt=Now() - timedelta(hours=1))
    if lately.count() >= MOST_ANSWERS_AN_HOUR:
        return Routed(Fate.TOO_MANY, message)
    return Routed(Fate.REPLY, message, facts.reply, event_id)


def _event_id(facts: _Facts, message: Message | None) -> str:
    return hashlib.sha256(f"{message.ref if message else ''}\0{facts.identity}".encode()).hexdigest()
