"""What happened to letters, by the hour in which it did: each letter once, and the same however often it is made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.cast import follow_everything, sign
from tocsin.actions.letter_hours import roll_up_letters
from tocsin.actions.models import HourOfLetters
from tocsin.campaigns.models import Edition
from tocsin.outbox.models import Delivery, Event, Message, State

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def letter(edition_en: Edition, noon: time_machine.Traveller) -> Message:
    sign(Client(), edition_en)
    follow_everything()
    return Message.objects.get(kind="letter")


def attempt(letter: Message, at: datetime, outcome: State = State.SENT) -> None:
    number = letter.deliveries.count() + 1
    Delivery.objects.create(message=letter, number=number, started_at=at, finished_at=at, outcome=outcome)


def found() -> list[tuple[datetime, str, str, int]]:
    return list(HourOfLetters.objects.order_by("hour").values_list("hour", "language", "fate", "letters"))


def test_it_works(letter: Message) -> None:
    attempt(letter, NOON - 30 * HOUR, State.DEFERRED)
    attempt(letter, NOON - 2 * HOUR)
    Event.objects.create(message=letter, kind=Event.Kind.REPLIED, source="reply", event_id="1", at=NOON)
    roll_up_letters()
    assert found() == [(NOON - 2 * HOUR, "en", "sent", 1), (NOON, "en", "replied", 1)]


def test_twice_is_the_same(letter: Message) -> None:
    attempt(letter, NOON)
    roll_up_letters()
    roll_up_letters()
    assert found() == [(NOON, "en", "sent", 1)]


def test_an_attempt_that_ends_later_is_found_by_the_next_pass(letter: Message, noon: time_machine.Traveller) -> None:
    attempt(letter, NOON - HOUR, State.UNCERTAIN)
    roll_up_letters()
    noon.shift(HOUR)
    attempt(letter, NOON + timedelta(minutes=59))
    roll_up_letters()
    assert [row[2] for row in found()] == ["uncertain", "sent"]


def test_what_is_no_letter_is_left_out(letter: Message) -> None:
    attempt(Message.objects.get(kind="thanks"), NOON)
    roll_up_letters()
    assert found() == []
