"""leave: what is frozen, that it is left once, and that nothing people type becomes anything but text."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as some
from pytest_django import DjangoAssertNumQueries, Settings

from tests.outbox.conftest import a_letter, left
from tocsin.lib.vault import vault
from tocsin.outbox.freeze import (
    Attachment,
    FrozenMail,
    freeze,
    reply_address,
    return_address,
)
from tocsin.outbox.headers import CannotBeMailed, ascii_address, header_text
from tocsin.outbox.inbound.addresses import Claim, read_address
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import COLUMNS, leave, open_mail
from tocsin.outbox.states import State

EVIL = "\r\nBcc: everybody@example.com\r\n\r\nAnother mail"
CONTROLS = "\x00\x1b[31m\u202e\u2028\x85\x0b"


def frozen(**changes: Any) -> FrozenMail:
    return freeze(
        **{
            "ref": "a" * 26,
            "date": timezone.now(),
            "sender_name": "Jane Doe via Fair Hearing",
            "to_name": "The Honourable Jane Doe",
            "to_address": "minister@hearings.example",
            "subject": "A fair hearing",
            "text": "Please listen.\n",
            **changes,
        }
    )


def read(mail: FrozenMail) -> EmailMessage:
    return message_from_bytes(mail.data, policy=policy.default)


def said(mail: FrozenMail, subtype: str = "plain") -> str:
    part = read(mail).get_body((subtype,))
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


def shown_sender(mail: FrozenMail) -> str:
    """The sender's name, read with Python's older reader: the newer puts blanks into long names."""
    shown = mail.data.decode().partition("From: ")[2].partition("\r\n <")[0]
    return str(make_header(decode_header(shown.replace("\r\n", ""))))


@pytest.mark.django_db
def test_it_works() -> None:
    message = left()
    assert (message.state, message.kind, message.campaign_ref) == (State.WAITING, Kind.LETTER, 7)
    assert message.domain == "hearings.example"
    assert len(message.ref) == 26
    mail = read(open_mail(message))
    assert mail["From"] == "Jane Doe via Fair Hearing <letters@tocsin.example>"
    assert mail["To"] == "The Honourable Jane Doe <minister@hearings.example>"
    assert mail["Reply-To"] == "jane@example.ca"
    assert mail["Message-ID"] == f"<{message.ref}@tocsin.example>"
    assert mail["Date"].datetime
    assert mail["Content-Language"] == "en"
    assert mail["Content-Type"] == 'text/plain; charset="utf-8"'
    assert (mail["Auto-Submitted"], mail["Bcc"], mail["List-Id"], mail["Sender"]) == (None, None, None, None)
    assert said(open_mail(message)) == "Dear Minister,\n\nPlease listen.\n"


@pytest.mark.django_db
def test_nothing_personal_is_readable_in_the_row() -> None:
    message = left(text="A very private sentence.")
    everything = b"".join(bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                          for value in Message.objects.filter(pk=message.pk).values_list()[0])  # fmt: skip
    for private in (b"Jane", b"jane@", b"private", b"minister@", b"fair hearing"):
        assert private not in everything


@pytest.mark.django_db
def test_leaving_twice_leaves_one(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    first = leave([a_letter(1), a_letter(2)])
    sealed = bytes(Message.objects.get(key="letter:1:1").sealed)
    with django_assert_num_queries(3):
        again = leave(a_letter(number, text="Other words") for number in (1, 2, 3))
    assert {key: again[key] for key in first} == first
    assert set(again) == {"letter:1:1", "letter:2:1", "letter:3:1"}
    assert Message.objects.count() == 3
    assert bytes(Message.objects.get(key="letter:1:1").sealed) == sealed


@pytest.mark.django_db
def test_nothing_to_leave() -> None:
    assert leave([]) == {}


@pytest.mark.django_db(transaction=True)
def test_it_is_part_of_the_callers_transaction() -> None:
    with transaction.atomic():
        leave([a_letter()])
        assert Message.objects.count() == 1
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_a_held_message_waits_for_staff() -> None:
    message = left(held=True)
    assert (message.state, message.due_at) == (State.HELD, None)


@pytest.mark.django_db
def test_one_bad_address_stores_none() -> None:
    with pytest.raises(CannotBeMailed):
        leave([a_letter(1), a_letter(2, to_address=f"a@b.ca{EVIL}")])
    assert Message.objects.count() == 0


def test_mail_that_no_person_wrote_says_so() -> None:
    mail = read(frozen(automatic=True))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_with_html_both_are_alternatives() -> None:
    mail = frozen(text="Thank you, é.", html="<p>Thank you, é.</p>")
    assert read(mail).get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read(mail).iter_parts()] == ["text/plain", "text/html"]
    assert said(mail) == "Thank you, é."
    assert said(mail, "html") == "<p>Thank you, é.</p>"
    assert not read(mail).defects


def test_the_return_address_is_its_own(settings: Settings) -> None:
    assert return_address("a" * 26) == "letters@tocsin.example"
    settings.TOCSIN_BOUNCE_DOMAIN = "bounce.éx.ca"
    mine, other = return_address("a" * 26), return_address("b" * 26)
    local, _at, domain = mine.partition("@")
    assert domain == "bounce.xn--x-9fa.ca"
    assert local.startswith(f"b.{'a' * 26}.")
    assert len(local) == 45
    assert local == local.lower()
    assert mine == return_address("a" * 26)
    assert local[-16:] != other.partition("@")[0][-16:]


@pytest.mark.parametrize("part", ["sender_name", "to_name", "subject", "language"])
@pytest.mark.parametrize("evil", [EVIL, EVIL.replace("\r", ""), EVIL.replace("\n", ""), CONTROLS, "é" + EVIL])
def test_what_people_type_is_never_a_header(part: str, evil: str) -> None:
    mail = frozen(**{part: f"Jane{evil}"})
    head = mail.data.partition(b"\r\n\r\n")[0]
    expected = frozen(**{part: "Jane"})
    assert read(mail).keys() == read(expected).keys()
    assert len(read(mail)["From"].addresses) == len(read(mail)["To"].addresses) == 1
    assert not any(control in head for control in (b"\x00", b"\x1b", b"\nBcc"))
    assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n")


@pytest.mark.parametrize(
    "name",
    [
        'Jane "x" <evil@x.ca>',
        "Jane, evil@x.ca",
        "Jane (comment) \\",
        '"; Bcc: x@y.ca',
        "=?utf-8?Q?x?= <evil@x.ca>",
        "Élise “x” <evil@x.ca>, y",
        "undisclosed:;",
        "=?utf-8?B?PGV2aWxAeC5jYT4=?=",
    ],
)
def test_from_has_one_address_and_it_is_ours(name: str) -> None:
    mail = read(frozen(sender_name=name))
    [sender] = mail["From"].addresses
    assert sender.addr_spec == "letters@tocsin.example"
    assert sender.display_name == name


def test_controls_do_not_hide_in_base64() -> None:
    assert read(frozen(subject=f"Écoutez{CONTROLS} Jane"))["Subject"] == "Écoutez Jane"


def test_a_long_name_keeps_both_ends() -> None:
    name = shown_sender(frozen(sender_name="J" + "é" * 100 + " via Fair Hearing"))
    assert len(name) == 64
    assert name.startswith("Jéé")
    assert name.endswith("éé via Fair Hearing")


WORDS = some.text(some.sampled_from("abé ü,<>\"@.()\\;:=?_'“”–漢ا\u200d\r\n\t\0"), max_size=90)


@how(max_examples=150, deadline=None)
@given(WORDS, WORDS)
def test_every_word_arrives_as_it_was(name: str, words: str) -> None:
    mail = frozen(sender_name=name, subject=words, text=words, html=f"<p>{words}</p>")
    assert all(len(line) <= 76 for line in mail.data.split(b"\r\n"))
    assert mail.data.isascii()
    parsed = read(mail)
    [sender] = parsed["From"].addresses
    assert sender.addr_spec == "letters@tocsin.example"
    assert parsed["Subject"] == header_text(words, 250)
    if not header_text(name, 64).isascii():
        assert shown_sender(mail) == header_text(name, 64)
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    assert said(mail) == lines.rstrip("\n")
    assert said(mail, "html") == f"<p>{lines}</p>"


def test_long_lines_and_lone_dots_are_made_harmless() -> None:
    text = "Liberté ! " * 1_000 + "\n.\n..\nFrom here\n.end  \n"
    mail = frozen(text=text)
    assert max(map(len, mail.data.split(b"\r\n"))) <= 76
    assert b"\r\n.\r\n" not in mail.data
    assert said(mail) == text


@pytest.mark.parametrize(
    ("typed", "mailed"),
    [
        ("a@éx.ca", "a@xn--x-9fa.ca"),
        (" A.b+c@Example.CA ", "A.b+c@Example.CA"),
        ("-rf@b.ca", "-rf@b.ca"),
        ("admin@localhost", "admin@localhost"),
    ],
)
def test_addresses_as_servers_carry_them(typed: str, mailed: str) -> None:
    assert ascii_address(typed) == mailed


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b.ca", "a@", "é@b.ca", f"a@b.ca{EVIL}", "a@b.ca\0", "a b@c.ca", "a@b.ca,c@d.ca", "<a@b.ca>", "a@b .ca",
     '"a b"@c.ca', "a@b@c.ca", "a@b.ca>", "a@b..ca", f"a@{'b' * 70}.ca", "Jane <a@b.ca>", "a\r\n@b.ca"],
)  # fmt: skip
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(CannotBeMailed):
        ascii_address(address)
    with pytest.raises(CannotBeMailed):
        frozen(to_address=address)


# ── addresses of our own ────────────────────────────────────────────────────────────────────────────────────────
def test_return_and_reply_addresses_are_read_back(settings: Settings) -> None:
    settings.TOCSIN_BOUNCE_DOMAIN = "bounce.tocsin.example"
    ref = "a" * 26
    assert return_address(ref).startswith(f"b.{ref}.")
    assert reply_address(ref).startswith(f"r.{ref}.")
    assert reply_address(ref).endswith("@bounce.tocsin.example")
    settings.TOCSIN_REPLY_DOMAIN = "reply.tocsin.example"
    assert reply_address(ref).endswith("@reply.tocsin.example")
    for address in (return_address(ref), return_address(ref).upper(), f"<{return_address(ref)}>"):
        assert read_address(address) == (Claim.OURS, ref)
    assert read_address(reply_address(ref).title()) == (Claim.OURS, ref)
    assert len(reply_address(ref).partition("@")[0]) <= 64


@pytest.mark.parametrize("make", [return_address, reply_address])
def test_nobody_else_can_make_one(make: Callable[[str], str], settings: Settings) -> None:
    settings.TOCSIN_BOUNCE_DOMAIN = "bounce.tocsin.example"
    local, _at, domain = make("a" * 26).partition("@")
    other = "0" if local[-1] != "0" else "1"
    forged = [
        f"{local[:-1]}{other}@{domain}",
        local.replace("a" * 26, "b" * 26) + f"@{domain}",
        f"{local[1:]}@{domain}",
    ]
    swapped = ("r" if local[0] == "b" else "b") + local[1:] + f"@{domain}"
    for address in (*forged, swapped, "", "@", "jane@example.ca", local.replace("a", "ａ") + f"@{domain}"):
        assert read_address(address)[0] is not Claim.OURS


def test_without_a_domain_of_ours_answers_come_to_our_one_address() -> None:
    assert reply_address("a" * 26) == "letters@tocsin.example"


@pytest.mark.django_db
def test_a_reply_alias_takes_the_place_of_the_writers_address(settings: Settings) -> None:
    settings.TOCSIN_REPLY_DOMAIN = "reply.tocsin.example"
    message = left(reply_alias=True)
    answer_to = read(open_mail(message))["Reply-To"]
    assert answer_to == reply_address(message.ref)
    assert read_address(str(answer_to)) == (Claim.OURS, message.ref)
    assert b"jane@example.ca" not in open_mail(message).data


# ── files ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("html", ["", "<p>Please listen.</p>"])
def test_files_travel_as_they_are(html: str) -> None:
    files = [
        Attachment("letters.pdf", "application/pdf", bytes(range(256)) * 40),
        Attachment("letters.csv", "text/csv", "name,«ville»\r\n.\r\n".encode()),
    ]
    mail = read(frozen(html=html, attachments=files))
    assert mail.get_content_type() == "multipart/mixed"
    assert said(frozen(html=html, attachments=files)).strip() == "Please listen."
    found = list(mail.iter_attachments())
    assert [(one.get_filename(), one.get_content_type()) for one in found] == [
        ("letters.pdf", "application/pdf"),
        ("letters.csv", "text/csv"),
    ]
    assert [one.get_payload(decode=True) for one in found] == [one.data for one in files]
    assert max(len(line) for line in frozen(html=html, attachments=files).data.split(b"\r\n")) <= 78


def test_a_files_name_is_nothing_but_a_name() -> None:
    mail = read(frozen(attachments=[Attachment(f'évil"; x="y{EVIL}', f"text/plain{EVIL}", b"x")]))
    [file] = mail.iter_attachments()
    assert file.get_content_type() == "application/octet-stream"
    assert mail["Bcc"] is None
    assert set(str(file.get_filename())) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._- ")


@pytest.mark.django_db
def test_who_it_goes_to_is_known_by_its_digest_alone() -> None:
    message = left(to_address="Jane.Doe+x@Example.ca")
    assert bytes(Message.objects.get(pk=message.pk).to_digest) == vault().digest("jane.doe@example.ca")


def test_the_statement_names_every_column_that_the_database_does_not_fill_itself() -> None:
    filled_by_the_database = {"id", "state_since", "due_at", "lease_until", "created_at", "carrier"}
    filled_by_the_database |= {"attempts_before"}
    names = {field.name for field in Message._meta.concrete_fields} - filled_by_the_database
    assert {column.removesuffix("_id") for column in COLUMNS} == names


@pytest.mark.django_db
def test_mail_to_many_says_how_one_press_ends_it() -> None:
    address = f"https://tocsin.example/unsubscribe/{'k' * 80}/"
    mail = open_mail(left(1, kind=Kind.UPDATE, unsubscribe=address))
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in mail.data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in mail.data
    assert read(mail)["List-Id"] == "<campaign-7.tocsin.example>"
    assert read(mail)["Auto-Submitted"] is None


@pytest.mark.django_db
def test_a_letter_says_nothing_of_lists() -> None:
    assert not any(name.startswith("List-") for name in read(open_mail(left(1))))
