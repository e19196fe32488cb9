"""One batch of the post, against a real mail server: each answer, each way to fail, and what becomes of the message."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from smtplib import SMTP
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left, let_leases_run_out, make_due
from tests.outbox.sink import HANG_UP, Sink
from tocsin.lib.sql import run
from tocsin.outbox import claims, deliver
from tocsin.outbox.claims import Claim, claim
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports.base import Reply
from tocsin.outbox.transports.smtp import SmtpTransport
from tocsin.outbox.verdict import DELAYS, MOST_OWN_FAULTS, Verdict, on_reply

pytestmark = pytest.mark.django_db


def now(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_it_works(sink: Sink) -> None:
    message = left()
    assert deliver_batch() == 1
    assert now(message).state == State.SENT
    assert message.last_words == "250 2.0.0 Ok: queued as F175F26E038"
    assert (message.due_at, message.lease_until, message.lease_holder) == (None, None, "")
    delivery = message.deliveries.get()
    assert (delivery.number, delivery.outcome, delivery.server) == (1, State.SENT, "127.0.0.1")
    assert delivery.started_at <= delivery.dot_at <= delivery.finished_at  # type: ignore[operator]
    [taken] = sink.taken
    assert taken.sender == "letters@tocsin.example"
    assert taken.to == ["minister@hearings.example"]
    assert taken.mail["Subject"] == "A fair hearing"
    assert deliver_batch() == 0
    assert len(sink.taken) == 1


def test_whoever_signs_meanwhile_comes_first(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The post rests as long as others who write made it wait, and not for ever."""
    waits, rests = iter([0.02, 0.02, 9.0]), list[float]()
    monkeypatch.setattr(deliver, "waited_for_turns", lambda: next(waits, 9.0))
    post, rest = deliver.Post(), time.sleep

    def resting(seconds: float) -> None:
        rests.append(round(seconds, 3))
        rest(0)

    monkeypatch.setattr("tocsin.outbox.deliver.time.sleep", resting)
    left(1)
    left(2)
    assert post() == 2
    assert rests == [0.02, deliver.MOST_ROOM]


def test_every_byte_arrives(sink: Sink) -> None:
    text = (
        "Dear Minister,\n.\n..\n.hidden\n" + "Écoutez cette très longue ligne. " * 400 + "\n\n.\r\n.\r\nFrom here \t\n"
    )
    message = left(text=text)
    deliver_batch()
    [taken] = sink.taken
    assert taken.data == open_mail(message).data
    assert b"\r\n.hidden\r\n" in taken.data
    assert len(taken.data) > 10_000
    assert taken.mail.get_content().replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_a_batch_uses_one_connection(sink: Sink) -> None:
    for number in range(5):
        left(number)
    assert deliver_batch(3) == 3
    assert sink.connections == 1
    assert deliver_batch(3) == 2
    assert len(sink.taken) == 5


def test_the_dot_does_not_wait_for_the_body_to_be_acknowledged(sink: Sink) -> None:
    """It would, for 40 ms: 20 letters a second instead of 300."""
    way_out = SmtpTransport(urlsplit(f"smtp://127.0.0.1:{sink.port}"), 5)
    way_out.hand_over(open_mail(left()), lambda: None)
    assert way_out._server
    assert way_out._server.sock
    assert way_out._server.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    way_out.close()


