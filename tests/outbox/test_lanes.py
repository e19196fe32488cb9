"""Lanes and their pace: nobody waits for another's queue, and no receiver gets more than it takes."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.outbox.batch import deliver_batch
from tests.outbox.conftest import a_letter, left, make_due
from tests.outbox.sink import Sink
from tocsin.outbox import lanes
from tocsin.outbox.claims import claim
from tocsin.outbox.deliver import Post
from tocsin.outbox.lanes import OpenLane, in_turn, set_pace
from tocsin.outbox.models import Bucket, Kind, Lane, Message
from tocsin.outbox.pace import next_change
from tocsin.outbox.post import Pace, leave
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
# Where office hours neither begin nor end just now: what waits for its turn is asked about again then at the latest.
QUIET = next(zone for zone in ("UTC", "Asia/Tokyo") if next_change(timezone.now(), zone) > timezone.now() + HOUR)
FAST, SLOW = Pace(7200, 7200, QUIET), Pace(20, 20, QUIET)


def test_it_works() -> None:
    message = left(target_ref=12, pace=SLOW)
    lane = Lane.objects.get()
    assert message.lane == lane
    assert lane.key == "letter:7:12:hearings.example"
    assert (lane.target.key, lane.domain.key) == ("target:12", "domain:hearings.example")  # type: ignore[union-attr]
    assert lane.target.per_hour_by_day == 20  # type: ignore[union-attr]


def test_the_same_lane_is_made_once_however_many_mails(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    leave(a_letter(number, target_ref=number % 3, pace=SLOW) for number in range(100))
    assert Lane.objects.count() == 3
    assert Bucket.objects.count() == 4
    with django_assert_num_queries(3):
        leave(a_letter(number, target_ref=number % 3, pace=SLOW) for number in range(100, 200))


def test_a_target_gets_its_pace(sink: Sink) -> None:
    for number in range(5):
        left(number, target_ref=12, pace=SLOW)
    assert deliver_batch() == 1
    assert deliver_batch() == 0
    bucket = Bucket.objects.get(key="target:12")
    assert timedelta(seconds=120) < bucket.ready_at - timezone.now() < timedelta(seconds=240)
    make_due()
    Bucket.objects.filter(pk=bucket.pk).update(filled_at=Now() - timedelta(minutes=3))
    assert deliver_batch() == 1


def test_a_change_of_pace_holds_from_the_next_mail_on(sink: Sink) -> None:
    for number in range(20):
        left(number, target_ref=12, pace=SLOW)
    assert deliver_batch() == 1
    set_pace(12, Pace(None, None, "America/Toronto"))
    assert deliver_batch() == 19
    set_pace(13, SLOW)
    assert Bucket.objects.get(key="target:13").per_hour_by_day == 20


def test_a_domain_has_the_pace_of_the_settings(sink: Sink, settings: Settings) -> None:
    settings.TOCSIN_DOMAIN_PER_MINUTE = 60
    for number in range(5):
        left(number, target_ref=number)
    assert deliver_batch() == 1
    settings.TOCSIN_DOMAIN_PER_MINUTE = 0
    make_due()
    assert deliver_batch() == 4


def test_who_waits_before_a_screen_does_not_wait_for_the_domain(sink: Sink, settings: Settings) -> None:
    settings.TOCSIN_DOMAIN_PER_MINUTE = 1
    left(1, kind=Kind.THANKS)
    left(2, kind=Kind.THANKS)
    left(3, kind=Kind.CONFIRM)
    left(4, kind=Kind.STAFF, campaign_ref=None)
    assert deliver_batch() == 3
    assert set(Message.objects.filter(state=State.SENT).values_list("kind", flat=True)) >= {Kind.CONFIRM, Kind.STAFF}
    left(5, kind=Kind.CONFIRM)
    assert deliver_batch() == 1


def test_five_hundred_letters_to_three_domains_keep_their_pace(sink: Sink, settings: Settings) -> None:
    """By the server's own clock: never more in a second than the rate and its small burst."""
    settings.TOCSIN_DOMAIN_PER_MINUTE = 3000
    settings.TOCSIN_MAIL_CONNECTIONS = 8
    domains = ["one.example", "two.example", "three.example"]
    leave(a_letter(number, to_address=f"minister@{domains[number % 3]}") for number in range(500))
    begun = time.monotonic()
    post = Post(linger=1.5)
    while time.monotonic() < begun + 30 and Message.objects.exclude(state=State.SENT).exists():
        post()
    assert len(sink.taken) == 500
    for domain in domains:
        moments = sorted(taken.at for taken in sink.taken if taken.to[0].endswith(domain))
        # 167 letters at 50 a second, less a burst of five seconds' worth.
        assert moments[-1] - moments[0] > 0.7 * (len(moments) / 50 - 5)
        for first in moments:
            assert sum(first <= moment < first + 1 for moment in moments) <= 250 + 50 + 25


