"""One mail a day or a week: in the target's own morning, with every letter, once, and with one fate for all."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Mail

import pytest
import time_machine

from tests.actions.handin.conftest import write_letter
from tests.cast import an_edition
from tocsin.actions import digests as digests_room
from tocsin.actions.digests import period, send_digests
from tocsin.actions.handin import typeset
from tocsin.actions.models import Letter
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.outbox.carried import follow_carriers
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db
MONDAY_MORNING = datetime(2026, 6, 15, 13, tzinfo=UTC)  # nine in Toronto


@pytest.fixture
def target(campaign_open: Campaign) -> Target:
    target = campaign_open.targets.get()
    target.mode = Target.Mode.DAILY
    target.save()
    return target


def digests() -> list[Message]:
    return list(Message.objects.filter(kind=Kind.DIGEST).order_by("pk"))


def parts_of(mail: Mail) -> list[bytes]:
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return [part for part in parts if isinstance(part, bytes)]


def test_it_works(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en, own_words="I fled, too.\n\nPlease listen.")
    write_letter(edition_en, name="Zoé")
    with time_machine.travel(MONDAY_MORNING):
        assert send_digests() == 1
        assert send_digests() == 0

    (digest,) = digests()
    mail = message_from_bytes(open_mail(digest).data)
    text, letters, table = parts_of(mail)
    assert mail["Subject"] == "2 letters: A fair hearing"
    assert b"1 of them wrote in their own words." in text
    assert letters.startswith(b"%PDF")
    assert "Zoé".encode() in table
    assert b"jane0@example.org" not in table
    assert {letter.message.carrier_id for letter in Letter.objects.select_related("message")} == {digest.pk}


def test_where_the_words_changed_it_says_what_each_signed(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en)
    changed = {**edition_en.words, "title": "Hear them now", "demand": "Hear every family this year."}
    write_letter(publish_edition(campaign=edition_en.campaign, language="en", words=changed))
    with time_machine.travel(MONDAY_MORNING):
        send_digests()
    text = parts_of(message_from_bytes(open_mail(digests()[0]).data))[0].decode()
    assert "– 1 letter: “A fair hearing”. Hear every family." in text
    assert "– 1 letter: “Hear them now”. Hear every family this year." in text
    assert "What they ask:" not in text


def test_what_became_of_the_mail_became_of_the_letters(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en)
    with time_machine.travel(MONDAY_MORNING):
        send_digests()
    (digest,) = digests()
    Message.objects.filter(pk=digest.pk).update(state=State.SENT, last_words="250 Ok")
    follow_carriers([digest.pk])
    letter = Letter.objects.select_related("message").get()
    assert (letter.message.state, letter.message.last_words) == (State.SENT, "250 Ok")


@pytest.mark.parametrize(
    ("mode", "when", "what_for"),
    [
        ("daily", "2026-06-15T11:59", ""),
        ("daily", "2026-06-15T12:00", "2026-06-15"),
        ("daily", "2026-06-20T15:00", ""),
        ("weekly", "2026-06-15T12:00", "2026-W25"),
        ("weekly", "2026-06-19T15:00", "2026-W25"),
    ],
)
def test_its_time_is_the_targets_morning_on_a_working_day(mode: str, when: str, what_for: str) -> None:
    target = Target(mode=mode, time_zone="America/Toronto")
    assert period(target, datetime.fromisoformat(when).replace(tzinfo=UTC)) == what_for


def test_letters_of_the_same_day_that_come_later_wait_for_the_next(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en)
    with time_machine.travel(MONDAY_MORNING) as traveller:
        send_digests()
        write_letter(edition_en)
        assert send_digests() == 0
        traveller.shift(24 * 3600)
        assert send_digests() == 1


def test_paused_and_stopped_letters_are_in_none(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en, state=State.HELD)
    write_letter(edition_en, state=State.CANCELLED)
    with time_machine.travel(MONDAY_MORNING):
        assert send_digests() == 0
        write_letter(edition_en)
        Campaign.objects.update(letters_paused=True)
        assert send_digests() == 0


def test_it_is_in_the_targets_language(edition_en: Edition, target: Target) -> None:
    an_edition(edition_en.campaign, "fr")
    Target.objects.update(language="fr")
    write_letter(edition_en)
    with time_machine.travel(MONDAY_MORNING):
        send_digests()
    mail = message_from_bytes(open_mail(digests()[0]).data)
    assert mail["Content-Language"] == "fr"


def test_in_test_mode_real_letters_wait(edition_en: Edition, target: Target) -> None:
    write_letter(edition_en)
    Campaign.objects.update(test_address="me@hearing.example")
    with time_machine.travel(MONDAY_MORNING):
        assert send_digests() == 0
        Campaign.objects.update(test_address="")
        assert send_digests() == 1


def test_a_letter_that_is_stopped_while_the_book_is_set_stops_the_mail(
    edition_en: Edition, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_letter(edition_en)
    letter = write_letter(edition_en)

    def stopped_meanwhile(document: typeset.Document) -> tuple[str, bytes]:
        Message.objects.filter(pk=letter.message_id).update(state=State.CANCELLED)
        return "letters.pdf", b"%PDF"

    monkeypatch.setattr(digests_room, "typeset", stopped_meanwhile)
    with time_machine.travel(MONDAY_MORNING):
        assert send_digests() == 0
        assert digests() == []
        assert send_digests() == 1


def test_one_that_fails_holds_up_nobody(edition_en: Edition, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    write_letter(edition_en)

    def fails(_document: typeset.Document) -> tuple[str, bytes]:
        raise TimeoutError

    monkeypatch.setattr(digests_room, "typeset", fails)
    with time_machine.travel(MONDAY_MORNING):
        assert send_digests() == 0
    assert digests() == []