@pytest.mark.parametrize(
    ("where", "answer", "state"),
    [
        ("at_recipient", "450 4.2.0 Greylisted", State.DEFERRED),
        ("at_recipient", "550 5.1.1 No such user", State.REFUSED),
        ("at_recipient", "552 5.2.2 Mailbox full", State.DEFERRED),
        ("at_recipient", "550 5.4.4 No route", State.DEFERRED),
        ("at_recipient", "550 5.7.1 Not welcome", State.DEFERRED),
        ("at_recipient", "550-5.1.1 No such\r\n550 5.1.1 user", State.REFUSED),
        ("at_sender", "553 5.1.8 Sender not allowed", State.DEFERRED),
        ("at_data", "451 4.3.0 Try later", State.DEFERRED),
        ("at_data", "554 5.5.1 No", State.REFUSED),
        ("at_dot", "451 4.7.1 Try later", State.DEFERRED),
        ("at_dot", "554 5.6.0 Bad content", State.REFUSED),
        ("at_dot", "550 5.7.1 Looks like spam", State.DEFERRED),
        ("at_dot", "552 Too large", State.REFUSED),
    ],
)
def test_an_answer_decides(sink: Sink, where: str, answer: str, state: State) -> None:
    message, next_one = left(1), left(2)
    getattr(sink, where).append(answer)
    assert deliver_batch() == 2
    assert now(message).state == state
    assert message.last_words[:3] == answer[:3]
    assert message.deliveries.get().outcome == state
    assert (message.due_at is not None) == (state == State.DEFERRED)
    assert now(next_one).state == State.SENT  # the connection is as good as before
    assert [taken.mail["Message-ID"] for taken in sink.taken] == [f"<{next_one.ref}@tocsin.example>"]


def test_a_deferred_message_waits_and_then_comes_back_the_same(sink: Sink) -> None:
    message = left()
    sink.at_dot.extend(["451 4.3.0 Try later", "451 4.3.0 Try later"])
    deliver_batch()
    assert timedelta(minutes=4, seconds=55) < now(message).due_at - timezone.now() < timedelta(minutes=6)  # type: ignore[operator]
    assert deliver_batch() == 0
    make_due()
    deliver_batch()
    assert now(message).due_at - timezone.now() > timedelta(minutes=9, seconds=55)  # type: ignore[operator]
    make_due()
    deliver_batch()
    assert now(message).state == State.SENT
    assert len(sink.seen) == 3
    assert sink.seen[0] == sink.seen[1] == sink.seen[2]
    assert [delivery.outcome for delivery in message.deliveries.order_by("number")] == ["deferred", "deferred", "sent"]


def test_it_gives_up_in_the_end(sink: Sink) -> None:
    unlucky, unwelcome = left(1), left(2)
    Message.objects.update(attempts=len(DELAYS))
    sink.at_recipient.extend(["450 4.2.0 Greylisted", "550 5.7.1 Not welcome"])
    deliver_batch()
    assert now(unlucky).state == State.REFUSED
    assert unlucky.last_words == f"Given up after {len(DELAYS) + 1} attempts. 450 4.2.0 Greylisted"
    assert now(unwelcome).state == State.HELD


def test_hanging_up_before_the_dot_defers(sink: Sink) -> None:
    message = left(text="More than the buffers between two programs hold.\n" * 150_000)
    sink.at_data.append(HANG_UP)
    deliver_batch()
    assert now(message).state == State.DEFERRED
    make_due()
    deliver_batch()
    assert now(message).state == State.SENT
    assert len(sink.taken) == 1


