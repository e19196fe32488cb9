"""Leaves mails in the outbox: each frozen with its bytes, sealed, once for each key. Nothing is sent here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

from tocsin.lib.emailaddress import NeedsAscii, NotAnAddress, read_address
from tocsin.lib.sql import insert_new
from tocsin.lib.vault import vault
from tocsin.outbox.freeze import Attachment as Attachment
from tocsin.outbox.freeze import Bulk, FrozenMail, freeze, new_ref, reply_address
from tocsin.outbox.lanes import give_lanes
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.pace import Pace as Pace
from tocsin.outbox.states import State


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to leave. `key` says what it is for; leaving the same key twice leaves one.

    `sender_name` is shown beside our own address ("Jane Doe via ORG"); `reply_to` is an address or empty, and
    `reply_alias` takes an address of ours instead that forwards to the supporter. `html` makes it multipart.
    `automatic` marks what no person wrote (Auto-Submitted). `held` keeps it from leaving until released; `gathered`
    until a digest carries it or it is handed in; `not_before` until that moment. `target_ref` and `pace` are those of
    the target, where it is a letter to one; `pace_key` names a bucket that many copies of one mail pass instead.
    `unsubscribe` is the address at which one press ends mails like this: it makes the mail bulk mail (RFC 8058).
    """

    key: str
    kind: Kind
    campaign_ref: int | None
    sender_name: str
    to_name: str
    to_address: str
    subject: str
    text: str
    language: str
    html: str = ""
    reply_to: str = ""
    automatic: bool = False
    held: bool = False
    target_ref: int | None = None
    pace: Pace | None = None
    gathered: bool = False
    not_before: datetime | None = None
    reply_alias: bool = False
    attachments: tuple[Attachment, ...] = ()
    pace_key: str = ""
    unsubscribe: str = ""


class SealIsBroken(Exception):
    """The bytes that were opened are not those that were sealed."""


def leave(mails: Iterable[Outgoing]) -> dict[str, int]:
    """Stores the mails; the message's number for each key, also for those that were left before. No network.

    Part of the caller's transaction, if there is one. Raises CannotBeMailed (a ValueError), and then stores none.
    """
    return leave_frozen([frozen_message(mail) for mail in mails])


def leave_frozen(messages: list[Message]) -> dict[str, int]:
    """The same for messages that were frozen before: a transaction that others wait for is no place to seal in."""
    give_lanes(messages)
    at_once = [message for message in messages if _is_due_at_once(message)]
    later = [message for message in messages if not _is_due_at_once(message)]
    insert_new("outbox_message", COLUMNS, [_row(message) for message in at_once])
    insert_new("outbox_message", (*COLUMNS, "due_at"), [(*_row(message), message.due_at) for message in later])
    keys = [message.key for message in messages]
    return dict(Message.objects.filter(key__in=keys).values_list("key", "pk"))


# Written out, since the ORM's way of storing a message took a fifth of all that composing it takes. The database fills
# what is not here. A test compares this with the model.
COLUMNS = (
    *("key", "ref", "kind", "campaign_ref", "target_ref", "domain", "lane_id", "to_digest", "gathered", "sealed"),
    *("sha256", "state", "attempts", "own_faults", "lease_holder", "last_words"),
)


def _is_due_at_once(message: Message) -> bool:
    """Whether the database dates it."""
    due_at: object = message.due_at
    return isinstance(due_at, DatabaseDefault)


def _row(message: Message) -> tuple[Any, ...]:
    return tuple(getattr(message, column) for column in COLUMNS)


def open_mail(message: Message) -> FrozenMail:
    """The frozen mail of a message. Raises CannotOpen or SealIsBroken."""
    found = vault().open(message.sealed, _context(message.key))
    data = found["bytes"].encode("ascii")
    if hashlib.sha256(data).hexdigest() != message.sha256:
        raise SealIsBroken
    return FrozenMail(message.ref, found["from"], found["to"], data)


def frozen_message(mail: Outgoing) -> Message:
    """The mail as a message with its final bytes, sealed, and not stored. Raises CannotBeMailed."""
    ref = new_ref()
    frozen = freeze(
        ref=ref,
        date=timezone.now(),
        sender_name=mail.sender_name,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        reply_to=reply_address(ref) if mail.reply_alias else mail.reply_to,
        language=mail.language,
        automatic=mail.automatic,
        attachments=mail.attachments,
        bulk=Bulk(mail.unsubscribe, f"campaign-{mail.campaign_ref or 0}") if mail.unsubscribe else None,
    )
    message = Message(
        key=mail.key,
        ref=ref,
        kind=mail.kind,
        campaign_ref=mail.campaign_ref,
        target_ref=mail.target_ref,
        domain=frozen.domain,
        to_digest=address_digest(frozen.to),
        gathered=mail.gathered,
        sealed=vault().seal(_envelope(frozen), _context(mail.key)),
        sha256=hashlib.sha256(frozen.data).hexdigest(),
    )
    message.pace, message.pace_key = mail.pace, mail.pace_key
    return _timed(message, mail)


def _timed(message: Message, mail: Outgoing) -> Message:
    """When it may leave: a gathered one not by itself, a held one not before it is released."""
    if mail.held:
        message.state = State.HELD
    if mail.held or mail.gathered:
        message.due_at = None
    elif mail.not_before:
        message.due_at = mail.not_before
    return message


@lru_cache(maxsize=1024)
def address_digest(address: str) -> bytes:
    """What stands for a person's or a target's address wherever it must be recognised and not read."""
    try:
        return vault().digest(read_address(address).canonical)
    except (NotAnAddress, NeedsAscii):
        return vault().digest(address.lower())


def _envelope(frozen: FrozenMail) -> dict[str, str]:
    return {"from": frozen.sender, "to": frozen.to, "bytes": frozen.data.decode("ascii")}


def _context(key: str) -> bytes:
    return b"message:" + key.encode()
