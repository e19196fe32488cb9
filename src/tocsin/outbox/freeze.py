"""Builds a mail once: its exact bytes, Message-ID, Date and return address, the same at every attempt ever after."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from django.conf import settings

from tocsin.lib.vault import vault
from tocsin.outbox.headers import ascii_address, header_text, mailbox, unstructured

LONGEST_NAME = 64
LONGEST_SUBJECT = 250
# Python counts a line before it writes its last blank as “=20”, and so exceeds the 76 that are allowed.
TOO_LONG = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)


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
) -> FrozenMail:
    """One mail from our own address. What people wrote cannot become a header. Raises CannotBeMailed."""
    us, to = ascii_address(settings.TOCSIN_MAIL_FROM), ascii_address(to_address)
    headers = [
        f"Date: {format_datetime(date)}",
        f"Message-ID: <{ref}@{us.rpartition('@')[2]}>",
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
    headers.append("MIME-Version: 1.0")
    data = "\r\n".join(headers).encode("ascii") + b"\r\n" + _body(ref, text, html)
    return FrozenMail(ref, return_address(ref), to, data)


def return_address(ref: str) -> str:
    """Where a server sends this one mail back to: an address of its own (VERP), signed so that nobody can make one."""
    if not settings.TOCSIN_BOUNCE_DOMAIN:
        return ascii_address(settings.TOCSIN_MAIL_FROM)
    signature = vault().digest(ref, "return address").hex()[:16]
    domain = ascii_address(f"b@{settings.TOCSIN_BOUNCE_DOMAIN}").rpartition("@")[2]
    return f"b.{ref}.{signature}@{domain}"


def _body(ref: str, text: str, html: str) -> bytes:
    """The rest of the headers, an empty line, and the text; with HTML, both as alternatives."""
    if not html:
        return _part("plain", text)
    # “=_” cannot stand in quoted-printable, so no text can hold the boundary.
    boundary = f"=_{ref}".encode()
    head = b'Content-Type: multipart/alternative; boundary="' + boundary + b'"\r\n\r\n'
    parts = (b"--" + boundary + b"\r\n" + part for part in (_part("plain", text), _part("html", html)))
    return head + b"".join(parts) + b"--" + boundary + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    """Whatever the text, in lines of 76 ASCII characters: nothing on the way may break, fold or trim them."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    encoded = binascii.b2a_qp(lines.encode(), istext=True, header=False)
    return TOO_LONG.sub(rb"\1=\n\2", encoded).replace(b"\n", b"\r\n")
