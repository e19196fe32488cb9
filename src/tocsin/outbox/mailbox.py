"""Reads mails as a mail program does: those that the mailbox transport wrote (only files that it named itself), and
those that have not left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import compat32, default
from pathlib import Path

from tocsin.outbox.transports.mailbox import FILE_NAME, mailbox_folder


@dataclass(frozen=True, slots=True)
class MailFile:
    """One mail in the list: the name that opens it, when it was written, and what its headers say."""

    name: str
    written_at: datetime
    sender: str
    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class ReadMail:
    """All headers as people read them, the text, and the HTML as text."""

    headers: list[tuple[str, str]]
    text: str
    html: str

    @property
    def subject(self) -> str:
        return next((value for name, value in self.headers if name == "Subject"), "")


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """One mail of the mailbox, read: all headers as they stand, its text, its HTML as text (never to be rendered), its
    bytes."""

    file: MailFile
    headers: list[tuple[str, str]]
    text: str
    html: str
    data: bytes


def mails_in_mailbox(most: int = 100, after: int = 0) -> list[MailFile]:
    """The newest mails first, passing by `after` of them."""
    names = sorted((path.name for path in _files()), reverse=True)
    return [file for name in names[after : after + most] if (file := _listed(name)) is not None]


def mail_in_mailbox(name: str) -> OpenedMail | None:
    """The mail of that name, or None. A name that the transport would not give is none."""
    data = _read(name)
    if data is None:
        return None
    read = read_mail(data)
    return OpenedMail(_file(name, _headers(data)), read.headers, read.text, read.html, data)


def read_mail(data: bytes) -> ReadMail:
    mail = BytesParser(policy=default).parsebytes(data)
    headers = [(key, _shown(value)) for key, value in _headers(data).items()]
    return ReadMail(headers, _part(mail, "plain"), _part(mail, "html"))


def _files() -> Iterator[Path]:
    if mailbox_folder().is_dir():
        yield from (path for path in mailbox_folder().iterdir() if FILE_NAME.fullmatch(path.name))


def _read(name: str) -> bytes | None:
    path = mailbox_folder() / name
    # No slash, no dots and no link: nothing outside the folder can be named.
    if not FILE_NAME.fullmatch(name) or path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()


def _listed(name: str) -> MailFile | None:
    data = _read(name)
    return None if data is None else _file(name, _headers(data))


def _headers(data: bytes) -> Message:
    return BytesHeaderParser(policy=compat32).parsebytes(data)


def _shown(value: str) -> str:
    """A header as people read it. Python's newer reader puts blanks into long names, its older one does not."""
    try:
        return str(make_header(decode_header("".join(value.splitlines()))))
    except (LookupError, ValueError, HeaderParseError):
        return value


def _file(name: str, mail: Message) -> MailFile:
    written_at = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    sender, to, subject = (_shown(mail.get(header, "")) for header in ("From", "To", "Subject"))
    return MailFile(name, written_at, sender, to, subject)


def _part(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
