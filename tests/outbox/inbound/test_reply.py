"""What a person wrote is read, whatever program they used; what a machine wrote is told from it."""

from __future__ import annotations

import base64

import pytest

from tests.outbox.inbound import mails
from tocsin.outbox.inbound.parts import header, parsed, text_of
from tocsin.outbox.inbound.reply import automatic, from_ourselves, read_reply
from tocsin.outbox.models import Message

pytestmark = pytest.mark.once
LETTER = Message(ref="abcdefghijklmnopqrstuvwxy2")


def test_it_works() -> None:
    mail = parsed(mails.answer(LETTER))
    assert not automatic(mail)
    assert not from_ourselves(mail)
    reply = read_reply(mail)
    assert (reply.sender_name, reply.sender) == ("Office of the Minister", "minister@hearings.example")
    assert reply.subject == "Re: A fair hearing"
    assert reply.text == "Dear Jane,\n\nThe Minister has read your letter.\n\nThe Office"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "auto-submitted: AUTO-GENERATED; owner-email=x",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "Return-Path: <MAILER-DAEMON>",
        "List-Id: <news.example>",
        "Subject: Automatic reply: A fair hearing",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique=C2=A0?=: lettre",
        "Subject: Out of Office",
        "Content-Type: message/disposition-notification",
    ],
)
def test_machines(header: str) -> None:
    raw = mails.mail(header, "From: a@b.example", body="I am away.")
    assert automatic(parsed(raw))


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: no", "Precedence: first-class", "Subject: Re: the automatic reply"]
)
def test_people(header: str) -> None:
    assert not automatic(parsed(mails.mail(header, "From: a@b.example", body="Hello.")))


def test_our_own_mail_that_came_round() -> None:
    assert from_ourselves(parsed(mails.mail("Message-ID: <abcdefghijklmnopqrstuvwxy2@TOCSIN.example>")))


def test_only_html() -> None:
    html = (
        "<html><head><style>p {color: red}</style><title>t</title></head><body><p>Chère Jane,</p><div>merci&nbsp;de"
        " votre <b>lettre</b>.<br>Le Ministre</div><script>alert(1)</script></body></html>"
    )
    raw = mails.mail(
        "Content-Type: text/html; charset=utf-8",
        "Content-Transfer-Encoding: base64",
        body=base64.encodebytes(html.encode()).decode(),
    )
    assert text_of(parsed(raw)) == "Chère Jane,\n\nmerci de votre lettre.\nLe Ministre"


@pytest.mark.parametrize(
    ("charset", "content", "text"),
    [
        ("iso-8859-1", "Été".encode("latin-1"), "Été"),
        ("windows-1252", "l’été".encode("cp1252"), "l’été"),
        ("utf-8", b"\xff\xfe broken", "�� broken"),
        ("x-nobody-knows", "Été".encode(), "Été"),
        ("utf-7", b"Hi +AOk-", "Hi é"),
        ("rot13", b"hello", "hello"),
        ("", "Été".encode(), "Été"),
    ],
)
def test_odd_charsets(charset: str, content: bytes, text: str) -> None:
    label = f"; charset={charset}" if charset else ""
    raw = b"Content-Type: text/plain" + label.encode() + b"\r\n\r\n" + content
    assert text_of(parsed(raw)) == text


def test_an_attached_text_is_not_the_answer() -> None:
    raw = mails.mail(
        'Content-Type: multipart/mixed; boundary="x"',
        body="--x\nContent-Type: text/plain\nContent-Disposition: attachment\n\nfile\n--x\nContent-Type: text/plain\n\n"
        "answer\n--x--",
    )
    assert text_of(parsed(raw)) == "answer"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Subject: =?utf-8?b?w4l0w6k=?=", "Été"),
        ("Subject: =?nobody-knows?q?x?=", "=?nobody-knows?q?x?="),
        ("Subject: =?utf-8?b?!!!?=", ""),
        ("Subject: =?utf-8?q?a=1b[31m=00b?=", "ab"),
        ("Subject: a\r\n\tb", "a b"),
        ("Subject:", ""),
        ("X: y", ""),
    ],
)
def test_headers(line: str, shown: str) -> None:
    assert header(parsed(line.encode() + b"\r\n\r\n"), "Subject") == shown


def test_escapes_for_a_terminal_are_gone() -> None:
    assert text_of(parsed(b"\r\n\x1b[31mred\x00\xe2\x80\xae txt")) == "red txt"