def test_campaigns_are_served_in_turn() -> None:
    for number in range(60):
        left(number, campaign_ref=1, target_ref=number)
    for number in range(60, 65):
        left(number, campaign_ref=2, target_ref=1)
    counted = Counter(one.message.campaign_ref for one in claim(20))
    assert counted[2] == 5
    assert counted[1] == 15


def test_lanes_take_turns_within_a_campaign() -> None:
    for number in range(30):
        left(number, target_ref=1)
    left(30, target_ref=2)
    first = [one.message.target_ref for one in claim(5)]
    assert first.count(2) == 1


def test_in_turn_is_one_of_each_campaign_first() -> None:
    many = [OpenLane(number, 1, Kind.LETTER, None, 1) for number in range(5)]
    few = [OpenLane(9, 2, Kind.LETTER, None, 1)]
    turns = in_turn([*many, *few], lambda one: one.campaign_ref, 10)
    assert [one.campaign_ref for one in turns] == [1, 2, 1, 1, 1, 1]
    assert in_turn([*many, *few], lambda one: one.campaign_ref, 2) == turns[:2]


def test_a_full_and_slow_lane_costs_nothing(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Thousands wait for one office: claiming for the others reads none of them."""
    left(0, target_ref=1, pace=Pace(0, 0, "UTC"))
    template = Message.objects.get()
    Message.objects.bulk_create(
        Message(
            key=f"copy:{number}",
            ref=f"ref{number}",
            kind=template.kind,
            campaign_ref=7,
            target_ref=1,
            domain=template.domain,
            lane_id=template.lane_id,
            sealed=b"",
        )
        for number in range(20_000)
    )
    left(1, target_ref=2)
    assert len(claim(50)) == 1
    with django_assert_num_queries(2):  # the time, and which lanes are open: no queue, and no transaction
        assert claim(50) == []


def test_a_lane_before_its_time_is_passed_by(sink: Sink) -> None:
    message = left(not_before=timezone.now() + timedelta(hours=1))
    assert deliver_batch() == 0
    make_due()
    assert deliver_batch() == 1
    assert Message.objects.get(pk=message.pk).state == State.SENT


def test_gathered_letters_do_not_leave_by_themselves(sink: Sink) -> None:
    message = left(gathered=True)
    assert (message.state, message.due_at, message.gathered) == (State.WAITING, None, True)
    assert deliver_batch() == 0


def test_what_an_earlier_version_left_finds_its_lane(sink: Sink) -> None:
    message = left()
    Message.objects.update(lane=None)
    assert deliver_batch() == 1
    message.refresh_from_db()
    assert message.lane_id
    assert message.state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_lanes_are_remembered_once_they_are_committed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    left(1)
    with django_assert_num_queries(2):
        leave([a_letter(2)])
    lanes.forget()
    with django_assert_num_queries(3):
        leave([a_letter(3)])


def test_shut_campaigns_do_not_crowd_out_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "OPEN_LANES", lanes.OPEN_LANES.replace("LIMIT 1000", "LIMIT 2"))
    leave(a_letter(number, campaign_ref=1 + number % 3, target_ref=number) for number in range(12))
    Bucket.objects.create(key="campaign:1", paused=True)
    Bucket.objects.create(key="campaign:2", ready_at=timezone.now() + timedelta(hours=1))
    thanks = left(20, campaign_ref=1, kind=Kind.THANKS)
    Lane.objects.filter(campaign_ref=3).update(served_at=Now())
    last = left(21, campaign_ref=4, target_ref=99)
    # Shut by the caller, by a pause and by a schedule; whoever wrote is thanked all the same.
    assert {one.message.pk for one in claim(50, frozenset({3}))} == {thanks.pk, last.pk}


def test_a_lane_that_may_send_nothing_now_is_not_looked_at_again(settings: Settings) -> None:
    left(1, target_ref=1, pace=Pace(0, 0, "UTC"))
    left(2, target_ref=2, pace=SLOW)
    Bucket.objects.filter(key="target:2").update(tokens=0, filled_at=Now())
    assert claim(50) == []
    never, soon = (Bucket.objects.get(key=f"target:{number}") for number in (1, 2))
    assert never.ready_at == next_change(timezone.now(), "UTC")
    assert timedelta() < soon.ready_at - timezone.now() < timedelta(minutes=4)
    assert lanes.open_lanes(timezone.now(), frozenset()) == []
