"""Many senders at once: each mail once, few commits, and an end within seconds."""

from __future__ import annotations

import os
import re
import shutil
import smtplib
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import a_letter, left, make_due
from tests.outbox.sink import HANG_UP, Sink
from tocsin.outbox.deliver import Post
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.journal import journal_files, read_journal
from tocsin.outbox.models import Delivery, Message
from tocsin.outbox.post import leave, open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports.base import Reply, ServerAway
from tocsin.outbox.transports.smtp import SmtpTransport

pytestmark = pytest.mark.django_db
SMTP_SINK = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")


@pytest.fixture
def eight(settings: Settings) -> None:
    settings.TOCSIN_MAIL_CONNECTIONS = 8


@pytest.fixture
def smtp_sink(settings: Settings) -> Iterator[Callable[..., Path]]:
    """Debian's, with faults by its options; the folder where it leaves what it took."""
    started: list[subprocess.Popen[bytes]] = []
    # Where it may write as a user of its own, whoever runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="tocsin-sink-"))
    folder.chmod(0o777)

    def start(*options: str) -> Path:
        if not SMTP_SINK and "smtp-sink" not in os.environ.get("TOCSIN_TEST_REQUIRE", ""):
            pytest.skip("smtp-sink is not installed: it is in Debian's postfix")
        assert SMTP_SINK
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        as_whom = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [SMTP_SINK, *as_whom, "-d", f"{folder}/%M.", *options, f"127.0.0.1:{port}", "100"]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{port}")
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        return folder

    yield start
    for one in started:
        one.kill()
        one.wait()
    shutil.rmtree(folder)


def copies(folder: Path) -> Counter[str]:
    """How often each mail was taken."""
    found = (re.search(r"^Message-ID: <([a-z2-7]+)@", file.read_text(), re.MULTILINE) for file in folder.iterdir())
    return Counter(match[1] for match in found if match)


def test_each_mail_leaves_once_over_several_connections(sink: Sink, eight: None) -> None:
    leave(a_letter(number, to_address=f"minister@{number % 4}.example") for number in range(100))
    assert deliver_batch(100) == 100
    assert 1 < sink.connections <= 8
    assert set(Counter(taken.mail["Message-ID"] for taken in sink.taken).values()) == {1}
    assert set(Message.objects.values_list("state", flat=True)) == {State.SENT}
    assert not Delivery.objects.filter(dot_at=None).exists()


def test_senders_share_their_commits(sink: Sink, eight: None) -> None:
    leave(a_letter(number, to_address=f"minister@{number % 4}.example") for number in range(100))
    with CaptureQueriesContext(connection) as asked:
        deliver_batch(100)
    dots = [query for query in asked if query["sql"].startswith("UPDATE outbox_delivery SET dot_at")]
    assert len(dots) < 50


