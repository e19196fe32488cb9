"""route: to which message a mail belongs, what it is, and that nobody can make us believe anything else."""

from __future__ import annotations

import random
import time

import pytest

from tests.outbox.inbound import mails
from tests.outbox.test_events import sent, state_of
from tocsin.outbox.inbound.route import LARGEST, MOST_ANSWERS_AN_HOUR, Fate, route
from tocsin.outbox.models import Bucket, Event, Kind, Message, Notice
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Message:
    return sent()


def test_it_works(letter: Message) -> None:
    raw = mails.postfix(letter)
    assert route(raw).fate is Fate.NOTED
    assert route(raw).fate is Fate.REPEATED
    assert state_of(letter) == State.BOUNCED
    event = letter.events.get()
    assert (event.kind, event.source) == (Event.Kind.BOUNCED, "dsn")
    assert event.words.startswith("5.1.1 550 5.1.1 <minister@hearings.example>")
    assert Notice.objects.get().kind == Notice.Kind.DEAD


@pytest.mark.parametrize("style", [mails.exchange, mails.gmail, mails.qmail, mails.exim])
def test_every_style_of_bounce(letter: Message, style: type) -> None:
    assert route(style(letter)).fate is Fate.NOTED
    assert state_of(letter) == State.BOUNCED


def test_delayed_is_only_noted(letter: Message) -> None:
    assert route(mails.postfix(letter, action="delayed", status="4.4.1", said="timed out")).fate is Fate.NOTED
    assert state_of(letter) == State.SENT
    assert letter.events.get().kind == Event.Kind.DELAYED


def test_a_complaint_comes_to_another_address(letter: Message) -> None:
    assert route(mails.complaint(letter)).fate is Fate.NOTED
    assert letter.events.get().kind == Event.Kind.COMPLAINED


def test_a_forged_signature(letter: Message) -> None:
    """Whatever else it says: somebody who knows the shape of our addresses does not sink a letter."""
    forged = f"b.{letter.ref}.{'0' * 16}@back.tocsin.example"
    for raw in (mails.postfix(letter, to=forged), mails.answer(letter, to=forged)):
        assert route(raw).fate is Fate.FORGED
    assert state_of(letter) == State.SENT
    assert not Event.objects.exists()


def test_a_signature_for_one_purpose_is_none_for_the_other(letter: Message) -> None:
    swapped = "r" + mails.return_path(letter)[1:]
    assert route(mails.answer(letter, to=swapped)).fate is Fate.FORGED


def test_upper_case_survives(letter: Message) -> None:
    assert route(mails.postfix(letter, to=mails.return_path(letter).upper())).fate is Fate.NOTED


def test_the_envelope_is_believed_before_the_headers(letter: Message) -> None:
    other = sent(2)
    raw = mails.postfix(letter).replace(letter.ref.encode() + b"@tocsin", b"x@tocsin")
    assert route(raw, [f"<{mails.return_path(other)}>"]).message == other


def test_without_a_return_address_the_quoted_mail_says_it(letter: Message) -> None:
    """As it is where TOCSIN_BOUNCE_DOMAIN is empty."""
    assert route(mails.postfix(letter, to="letters@tocsin.example")).fate is Fate.NOTED
    elsewhere = mails.postfix(sent(2), to="letters@tocsin.example").replace(b"@tocsin.example>", b"@other.example>")
    assert route(elsewhere).fate is Fate.UNKNOWN


def test_a_bounce_of_what_is_not_ours() -> None:
    assert route(mails.postfix(Message(ref="a" * 26))).fate is Fate.UNKNOWN


def test_a_person_answers(letter: Message) -> None:
    for raw in (mails.answer(letter), mails.answer(letter, to=mails.return_path(letter))):
        routed = route(raw)
        assert (routed.fate, routed.message) == (Fate.REPLY, letter)
        assert routed.reply
        assert routed.reply.subject == "Re: A fair hearing"
    assert route(mails.answer(letter, to="Letters <letters@tocsin.example>")).fate is Fate.REPLY
    assert state_of(letter) == State.SENT  # until the answer is passed on, which is not this room's


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "Precedence: bulk", "Return-Path: <>"])
def test_machines_answers_are_dropped(letter: Message, header: str) -> None:
    assert route(mails.vacation(letter, header)).fate is Fate.AUTOMATIC
    assert not Event.objects.exists()


