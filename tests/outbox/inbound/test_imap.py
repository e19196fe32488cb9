"""look_into, against a mailbox of our own: what is marked when, and every way in which a server can fail."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from tests.outbox.inbound.imap_server import ImapServer
from tocsin.outbox.inbound.imap import MOST, MailboxAway, look_into
from tocsin.outbox.inbound.route import LARGEST

pytestmark = pytest.mark.once
SEEN = {r"\Seen"}


@pytest.fixture
def server() -> Iterator[ImapServer]:
    server = ImapServer()
    server.start()
    yield server
    server.stop()


def test_it_works(server: ImapServer) -> None:
    mails = [b"Subject: one\r\n\r\nfirst", b"Subject: two\r\n\r\n)\r\n* BYE\r\n{5}\r\n\xff"]
    server.account.put(*mails)
    taken: list[bytes] = []
    assert look_into(server.url(), taken.append) == 2
    assert taken == mails
    assert server.account.flags() == [SEEN, SEEN]
    assert look_into(server.url(), taken.append) == 0
    assert server.account.said[-1] == "LOGOUT"


def test_it_is_marked_only_when_it_is_dealt_with(server: ImapServer) -> None:
    server.account.put(b"one", b"two")

    def take(raw: bytes) -> None:
        assert server.account.flags() == ([set(), set()] if raw == b"one" else [SEEN, set()])

    look_into(server.url(), take)


def test_deleted_where_that_is_wished(server: ImapServer) -> None:
    server.account.put(b"one", b"two")
    assert look_into(server.url(), lambda _raw: None, then="delete") == 2
    assert server.account.mails == {}


def test_the_database_is_away(server: ImapServer) -> None:
    server.account.put(b"one", b"two")

    def take(_raw: bytes) -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        look_into(server.url(), take)
    assert server.account.flags() == [set(), set()]


def test_a_mail_that_we_fail_on_does_not_stop_the_others(server: ImapServer, caplog: pytest.LogCaptureFixture) -> None:
    server.account.put(b"poison", b"two")
    taken: list[bytes] = []

    def take(raw: bytes) -> None:
        if raw == b"poison":
            raise RuntimeError(raw)
        taken.append(raw)

    assert look_into(server.url(), take, then="delete") == 2
    assert taken == [b"two"]
    assert server.account.flags() == [{r"\Flagged"}]
    assert "RuntimeError" in caplog.text
    assert "poison" not in caplog.text


def test_larger_than_may_be_is_known_to_be(server: ImapServer) -> None:
    server.account.put(b"x" * (LARGEST + 1000))
    sizes: list[int] = []
    look_into(server.url(), lambda raw: sizes.append(len(raw)))
    assert sizes == [LARGEST + 1]


def test_a_full_mailbox_is_taken_in_turns(server: ImapServer) -> None:
    server.account.put(*[b"mail"] * (MOST + 3))
    assert look_into(server.url(), lambda _raw: None) == MOST
    assert look_into(server.url(), lambda _raw: None) == 3


def test_it_stops_between_two_mails(server: ImapServer) -> None:
    server.account.put(b"one", b"two")
    taken: list[bytes] = []
    look_into(server.url(), taken.append, stop=lambda: bool(taken))
    assert taken == [b"one"]


def test_a_wrong_password_is_not_repeated(server: ImapServer) -> None:
    with pytest.raises(MailboxAway) as caught:
        look_into(server.url(wrong="er"), lambda _raw: None)
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_no_such_mailbox(server: ImapServer) -> None:
    with pytest.raises(MailboxAway):
        look_into(server.url(folder="Elsewhere"), lambda _raw: None)


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"])
def test_a_server_that_hangs(server: ImapServer, command: str) -> None:
    server.account.put(b"one")
    server.account.hang_at = command
    began = time.monotonic()
    with pytest.raises(MailboxAway):
        look_into(server.url(), lambda _raw: None, timeout=0.3)
    assert time.monotonic() - began < 2
    assert server.account.flags() == [set()]


@pytest.mark.parametrize("command", ["LOGIN", "FETCH", "STORE"])
def test_a_server_that_hangs_up(server: ImapServer, command: str) -> None:
    server.account.put(b"one")
    server.account.break_at = command
    taken: list[bytes] = []
    with pytest.raises(MailboxAway):
        look_into(server.url(), taken.append)
    server.account.break_at = ""
    assert look_into(server.url(), taken.append) == 1
    # Taken, and the mark was lost: it comes again, and route.py knows it.
    assert taken == ([b"one", b"one"] if command == "STORE" else [b"one"])


def test_nobody_is_there() -> None:
    server = ImapServer()
    server.start()
    server.stop()
    with pytest.raises(MailboxAway):
        look_into(server.url(), lambda _raw: None)