def test_hanging_up_is_noticed_before_the_dot(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short body fits into the buffers, so that sending it works although nobody listens."""
    send = SMTP.send

    def send_and_wait(server: SMTP, data: bytes | str) -> None:
        send(server, data)
        time.sleep(0.2 if len(data) > 300 else 0)

    monkeypatch.setattr(SMTP, "send", send_and_wait)
    message = left()
    sink.at_data.append(HANG_UP)
    deliver_batch()
    assert now(message).state == State.DEFERRED
    assert message.deliveries.get().dot_at is None


def test_hanging_up_after_the_dot_is_uncertain_and_stays_so(sink: Sink) -> None:
    message = left()
    sink.at_dot.append(HANG_UP)
    deliver_batch()
    assert now(message).state == State.UNCERTAIN
    delivery = message.deliveries.get()
    assert delivery.dot_at
    assert delivery.outcome == State.UNCERTAIN
    make_due()
    let_leases_run_out()
    assert deliver_batch() == 0
    assert len(sink.taken) == 1


def test_a_server_that_hung_up_between_mails_is_called_again(sink: Sink) -> None:
    messages = [left(1), left(2), left(3)]
    sink.at_sender.extend(["", HANG_UP, "", "421 4.4.2 Enough for one connection"])
    deliver_batch()
    assert [now(message).state for message in messages] == [State.SENT] * 3
    assert sink.connections == 3
    assert len(sink.taken) == 3


def test_a_slow_server_is_not_waited_for(sink: Sink, settings: Settings) -> None:
    settings.TOCSIN_MAIL_TIMEOUT = 1
    sink.slow = 1.5
    message = left()
    deliver_batch()
    assert now(message).state == State.DEFERRED
    assert "timed out" in message.last_words
    assert sink.taken == []


def test_nobody_there_defers_all_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
    asked: list[str] = []
    connected = SmtpTransport._connected

    def counted(way_out: SmtpTransport) -> SMTP:
        asked.append("connection")
        return connected(way_out)

    monkeypatch.setattr(SmtpTransport, "_connected", counted)
    messages = [left(1), left(2)]
    assert deliver_batch() == 2
    assert len(asked) == 1
    assert [now(message).state for message in messages] == [State.DEFERRED] * 2
    assert messages[0].due_at
    assert "refused" in messages[0].last_words.lower()


def test_poison_is_put_aside_and_the_others_go_on(sink: Sink) -> None:
    poison, good = left(1), left(2)
    Message.objects.filter(pk=poison.pk).update(sealed=b"not what was sealed")
    for _attempt in range(MOST_OWN_FAULTS):
        deliver_batch()
        make_due()
    assert now(good).state == State.SENT
    assert now(poison).state == State.HELD
    assert poison.last_words == "Our own program failed: CannotOpen"
    assert deliver_batch() == 0
    assert len(sink.taken) == 1


def test_altered_bytes_do_not_leave(sink: Sink) -> None:
    message = left()
    Message.objects.update(sha256="0" * 64)
    deliver_batch()
    assert now(message).state == State.DEFERRED
    assert sink.taken == []


def test_paused_campaigns_keep_their_letters(sink: Sink) -> None:
    letter, thanks, staff = left(1), left(2, kind=Kind.THANKS), left(3, kind=Kind.STAFF, campaign_ref=None)
    assert deliver_batch(paused=frozenset({7})) == 2
    assert now(letter).state == State.WAITING
    assert now(thanks).state == now(staff).state == State.SENT
    assert deliver_batch(paused=frozenset({8})) == 1


def test_what_is_not_begun_is_given_back(sink: Sink) -> None:
    """The sender may have begun the second before it hears that this is the end."""
    messages = [left(number) for number in range(4)]
    answers = iter([False, True])
    deliver_batch(stop=lambda: next(answers))
    waiting = [message for message in messages if now(message).state == State.WAITING]
    assert len(waiting) in {2, 3}
    assert waiting[-1] == messages[-1]
    assert {message.state for message in messages} == {State.SENT, State.WAITING}
    assert [(message.attempts, message.deliveries.count()) for message in waiting] == [(0, 0)] * len(waiting)
    assert deliver_batch() == len(waiting)


def test_a_dead_workers_messages_come_back(sink: Sink) -> None:
    untouched, dotted = left(1), left(2)
    _first, second = claim(50)
    claims.note([second], [])
    assert deliver_batch() == 0  # their lease still runs
    let_leases_run_out()
    assert deliver_batch() == 1
    assert now(untouched).state == State.SENT
    assert [delivery.outcome for delivery in untouched.deliveries.order_by("number")] == ["waiting", "sent"]
    assert now(dotted).state == State.UNCERTAIN
    assert [delivery.outcome for delivery in dotted.deliveries.all()] == ["uncertain"]
    assert len(sink.taken) == 1


def test_a_worker_that_slept_too_long_does_not_send(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between claiming and the dot the lease runs out, and somebody else sends the letter."""
    message = left()
    note = claims.note

    def asleep(dots: list[Claim], results: list[tuple[Claim, Verdict]]) -> set[int]:
        monkeypatch.setattr(deliver, "note", note)
        let_leases_run_out()
        assert deliver_batch() == 1
        return note(dots, results)

    monkeypatch.setattr(deliver, "note", asleep)
    deliver_batch()
    assert now(message).state == State.SENT
    assert len(sink.taken) == 1


def test_an_answer_that_comes_late_is_still_heard(sink: Sink) -> None:
    message = left()
    [mine] = claim(50)
    claims.note([mine], [])
    let_leases_run_out()
    deliver_batch()
    assert now(message).state == State.UNCERTAIN
    claims.note([], [(mine, on_reply(_reply(250, "2.0.0 Ok"), 1))])
    assert now(message).state == State.SENT


def test_a_dot_that_cannot_be_noted_is_not_sent(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    message = left()

    def away(_dots: list[Claim], _results: list[tuple[Claim, Verdict]]) -> set[int]:
        raise OperationalError

    monkeypatch.setattr(deliver, "note", away)
    with pytest.raises(OperationalError):
        deliver_batch()
    monkeypatch.undo()
    assert (now(message).state, message.attempts) == (State.WAITING, 0)
    assert sink.taken == []


def test_a_lost_database_leaves_the_message_to_the_lease(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    message = left()

    def away(*_anything: object) -> set[int]:
        raise OperationalError

    monkeypatch.setattr(deliver, "note", away)
    monkeypatch.setattr(deliver, "give_back", away)
    with pytest.raises(OperationalError):
        deliver_batch()
    assert now(message).state == State.SENDING
    assert sink.taken == []


def test_a_fault_after_the_dot_is_uncertain(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    message = left()
    monkeypatch.setattr(SmtpTransport, "_dot", _raises(ZeroDivisionError))
    deliver_batch()
    assert now(message).state == State.UNCERTAIN


def test_servers_words_keep_no_supporters_address(sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    thanks = left(1, kind=Kind.THANKS, to_address="Jane.Doe@Example.ca")
    letter = left(2)
    sink.at_recipient.append("550 5.1.1 <jane.doe@example.ca>: no such user, says me@server.example")
    sink.at_recipient.append("550 5.1.1 <minister@hearings.example>: unknown; from jane.doe@example.ca.")
    deliver_batch()
    assert now(thanks).last_words == "550 5.1.1 <…>: no such user, says …"
    assert now(letter).last_words == "550 5.1.1 <minister@hearings.example>: unknown; from …."
    assert thanks.deliveries.get().words == thanks.last_words
    assert "jane" not in caplog.text.lower()


def test_long_and_odd_words_are_cut(sink: Sink) -> None:
    message = left()
    sink.at_recipient.append("550 5.1.1 \x00\x1b[31m" + "é" * 600)
    deliver_batch()
    assert len(now(message).last_words) <= 500
    assert "\x00" not in message.last_words


def test_an_idle_round_is_cheap(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(4):
        assert deliver_batch() == 0


@pytest.mark.once  # PostgreSQL scans a table this small whatever its indexes
def test_the_queue_is_found_by_its_index() -> None:
    with CaptureQueriesContext(connection) as asked:
        left()
        claim(50)
    queues = [query["sql"] for query in asked if "due_at <= " in query["sql"]]
    assert len(queues) == 2
    for query in queues:
        plan = [row[-1] for row in run(f"EXPLAIN QUERY PLAN {query}".replace("%", "%%"))]
        assert not [
            step for step in plan if step.startswith("SCAN") and "waiting" not in step and "CONSTANT" not in step
        ]
        assert [step for step in plan if "outbox_due" in step]
    expired = Message.objects.filter(state=State.SENDING, lease_until__lt=timezone.now())
    assert "outbox_leased" in expired.explain()


def _reply(code: int, words: str) -> Reply:
    return Reply.read(code, words, "server")


def _raises(error: type[Exception]) -> Callable[..., None]:
    def fail(*_args: Any) -> None:
        raise error

    return fail
