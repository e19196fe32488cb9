"""Builds a mail once: its exact bytes, Message-ID, Date and return address, the same at every attempt ever after."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.conf import settings

from tocsin.lib.vault import vault
from tocsin.outbox.headers import ascii_address, header_text, mailbox, unstructured

LONGEST_NAME = 64
LONGEST_SUBJECT = 250
# Python counts a line before it writes its last blank as “=20”, and so exceeds the 76 that are allowed.
# What an address of our own looks like: what it is for, which mail, and that it was us who made it.
NOT_PLAIN = re.compile(r"[^A-Za-z0-9._ -]")
MIMETYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+", re.ASCII)
PURPOSES = {"b": "return address", "r": "reply address"}
TOO_LONG = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that travels with a mail."""

    name: str
    mimetype: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Bulk:
    """What marks a mail to many: the address at which one press ends it (RFC 8058), and the name of its list."""

    unsubscribe: str
    list_name: str

    def headers(self, domain: str) -> list[str]:
        """None of them is folded: a link in two pieces is no link to many mail programs."""
        return [
            f"List-Id: <{self.list_name}.{domain}>",
            f"List-Unsubscribe: <{self.unsubscribe}>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            f"Feedback-ID: {self.list_name}:update:{domain}",
        ]


@dataclass(frozen=True, slots=True)
class FrozenMail:
    """What is handed to a server: envelope sender, envelope recipient, and the bytes, which are all ASCII."""

    ref: str
    sender: str
    to: str
    data: bytes

    @property
    def domain(self) -> str:
        return self.to.rpartition("@")[2].lower()


def new_ref() -> str:
    """26 random letters and digits that survive servers which do not keep upper and lower case apart."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def freeze(  # noqa: PLR0913  (a mail has this many parts)
    *,
    ref: str,
    date: datetime,
    sender_name: str,
    to_name: str,
    to_address: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    language: str = "",
    automatic: bool = False,
    attachments: Iterable[Attachment] = (),
    bulk: Bulk | None = None,
) -> FrozenMail:
    """One mail from our own address. What people wrote cannot become a header. Raises CannotBeMailed."""
    us, to = ascii_address(settings.TOCSIN_MAIL_FROM), ascii_address(to_address)
    our_domain = us.rpartition("@")[2]
    headers = [
        f"Date: {format_datetime(date)}",
        f"Message-ID: <{ref}@{our_domain}>",
        mailbox("From", header_text(sender_name, LONGEST_NAME), us),
        mailbox("To", header_text(to_name, LONGEST_NAME), to),
        unstructured("Subject", header_text(subject, LONGEST_SUBJECT)),
    ]
    if reply_to:
        headers.append(mailbox("Reply-To", "", ascii_address(reply_to)))
    if language:
        headers.append(unstructured("Content-Language", header_text(language, 20)))
    if automatic:
        headers += ["Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All"]
    if bulk:
        headers += bulk.headers(our_domain)
    headers.append("MIME-Version: 1.0")
    data = "\r\n".join(headers).encode("ascii") + b"\r\n" + _content(ref, text, html, attachments)
    return FrozenMail(ref, return_address(ref), to, data)


def return_address(ref: str) -> str:
    """Where a server sends this one mail back to: an address of its own (VERP), signed so that nobody can make one."""
    return _own_address("b", ref, settings.TOCSIN_BOUNCE_DOMAIN)


def reply_address(ref: str) -> str:
    """Where an answer to this one letter goes, so that we can pass it on to the writer and know that one came."""
    return _own_address("r", ref, settings.TOCSIN_REPLY_DOMAIN or settings.TOCSIN_BOUNCE_DOMAIN)


def _own_address(letter: str, ref: str, domain: str) -> str:
    """Without a domain whose every address reaches us, it can only be the one address we have."""
    if not domain:
        return ascii_address(settings.TOCSIN_MAIL_FROM)
    return f"{letter}.{ref}.{signature(letter, ref)}@{ascii_address(f'b@{domain}').rpartition('@')[2]}"


def signature(letter: str, ref: str) -> str:
    """What nobody can add who has not the key. `letter` is one of PURPOSES."""
    return vault().digest(ref, PURPOSES[letter]).hex()[:16]


def _content(ref: str, text: str, html: str, attachments: Iterable[Attachment]) -> bytes:
    """The rest of the headers, an empty line, and everything that is in the mail."""
    files = [_attached(one) for one in attachments]
    if not files:
        return _body(ref, text, html)
    return _parts("mixed", f"=_{ref}_files", [_body(ref, text, html), *files])


def _body(ref: str, text: str, html: str) -> bytes:
    """The text; with HTML, both as alternatives."""
    if not html:
        return _part("plain", text)
    return _parts("alternative", f"=_{ref}", [_part("plain", text), _part("html", html)])


def _parts(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    """“=_” cannot stand in quoted-printable nor in base64, so nothing inside can hold the boundary."""
    between = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(between + part for part in parts) + f"--{boundary}--\r\n".encode()


def _attached(one: Attachment) -> bytes:
    """A file in base64. Its name is ours and plain; whatever else it holds becomes an underscore."""
    name = NOT_PLAIN.sub("_", one.name)[-100:] or "file"
    mimetype = one.mimetype if MIMETYPE.fullmatch(one.mimetype) else "application/octet-stream"
    head = (
        f'Content-Type: {mimetype}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n'
        f'Content-Disposition: attachment; filename="{name}"\r\n\r\n'
    )
    return head.encode() + base64.encodebytes(one.data).replace(b"\n", b"\r\n")


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    """Whatever the text, in lines of 76 ASCII characters: nothing on the way may break, fold or trim them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    encoded = binascii.b2a_qp(lines.encode(), istext=True, header=False)
    return TOO_LONG.sub(rb"\1=\n\2", encoded).replace(b"\n", b"\r\n")
