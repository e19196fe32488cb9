"""Leaves mails in the outbox: each frozen with its bytes, sealed, once for each key. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tocsin.outbox.models import Kind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One mail to leave. `key` says what it is for; leaving the same key twice leaves one.

    `sender_name` is shown beside our own address ("Jane Doe via ORG"); `reply_to` is an address or empty. `html` makes
    it multipart. `automatic` marks what no person wrote (Auto-Submitted). `held` keeps it from leaving until released.
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


def leave(mails: Iterable[Outgoing]) -> dict[str, int]:
    """Stores the mails; the message's number for each key, also for those that were left before. No network."""
    raise NotImplementedError
