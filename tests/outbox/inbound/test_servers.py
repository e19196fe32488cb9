"""What really comes back: a report that Postfix made itself, brought by its pipe as the operators' page says, or
fetched from a mailbox by IMAP; true ones and forged ones."""

from __future__ import annotations

import io
import os
import smtplib
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left
from tests.outbox.inbound import mails
from tests.outbox.inbound.servers import AS_ROOT, DOVECOT, POSTFIX, DovecotOfOurs, PostfixOfOurs, wait_for
from tocsin import incoming
from tocsin.actions.replies import take_mail
from tocsin.outbox.inbound.imap import look_into
from tocsin.outbox.models import Event, Message
from tocsin.outbox.states import State

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not (POSTFIX and AS_ROOT) and "postfix" not in os.environ.get("TOCSIN_TEST_REQUIRE", ""),
        reason="Postfix is not installed, or nobody here may start it",
    ),
]


@pytest.fixture
def postfix(settings: Settings, request: pytest.FixtureRequest) -> Iterator[PostfixOfOurs]:
    settings.TOCSIN_BOUNCE_DOMAIN = "back.tocsin.example"
    server = PostfixOfOurs(pipe=getattr(request, "param", "pipe") == "pipe")
    server.start()
    settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{server.office}")
    yield server
    server.stop()


def a_letter_to_nobody() -> Message:
    """Taken by the office's server, which finds out afterwards that there is no such person."""
    letter = left(to_address="nobody@hearings.example")
    assert deliver_batch() == 1
    assert state_of(letter) == State.SENT
    return letter


def state_of(letter: Message) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=letter.pk)


def run_inbound(postfix: PostfixOfOurs, monkeypatch: pytest.MonkeyPatch) -> tuple[int, bytes]:
    """`tocsin inbound`, as Postfix runs it: its exit code, and what it was given."""
    recipients, raw, waits = postfix.handed()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    code = incoming.inbound(["--", *recipients])
    part = waits.with_suffix(".code")
    part.write_text(str(code))
    part.rename(waits)
    return code, raw


def test_it_works(postfix: PostfixOfOurs, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = a_letter_to_nobody()
    code, raw = run_inbound(postfix, monkeypatch)
    assert code == 0
    assert raw.startswith(b"Return-Path: <>\n")
    assert state_of(letter) == State.BOUNCED
    event = Event.objects.get()
    assert (event.kind, event.source) == (Event.Kind.BOUNCED, "dsn")
    assert event.words.startswith("5.1.1 ")
    assert "unknown user" in event.words
    wait_for(lambda: "relay=tocsin" in postfix.log and "status=sent (delivered via tocsin service)" in postfix.log)


def test_a_forged_report_changes_nothing(postfix: PostfixOfOurs, monkeypatch: pytest.MonkeyPatch) -> None:
    letter = left()
    Message.objects.update(state=State.SENT, due_at=None)
    forged = f"b.{letter.ref}.{'0' * 16}@back.tocsin.example"
    with smtplib.SMTP("127.0.0.1", postfix.ours, timeout=20) as server:
        server.sendmail("", [forged], mails.postfix(letter, to=forged))
    code, raw = run_inbound(postfix, monkeypatch)
    assert code == 0  # so that nobody is told, and Postfix does not keep it
    assert letter.ref.encode() in raw
    assert state_of(letter) == State.SENT
    assert not Event.objects.exists()


def test_while_the_database_is_away_postfix_keeps_the_mail(
    postfix: PostfixOfOurs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError

    letter = a_letter_to_nobody()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(incoming, "take_mail", away)
        code, _raw = run_inbound(postfix, meanwhile)
    assert code == 75
    wait_for(lambda: "status=deferred" in postfix.log)
    assert state_of(letter) == State.SENT
    postfix.try_again()
    assert run_inbound(postfix, monkeypatch)[0] == 0
    assert state_of(letter) == State.BOUNCED


def test_only_what_is_ours_comes_in(postfix: PostfixOfOurs, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.ours, timeout=20) as server:
        for other in ("postmaster@tocsin.example", "somebody@elsewhere.example"):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.sendmail("a@b.example", [other], b"Subject: hello\r\n\r\nhello\r\n")
        server.sendmail("a@b.example", ["letters@tocsin.example"], b"Subject: hello\r\n\r\nhello\r\n")
    recipients, _raw, waits = postfix.handed()
    waits.write_text("0")
    assert recipients == ["letters@tocsin.example"]


@pytest.mark.skipif(DOVECOT is None, reason="Dovecot is not installed")
@pytest.mark.parametrize("postfix", ["mailbox"], indirect=True)
def test_the_same_from_a_mailbox(postfix: PostfixOfOurs) -> None:
    letter, other = a_letter_to_nobody(), left(2)
    Message.objects.filter(pk=other.pk).update(state=State.SENT, due_at=None)
    forged = f"b.{other.ref}.{'0' * 16}@back.tocsin.example"
    with smtplib.SMTP("127.0.0.1", postfix.ours, timeout=20) as server:
        server.sendmail("", [forged], mails.postfix(other, to=forged))
    wait_for(lambda: len(list(postfix.folder.glob("catchall/new/*"))) == 2)
    dovecot = DovecotOfOurs(postfix.folder)
    dovecot.start()
    try:
        assert look_into(dovecot.url, take_mail) == 2
        assert look_into(dovecot.url, take_mail) == 0
    finally:
        dovecot.stop()
    assert (state_of(letter), state_of(other)) == (State.BOUNCED, State.SENT)
    assert Event.objects.get().words.startswith("5.1.1 ")