def test_our_own_mail_is_no_answer(letter: Message) -> None:
    raw = mails.answer(letter).replace(b"answer-1@hearings.example", f"{'b' * 26}@tocsin.example".encode())
    assert route(raw).fate is Fate.OURS


def test_too_many_answers_within_an_hour(letter: Message) -> None:
    for number in range(MOST_ANSWERS_AN_HOUR):
        Event.objects.create(message=letter, kind=Event.Kind.REPLIED, source="reply", event_id=str(number))
    assert route(mails.answer(letter)).fate is Fate.TOO_MANY


def test_what_people_write_about_no_letter() -> None:
    thanks = sent(kind=Kind.THANKS)
    assert route(mails.answer(thanks)).fate is Fate.FOR_STAFF
    hello = mails.mail("From: jane@example.ca", "Subject: Hello", body="A question.", to="Letters@tocsin.example")
    assert route(hello).fate is Fate.FOR_STAFF
    assert route(mails.mail("From: x@y.example", to="anybody@back.tocsin.example")).fate is Fate.UNKNOWN


def test_five_megabytes(letter: Message) -> None:
    part = "\r\n".join(["QUJD" * 18] * 70_000)
    raw = mails.answer(
        letter,
        'Content-Type: multipart/mixed; boundary="x"',
        body=f"--x\nContent-Type: text/plain\n\nSee the file.\n--x\nContent-Type: application/pdf\n"
        f"Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\n{part}\n--x--",
    )
    assert 5_000_000 < len(raw) < LARGEST
    began = time.monotonic()
    routed = route(raw)
    assert routed.reply
    assert routed.reply.text == "See the file."
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/html\r\n\r\n" + b"<p " * 3_000_000,
        b"Content-Type: text/html\r\n\r\n" + b"<!--" * 2_000_000,
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n' + b"--x\r\n\r\na\r\n" * 900_000,
        b"To: a@b.ca\r\n" * 800_000,
        b"Return-Path: <>\r\nSubject: undeliverable\r\nFrom: postmaster@a.b\r\n\r\n" + b"a" * 9_000_000,
    ],
    ids=["tags", "comments", "parts", "headers", "one line"],
)
def test_mails_made_to_keep_us_busy(raw: bytes) -> None:
    began = time.monotonic()
    assert route(raw).fate in {Fate.UNKNOWN, Fate.UNREADABLE}
    assert time.monotonic() - began < 3


def test_nothing_that_comes_in_is_an_error(letter: Message) -> None:
    nested = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    chance = random.Random(7)  # noqa: S311
    good = mails.postfix(letter, to="x@y.example")
    for raw in (b"", b"\0" * 1000, b"\xff\xfe", nested.encode(), b"Content-Type: multipart/report\r\n\r\n"):
        assert route(raw).fate in {Fate.UNKNOWN, Fate.UNREADABLE}
    for _ in range(200):
        at = chance.randrange(len(good))
        broken = good[:at] + chance.randbytes(20) + good[at + chance.randrange(40) :]
        assert route(broken.replace(letter.ref.encode(), b"nobody")).fate in {
            Fate.UNKNOWN,
            Fate.UNREADABLE,
            Fate.AUTOMATIC,
        }


@pytest.mark.parametrize(
    ("final", "original", "shut"),
    [
        ("minister@hearings.example", "minister@hearings.example", True),
        ("desk7@internal.example", "minister@hearings.example", True),
        ("former.aide@hearings.example", "former.aide@hearings.example", False),
    ],
)
def test_whose_mailbox_is_gone(letter: Message, final: str, original: str, *, shut: bool) -> None:
    """An office that passes its mail on to somebody who left still has it: its letters need not wait."""
    Bucket.objects.create(key="target:12")
    raw = mails.postfix(letter).decode()
    raw = raw.replace("Final-Recipient: rfc822; minister@hearings.example", f"Final-Recipient: rfc822; {final}")
    raw = raw.replace("Original-Recipient: rfc822;minister@hearings.example", f"Original-Recipient: rfc822;{original}")
    assert route(raw.encode()).fate is Fate.NOTED
    assert Notice.objects.get().kind == Notice.Kind.DEAD
    assert Bucket.objects.get(key="target:12").paused is shut
