"""Leaves mails in the outbox: each frozen with its bytes, sealed, once for each key. Nothing is sent here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tocsin.lib.vault import vault
from tocsin.outbox.freeze import FrozenMail, freeze, new_ref
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.states import State


@dataclass(frozen=True, slots=True)
class Pace:
    """How many mails an hour a target's office is sent, by day and by night in its own time zone. None: no limit."""

    per_hour_by_day: int | None
    per_hour_by_night: int | None
    time_zone: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a mail."""

    name: str
    mimetype: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to leave. `key` says what it is for; leaving the same key twice leaves one.

    `sender_name` is shown beside our own address ("Jane Doe via ORG"); `reply_to` is an address or empty, and
    `reply_alias` takes an address of ours instead that forwards to the supporter. `html` makes it multipart.
    `automatic` marks what no person wrote (Auto-Submitted). `held` keeps it from leaving until released; `gathered`
    until a digest carries it or it is handed in; `not_before` until that moment. `target_ref` and `pace` are those of
    the target, where it is a letter to one.
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


class SealIsBroken(Exception):
    """The bytes that were opened are not those that were sealed."""


def leave(mails: Iterable[Outgoing]) -> dict[str, int]:
    """Stores the mails; the message's number for each key, also for those that were left before. No network.

    Part of the caller's transaction, if there is one. Raises CannotBeMailed (a ValueError), and then stores none.
    """
    return leave_frozen([frozen_message(mail) for mail in mails])


def leave_frozen(messages: list[Message]) -> dict[str, int]:
    """The same for messages that were frozen before: a transaction that others wait for is no place to seal in."""
    Message.objects.bulk_create(messages, ignore_conflicts=True)
    keys = [message.key for message in messages]
    return dict(Message.objects.filter(key__in=keys).values_list("key", "pk"))


def open_mail(message: Message) -> FrozenMail:
    """The frozen mail of a message. Raises CannotOpen or SealIsBroken."""
    found = vault().open(message.sealed, _context(message.key))
    data = found["bytes"].encode("ascii")
    if hashlib.sha256(data).hexdigest() != message.sha256:
        raise SealIsBroken
    return FrozenMail(message.ref, found["from"], found["to"], data)


def frozen_message(mail: Outgoing) -> Message:
    """The mail as a message with its final bytes, sealed, and not stored. Raises CannotBeMailed."""
    frozen = freeze(
        ref=new_ref(),
        date=timezone.now(),
        sender_name=mail.sender_name,
        to_name=mail.to_name,
        to_address=mail.to_address,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        reply_to=mail.reply_to,
        language=mail.language,
        automatic=mail.automatic,
    )
    message = Message(
        key=mail.key,
        ref=frozen.ref,
        kind=mail.kind,
        campaign_ref=mail.campaign_ref,
        domain=frozen.domain,
        sealed=vault().seal(_envelope(frozen), _context(mail.key)),
        sha256=hashlib.sha256(frozen.data).hexdigest(),
    )
    if mail.held:
        message.state, message.due_at = State.HELD, None
    return message


def _envelope(frozen: FrozenMail) -> dict[str, str]:
    return {"from": frozen.sender, "to": frozen.to, "bytes": frozen.data.decode("ascii")}


def _context(key: str) -> bytes:
    return b"message:" + key.encode()
