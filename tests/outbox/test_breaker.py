"""What servers' answers mean for the mails after them: slower, paused, never again; and that staff are told."""

from __future__ import annotations

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import left, make_due
from tests.outbox.sink import Sink
from tocsin.outbox.breaker import MOST_BAD, trips
from tocsin.outbox.controls import Letters, reopen, resume
from tocsin.outbox.deliver import Post
from tocsin.outbox.models import Bucket, Kind, Message, Notice, Suppression
from tocsin.outbox.post import address_digest
from tocsin.outbox.states import State
from tocsin.outbox.suppress import suppressed_among

pytestmark = pytest.mark.django_db
POLICY = "550 5.7.1 Not welcome"


def domain(name: str = "hearings.example") -> Bucket:
    return Bucket.objects.get(key=f"domain:{name}")


@pytest.mark.parametrize("answer", ["421 4.4.2 Busy", "450 4.2.0 Greylisted", "451 4.3.0 Later", "452 4.3.1 Full"])
def test_a_server_that_asks_for_patience_is_given_some(sink: Sink, answer: str) -> None:
    left()
    sink.at_recipient.append(answer)
    deliver_batch()
    slow_until = domain().slow_until
    assert slow_until
    assert timedelta(minutes=14) < slow_until - timezone.now() <= timedelta(minutes=15)
    for number in range(2, 5):
        left(number)
    assert deliver_batch() <= 2


def test_five_refusals_as_policy_pause_the_domain_and_burn_nothing(sink: Sink) -> None:
    sink.at_recipient.extend([POLICY] * 50)
    for number in range(30):
        left(number)
    for _round in range(30):
        deliver_batch(1)
        make_due()
        Bucket.objects.update(tokens=1.0, filled_at=Now() - timedelta(minutes=1))
    assert domain().paused
    assert domain().why_paused.startswith("550 5.7.1")
    assert domain().recent.count("x") == MOST_BAD
    notice = Notice.objects.get()
    assert (notice.kind, notice.about) == (Notice.Kind.PAUSED, "domain:hearings.example")
    asked = 50 - len(sink.at_recipient)
    assert asked == MOST_BAD
    assert set(Message.objects.values_list("state", flat=True)) <= {State.WAITING, State.DEFERRED}

    sink.at_recipient.clear()
    assert reopen("domain:hearings.example")
    assert Notice.objects.get().settled_at
    make_due()
    deliver_batch()
    assert Message.objects.filter(domain="hearings.example", state=State.SENT).exists()


def test_what_was_claimed_and_not_begun_stays_when_the_breaker_trips(sink: Sink) -> None:
    sink.at_recipient.extend([POLICY] * 50)
    for number in range(30):
        left(number)
    deliver_batch(30)
    assert 50 - len(sink.at_recipient) == MOST_BAD
    assert Message.objects.filter(state=State.WAITING, attempts=0).count() == 30 - MOST_BAD


def test_a_few_refusals_among_many_pause_nothing(sink: Sink) -> None:
    sink.at_recipient.extend(([POLICY] + [""] * 6) * 7)
    for number in range(49):
        left(number)
    deliver_batch()
    assert not domain().paused
    assert not Notice.objects.exists()


def test_it_trips_at_five_of_twenty() -> None:
    assert trips("x" * MOST_BAD)
    assert not trips("x" * (MOST_BAD - 1) + "." * 16)


def test_what_is_said_of_our_own_address_pauses_no_domain(sink: Sink) -> None:
    sink.at_sender.extend(["553 5.7.1 Sender not allowed"] * 20)
    for number in range(20):
        left(number)
    deliver_batch()
    assert not domain().paused


def test_a_targets_dead_address_is_for_staff_to_mend(sink: Sink) -> None:
    message, next_one = left(1, target_ref=12), left(2, target_ref=12)
    sink.at_recipient.append("550 5.1.1 <minister@hearings.example>: no such user")
    deliver_batch(1)
    message.refresh_from_db()
    assert message.state == State.HELD
    bucket = Bucket.objects.get(key="target:12")
    assert bucket.paused
    assert "no such user" in bucket.why_paused
    assert (Notice.objects.get().kind, Notice.objects.get().about) == (Notice.Kind.DEAD, "target:12")
    make_due()
    assert deliver_batch() == 0
    resume(Letters(target_ref=12))
    assert Notice.objects.get().settled_at
    assert deliver_batch() == 1
    next_one.refresh_from_db()
    assert next_one.state == State.SENT


def test_a_supporters_dead_address_is_not_written_to_again(sink: Sink) -> None:
    left(1, kind=Kind.THANKS, to_address="jane.doe@example.ca")
    sink.at_recipient.append("550 5.1.1 no such user")
    deliver_batch()
    assert Message.objects.get().state == State.REFUSED
    row = Suppression.objects.get()
    assert (bytes(row.digest), row.scope, row.reason) == (address_digest("jane.doe@example.ca"), "all", "bounced")
    assert suppressed_among([address_digest("Jane.Doe+news@example.ca")], Kind.THANKS, None)


@pytest.mark.parametrize("answer", ["552 5.2.2 Mailbox full", "550 5.4.4 No route", "550 5.5.1 Not that"])
def test_other_refusals_are_about_one_mail(sink: Sink, answer: str) -> None:
    left(1, target_ref=12)
    sink.at_recipient.append(answer)
    deliver_batch()
    assert not Bucket.objects.filter(paused=True).exists()
    assert not Notice.objects.exists()


def test_one_domain_that_hangs_does_not_keep_the_others_waiting(sink: Sink, settings: Settings) -> None:
    settings.TOCSIN_MAIL_CONNECTIONS = 4
    sink.slow, sink.slow_domain = 4, "@slow.example"
    for number in range(40):
        left(number, to_address="minister@slow.example", target_ref=1)
    for number in range(40, 60):
        left(number, to_address="minister@quick.example", target_ref=2)
    deliver_batch(60)
    quick = [taken.at for taken in sink.taken if taken.to[0].endswith("quick.example")]
    slow = [taken.at for taken in sink.taken if taken.to[0].endswith("slow.example")]
    assert len(quick) == 20
    assert max(quick) < min(slow)
    assert len(slow) <= 4  # the rest was given back, and the domain is left alone for a moment
    bucket = domain("slow.example")
    assert bucket.ready_at > timezone.now()
    assert Message.objects.filter(domain="slow.example", state=State.WAITING, attempts=0).count() >= 36


def test_staff_are_told_when_the_mail_server_is_away_for_long(settings: Settings, sink: Sink) -> None:
    there = settings.TOCSIN_MAIL_URL
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
    left()
    deliver_batch()
    assert not Notice.objects.exists()
    make_due()
    deliver_batch()  # and a quarter of an hour has passed, as `make_due` makes all buckets believe
    notice = Notice.objects.get()
    assert (notice.kind, notice.about, notice.settled_at) == (Notice.Kind.AWAY, "server:127.0.0.1", None)
    settings.TOCSIN_MAIL_URL = there
    make_due()
    deliver_batch()
    assert Notice.objects.get().settled_at


def test_a_server_that_is_away_is_not_asked_again_at_once(settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{closed.getsockname()[1]}")
    post = Post()
    left(1)
    assert post() == 1
    left(2)
    assert post() == 0
