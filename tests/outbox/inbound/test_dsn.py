"""read_report: what servers write, standard or not, and what is none of it."""

from __future__ import annotations

import pytest

from tests.outbox.inbound import mails
from tocsin.outbox.inbound.dsn import Report, read_report
from tocsin.outbox.inbound.parts import parsed
from tocsin.outbox.models import Event, Message

pytestmark = pytest.mark.once
LETTER = Message(ref="abcdefghijklmnopqrstuvwxy2")
BOUNCED, DELAYED = Event.Kind.BOUNCED, Event.Kind.DELAYED


def report(raw: bytes) -> Report | None:
    return read_report(parsed(raw))


def test_it_works() -> None:
    found = report(mails.postfix(LETTER))
    assert found == Report(
        BOUNCED,
        "5.1.1 550 5.1.1 <minister@hearings.example>: Recipient address rejected: User unknown",
        (f"<{LETTER.ref}@tocsin.example>",),
        ("minister@hearings.example",) * 2,
    )


@pytest.mark.parametrize(
    ("raw", "kind", "words"),
    [
        (mails.exchange(LETTER), BOUNCED, "5.1.10 550 5.1.10 RESOLVER.ADR.RecipientNotFound"),
        (mails.gmail(LETTER), BOUNCED, "5.1.1 550-5.1.1 The email account"),
        (mails.qmail(LETTER), BOUNCED, "Sorry, no mailbox here by that name. (#5.1.1)"),
        (mails.exim(LETTER), BOUNCED, "5.0.0 550 Requested action not taken"),
        (mails.exim(LETTER, late=True), DELAYED, "5.0.0 550 Requested"),
        (mails.postfix(LETTER, action="delayed", status="4.4.1", said="connect timed out"), DELAYED, "4.4.1 connect"),
        (mails.postfix(LETTER, action="delivered", status="2.0.0", said="250 ok"), Event.Kind.DELIVERED, "2.0.0 250"),
        (mails.postfix(LETTER, action="relayed (to host)", status="2.0.0"), Event.Kind.DELIVERED, "2.0.0 550"),
        (mails.postfix(LETTER, status="5.0.0", said="554 5.7.1 spam"), BOUNCED, "5.7.1 554 5.7.1 spam"),
        (mails.postfix(LETTER, status="", said="554 5.7.1 spam"), BOUNCED, "5.7.1 554"),
        (mails.complaint(LETTER), Event.Kind.COMPLAINED, "abuse"),
    ],
)
def test_every_style(raw: bytes, kind: Event.Kind, words: str) -> None:
    found = report(raw)
    assert found
    assert found.kind == kind
    assert found.words.startswith(words)


def test_it_knows_which_mail_is_meant() -> None:
    for raw in (mails.exchange(LETTER), mails.qmail(LETTER), mails.complaint(LETTER)):
        found = report(raw)
        assert found
        assert [one.strip("<>") for one in found.about] == [f"{LETTER.ref}@tocsin.example"]


@pytest.mark.parametrize(
    "raw",
    [
        mails.answer(LETTER),
        mails.answer(LETTER, "Subject: Delivery failed the people, says the 550 report"),
        mails.vacation(LETTER, "Return-Path: <>"),
        mails.postfix(LETTER, action="something else"),
        mails.mail("From: MAILER-DAEMON@a.example", "Subject: hello", body="550 5.1.1 nothing of ours"),
        b"",
    ],
)
def test_what_is_no_report(raw: bytes) -> None:
    assert report(raw) is None


def test_no_code_is_no_reason_to_give_up_an_address() -> None:
    raw = mails.mail("Return-Path: <>", "From: postmaster@a.example", "Subject: Undeliverable: hello", body="Sorry.")
    assert report(raw) == Report(BOUNCED, "Undeliverable: hello", ())