def test_a_crew_that_may_have_fewer_connections_goes_on_with_them(
    sink: Sink, eight: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected, asked = SmtpTransport._connected, iter(range(100))

    def limited(way_out: SmtpTransport) -> object:
        if next(asked) >= 2:
            raise ServerAway("421 too many connections")
        return connected(way_out)

    monkeypatch.setattr(SmtpTransport, "_connected", limited)
    leave(a_letter(number) for number in range(30))
    deliver_batch(30)
    deliver_batch(30)
    assert sink.connections <= 2
    assert set(Message.objects.values_list("state", flat=True)) <= {State.SENT, State.WAITING, State.DEFERRED}
    assert len(sink.taken) >= 20


def test_the_end_comes_within_seconds_and_the_rest_is_given_back(sink: Sink, settings: Settings, eight: None) -> None:
    sink.slow, settings.TOCSIN_MAIL_TIMEOUT = 30, 20
    leave(a_letter(number) for number in range(50))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    begun = time.monotonic()
    Post(stop=stop.is_set)()
    assert time.monotonic() - begun < 8
    assert set(Message.objects.values_list("state", "attempts")) == {(State.WAITING, 0)}
    assert not Delivery.objects.exists()
    assert sink.taken == []


def test_answers_in_one_packet_are_each_heard(sink: Sink) -> None:
    sink.pipelining = True
    messages = [left(number) for number in range(5)]
    sink.at_sender.extend(["", "", "", "553 5.1.8 Not this sender"])
    sink.at_recipient.extend(["", "550 5.1.1 No such user", ""])
    sink.at_data.extend(["", "", "451 4.3.0 Not now"])  # asked also where the recipient was refused
    deliver_batch()
    states = [Message.objects.get(pk=one.pk).state for one in messages]
    assert states == [State.SENT, State.REFUSED, State.DEFERRED, State.DEFERRED, State.SENT]
    assert [taken.mail["Message-ID"] for taken in sink.taken] == [
        f"<{messages[0].ref}@tocsin.example>",
        f"<{messages[4].ref}@tocsin.example>",
    ]
    assert sink.connections == 1


def test_sender_recipient_and_data_go_in_one_packet(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    sink.pipelining = True
    sent: list[bytes | str] = []
    send = smtplib.SMTP.send

    def watched(server: smtplib.SMTP, data: bytes | str) -> None:
        sent.append(data)
        send(server, data)

    monkeypatch.setattr(smtplib.SMTP, "send", watched)
    message = left()
    deliver_batch()
    assert any(isinstance(one, str) and one.count("\r\n") == 3 and one.endswith("DATA\r\n") for one in sent)
    assert Message.objects.get(pk=message.pk).state == State.SENT


def test_hanging_up_after_a_packet_is_no_answer(sink: Sink) -> None:
    sink.pipelining = True
    message = left()
    sink.at_sender.append(HANG_UP)
    deliver_batch()
    assert Message.objects.get(pk=message.pk).state in {State.DEFERRED, State.SENT}
    make_due()
    deliver_batch()
    assert len(sink.taken) == 1


@pytest.mark.once
@pytest.mark.usefixtures("eight")
class TestDebiansSink:
    """A real server with real faults, at several connections."""

    def test_it_works(self, smtp_sink: Callable[..., Path]) -> None:
        folder = smtp_sink()
        leave(a_letter(number) for number in range(60))
        deliver_batch(60)
        assert set(copies(folder).values()) == {1}
        assert len(copies(folder)) == 60
        [message] = Message.objects.all()[:1]
        assert open_mail(message).data

    @pytest.mark.parametrize(
        ("fault", "states"),
        [
            (["-r", "RCPT"], {State.DEFERRED, State.WAITING}),
            (["-f", "RCPT"], {State.REFUSED}),
            (["-r", "."], {State.DEFERRED, State.WAITING}),
            (["-f", "."], {State.REFUSED}),
            (["-q", "RCPT"], {State.DEFERRED, State.WAITING}),
            (["-q", "DATA"], {State.DEFERRED, State.WAITING}),
            (["-q", "."], {State.UNCERTAIN}),
            (["-q", "CONNECT"], {State.DEFERRED, State.WAITING}),
        ],
        ids=lambda given: " ".join(given) if isinstance(given, list) else "",
    )
    def test_its_faults(self, smtp_sink: Callable[..., Path], fault: list[str], states: set[State]) -> None:
        folder = smtp_sink(*fault)
        leave(a_letter(number) for number in range(12))
        deliver_batch(12)
        deliver_batch(12)
        assert set(Message.objects.values_list("state", flat=True)) <= states
        assert max(copies(folder).values(), default=0) <= 1


def test_a_dot_that_led_to_nobody_was_taken_by_nobody(
    sink: Sink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An API says its dot before it connects. That the others still have their connection changes nothing."""
    settings.TOCSIN_MAIL_CONNECTIONS = 2
    lost, taken = left(1), left(2)
    hand_over = SmtpTransport.hand_over

    def away(way_out: SmtpTransport, mail: FrozenMail, before_dot: Callable[[], None]) -> Reply:
        if mail.ref != lost.ref:
            return hand_over(way_out, mail, before_dot)
        before_dot()
        raise ServerAway("No connection to the provider")

    monkeypatch.setattr(SmtpTransport, "hand_over", away)
    deliver_batch()
    states = [Message.objects.get(pk=one.pk).state for one in (lost, taken)]
    assert states == [State.DEFERRED, State.SENT]
    assert [what for ref, what in read_journal(journal_files()) if ref == lost.ref] == ["dot", "refused"]
