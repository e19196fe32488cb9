"""Tells what a person wrote from what a machine answered, and reads the former."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from tocsin.outbox.inbound.addresses import our_domain
from tocsin.outbox.inbound.parts import addresses, from_nobody, header, message_ids, text_of

MACHINE_SUBJECT = re.compile(
    r"\s*(automatic reply|auto(matic)?[ -]?(reply|response)|out of (the )?office|réponse automatique|absence du bureau"
    r"|message d.absence|accusé de réception automatique|automatische antwort)",
    re.IGNORECASE,
)
NOT_FROM_A_PERSON = frozenset({"bulk", "junk", "list", "auto_reply"})
ONLY_MACHINES_SAY = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From", "List-Id", "X-Loop", "Feedback-ID")
MACHINES_REPORT = frozenset({"message/disposition-notification"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a person wrote back."""

    sender_name: str
    sender: str
    subject: str
    date: str
    text: str


def automatic(mail: Message) -> bool:
    """Whether no person wrote this (RFC 3834 and what came before it): forwarding it would begin a loop."""
    submitted = header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or header(mail, "Precedence").lower() in NOT_FROM_A_PERSON
        or from_nobody(mail)
        or any(name in mail for name in ONLY_MACHINES_SAY)
        or any(part.get_content_type() in MACHINES_REPORT for part in mail.walk())
        or MACHINE_SUBJECT.match(header(mail, "Subject")) is not None
    )


def from_ourselves(mail: Message) -> bool:
    """Whether it is one of our own mails that came round."""
    ids = message_ids(mail, "Message-ID", "Resent-Message-ID")
    return any(one.rpartition("@")[2].lower() == our_domain() for one in ids)


def read_reply(mail: Message) -> Reply:
    name, address = next(iter(addresses(mail, "From", "Reply-To", "Sender")), ("", ""))
    return Reply(
        sender_name=name,
        sender=address,
        subject=header(mail, "Subject"),
        date=header(mail, "Date"),
        text=text_of(mail),
    )
