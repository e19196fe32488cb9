"""Reads what mail servers report of our mails: that one came back, or waits, or was called unwanted.

Most write the standard report (RFC 3464), or that of complaints (RFC 5965). Older and stranger ones write to people;
from those the status code is picked out of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message

from tocsin.lib.plaintext import one_line
from tocsin.outbox.events import status_in
from tocsin.outbox.inbound.parts import addresses, from_nobody, header, message_ids, parsed, text_of
from tocsin.outbox.models import Event
from tocsin.outbox.transports.base import LONGEST_WORDS

ACTIONS = {
    "failed": Event.Kind.BOUNCED,
    "delayed": Event.Kind.DELAYED,
    "delivered": Event.Kind.DELIVERED,
    "relayed": Event.Kind.DELIVERED,
    "expanded": Event.Kind.DELIVERED,
}
MACHINES = re.compile(r"(mailer-daemon|postmaster|mail-daemon|mdaemon|microsoftexchange[0-9a-f]*)@", re.IGNORECASE)
CAME_BACK = re.compile(
    r"undeliver|returned mail|returned to sender|failure notice|delivery (status|failure|has failed|failed)"
    r"|mail delivery|delivery notification|non remis|non distribu|impossible de remettre|échec de (la )?remise"
    r"|unzustellbar|nicht zugestellt",
    re.IGNORECASE,
)
LATE = re.compile(r"delay|warning|still being|retardé|retard de|verzögert", re.IGNORECASE)
RECIPIENTS = ("Original-Recipient", "Final-Recipient")
THREE_DIGITS = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")
HAS_A_CODE = re.compile(r"(?<![\d.])[45](?:\d\d[ -]|\.\d{1,3}\.\d{1,3})")
COPIED_HEADER = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Report:
    """What a server says of one mail: what became of it, its words (status code first), the Message-IDs it names, and
    whose mailbox it is about, where it says so: the one written to, and the one that it was passed on to."""

    kind: Event.Kind
    words: str
    about: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


def read_report(mail: Message) -> Report | None:
    """The report in this mail, or None if it is none."""
    kinds = {part.get_content_type(): part for part in reversed(list(mail.walk()))}
    if "message/feedback-report" in kinds:
        words = header(_block(kinds["message/feedback-report"], "Feedback-Type"), "Feedback-Type")
        return Report(Event.Kind.COMPLAINED, words, _copied(mail))
    if "message/delivery-status" in kinds:
        return _standard(mail, kinds["message/delivery-status"])
    return _home_made(mail) if _from_a_machine(mail) else None


def _standard(mail: Message, status: Message) -> Report | None:
    block = _block(status, "Action")
    kind = ACTIONS.get(header(block, "Action").partition(" ")[0].lower())
    if kind is None:
        return None
    code = status_in(header(block, "Status"))
    said = header(block, "Diagnostic-Code").partition(";")[2].strip() or header(block, "Diagnostic-Code")
    # A code in the other server's own words is more exact than “5.0.0” beside them.
    code = (status_in(said) if code in {"", "5.0.0", "4.0.0"} else code) or code
    return Report(kind, one_line(f"{code} {said}")[:LONGEST_WORDS], _copied(mail), _recipients(block))


def _recipients(block: Message) -> tuple[str, ...]:
    """“rfc822; minister@hearings.example”: the kind of address, then the address."""
    said = (header(block, name).rpartition(";")[2] for name in RECIPIENTS)
    return tuple(address for one in said if "@" in (address := one.strip(" <>").lower()))


def _block(part: Message, name: str) -> Message:
    """The first block of fields that has this one. The parser reads them as mails of headers only."""
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else [parsed(str(payload).encode("utf-8", "replace"))]
    return next((block for block in blocks if isinstance(block, Message) and name in block), Message())


def _copied(mail: Message) -> tuple[str, ...]:
    """The Message-IDs of the mails in it, whether they are there whole, as headers, or in the text."""
    within = [part for part in mail.walk() if part is not mail]
    found = [one for part in within for one in message_ids(part, "Message-ID")]
    headers_only = [part for part in within if part.get_content_type() == "text/rfc822-headers"]
    found += [one for part in headers_only for one in COPIED_HEADER.findall(str(part.get_payload()))]
    return tuple(found) or tuple(COPIED_HEADER.findall(text_of(mail)))


def _from_a_machine(mail: Message) -> bool:
    """Whether it looks like a server's report, though it is not in the form of one."""
    if "X-Failed-Recipients" in mail:
        return True
    senders = [address for _name, address in addresses(mail, "From", "Sender")]
    nobody = from_nobody(mail) or any(MACHINES.match(one) for one in senders)
    return nobody and bool(CAME_BACK.search(header(mail, "Subject")) or "qmail" in text_of(mail)[:200])


def _home_made(mail: Message) -> Report:
    text = text_of(mail)[:20_000]
    said = next((one_line(line) for line in text.splitlines() if HAS_A_CODE.search(line)), header(mail, "Subject"))
    digits = THREE_DIGITS.search(said)
    code = status_in(said) or status_in(text) or (f"{digits.group(1)}.0.0" if digits else "")
    late = bool(LATE.search(header(mail, "Subject"))) or code.startswith("4.")
    words = said if status_in(said) == code else f"{code} {said}"
    return Report(Event.Kind.DELAYED if late else Event.Kind.BOUNCED, words[:LONGEST_WORDS], _copied(mail))
