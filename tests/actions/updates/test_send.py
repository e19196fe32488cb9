"""Copies: each person one, however often it is run; paced, paused, resumed and stopped; and not too many in a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from tests.actions.updates.conftest import Signed, Written, send
from tests.outbox.batch import deliver_batch
from tocsin.actions.models import Action, Update, UpdateCopy
from tocsin.actions.states import State as ActionState
from tocsin.actions.unsubscribe import Choice, Leaver, choose
from tocsin.actions.updates import send as sending
from tocsin.actions.updates.send import send_updates, waiting
from tocsin.actions.updates.steer import let_go, pause, resume, send_test, stop
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.copies import shut_bucket
from tocsin.outbox.models import Bucket, Kind, Message
from tocsin.outbox.models import State as MessageState
from tocsin.outbox.post import open_mail

pytestmark = pytest.mark.django_db
State = Update.State


@pytest.fixture(autouse=True)
def _no_limit(settings: Settings, tmp_path: Any) -> None:
    settings.TOCSIN_DIR = tmp_path
    settings.TOCSIN_DOMAIN_PER_MINUTE = 0


@pytest.fixture
def three(edition_en: Edition, signed: Signed) -> list[Action]:
    return [signed(edition_en, name) for name in ("ann", "bob", "cleo")]


def copies() -> Iterator[Any]:
    for message in Message.objects.filter(kind=Kind.UPDATE).order_by("pk"):
        yield message_from_bytes(open_mail(message).data, policy=policy.default)


def test_it_works(edition_en: Edition, signed: Signed, written: Written) -> None:
    signed(edition_en, "ann")
    update = written()
    send(update)
    assert (update.state, update.copies_made, update.begun_by_name) == (State.SENDING, 1, "Jane Doe")
    [mail] = copies()
    assert (mail["Subject"], mail["To"]) == ("An answer, Ann", "Ann Doe <ann@a.example>")
    plain, html = (str(mail.get_body((kind,)).get_content()) for kind in ("plain", "html"))
    assert plain.startswith("Hello Ann,")
    assert '<a href="https://example.org/answer"' in html
    stop_at = mail["List-Unsubscribe"].strip("<>")
    for text in (plain, html):
        assert stop_at in text
        assert "You get this mail because you took action on" in text
        assert "1 Main Street" in text
    deliver_batch()
    send_updates()
    update.refresh_from_db()
    assert (update.state, Message.objects.get(kind=Kind.UPDATE).state) == (State.SENT, MessageState.SENT)
    assert update.finished_at
    assert update.sent_at


def test_french_is_written_to_in_french(edition_fr: Edition, signed: Signed, written: Written) -> None:
    signed(edition_fr, "claire")
    send(written())
    [mail] = copies()
    assert (mail["Subject"], mail["Content-Language"]) == ("Une réponse", "fr")


def test_a_name_is_text_and_nothing_else(edition_en: Edition, signed: Signed, written: Written) -> None:
    action = signed(edition_en, "ann", family_name="<b>{name}")
    send(written())
    [mail] = copies()
    html = str(mail.get_body(("html",)).get_content())
    assert "Hello Ann," in html
    assert "<b>" not in html
    assert action.pk


def test_each_gets_one_however_often_it_is_run(three: list[Action], written: Written) -> None:
    update = written()
    send(update)
    Update.objects.update(looked_at=0)  # as if the note of how far it got had been lost
    while send_updates():
        pass
    assert UpdateCopy.objects.count() == Message.objects.filter(kind=Kind.UPDATE).count() == 3


def test_in_batches_and_no_more_than_can_leave_soon(
    three: list[Action], written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 1)
    monkeypatch.setattr(sending, "MOST_WAITING", 2)
    update = written()
    let_go(update, 3, "Jane Doe")
    assert [send_updates() for _ in range(4)] == [1, 1, 0, 0]
    deliver_batch()
    assert send_updates() == 1
    deliver_batch()
    send_updates()
    update.refresh_from_db()
    assert (update.state, update.copies_made) == (State.SENT, 3)


def test_what_breaks_off_in_the_middle_leaves_nothing_half_done(
    three: list[Action], written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = written()
    let_go(update, 3, "Jane Doe")

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(UpdateCopy.objects, "bulk_create", die)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            send_updates()
    assert not Message.objects.filter(kind=Kind.UPDATE).exists()
    while send_updates():
        pass
    assert UpdateCopy.objects.count() == 3


def test_nothing_leaves_before_its_time(three: list[Action], written: Written) -> None:
    update = written(not_before=timezone.now() + timedelta(hours=1))
    send(update)
    assert update.copies_made == 0
    Update.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert send_updates() == 3


def test_it_keeps_its_pace(three: list[Action], written: Written) -> None:
    send(written(per_hour=60))
    deliver_batch()
    states = list(Message.objects.filter(kind=Kind.UPDATE).values_list("state", flat=True))
    assert states.count(MessageState.SENT) == 1
    assert states.count(MessageState.WAITING) == 2


def test_a_paused_one_stays_and_goes_on_when_resumed(three: list[Action], written: Written) -> None:
    update = written()
    send(update)
    assert pause(update)
    assert not pause(update)
    deliver_batch()
    assert waiting(update).count() == 3
    assert Message.objects.filter(kind=Kind.THANKS, state=MessageState.SENT).count() == 3
    assert resume(update)
    assert not resume(update)
    deliver_batch()
    assert waiting(update).count() == 0


def test_pausing_one_keeps_no_other(three: list[Action], written: Written) -> None:
    one, other = written(), written()
    send(one)
    send(other)
    pause(one)
    deliver_batch()
    assert (waiting(one).count(), waiting(other).count()) == (3, 0)


def test_a_stopped_one_never_leaves(three: list[Action], written: Written) -> None:
    update = written()
    send(update)
    assert stop(update)
    assert not stop(update)
    send_updates()
    deliver_batch()
    assert not resume(update)
    assert set(Message.objects.filter(kind=Kind.UPDATE).values_list("state", flat=True)) == {MessageState.CANCELLED}


def test_a_stopped_one_keeps_no_copy_to_release(three: list[Action], written: Written) -> None:
    update = written()
    send(update)
    held, in_hand, _waits = Message.objects.filter(kind=Kind.UPDATE).order_by("pk")
    Message.objects.filter(pk=held.pk).update(state=MessageState.HELD)
    Message.objects.filter(pk=in_hand.pk).update(state=MessageState.SENDING)
    assert stop(update)
    assert send_updates() == 3
    assert set(Message.objects.filter(kind=Kind.UPDATE).values_list("state", flat=True)) == {MessageState.CANCELLED}
    assert Bucket.objects.get(key=update.bucket).paused


def test_taking_back_goes_on_where_it_broke_off(
    three: list[Action], written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = written()
    send(update)
    stop(update)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "cancel", lambda _copies: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            send_updates()
    update.refresh_from_db()
    assert (update.state, update.finished_at) == (State.STOPPED, None)
    assert send_updates() == 3
    update.refresh_from_db()
    assert update.finished_at
    assert send_updates() == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"words": {"en": {"subject": "Other", "text": "Other"}}},
        {"audience": "yes"},
        {"purpose": "news"},
        {"language": "en"},
        {"per_hour": 1},
        {"not_before": timezone.now()},
    ],
)
def test_nothing_is_let_go_but_what_was_seen(written: Written, changed: dict[str, Any]) -> None:
    update = written()
    Update.objects.filter(pk=update.pk).update(**changed)
    assert not let_go(update, 3, "Jane Doe")
    update.refresh_from_db()
    assert update.state == State.DRAFT
    assert let_go(update, 3, "Jane Doe")


def test_letting_go_twice_opens_nothing_that_was_paused(three: list[Action], written: Written) -> None:
    update = written()
    send(update)
    pause(update)
    assert not let_go(update, 3, "Joan Doe")
    assert Bucket.objects.get(key=update.bucket).paused


def test_who_leaves_while_it_waits_gets_none(three: list[Action], written: Written) -> None:
    send(written())
    choose(Leaver(three[0].edition, bytes(three[0].email_digest)), Choice.CAMPAIGN)
    deliver_batch()
    copy = Message.objects.get(update_copy__supporter=three[0].supporter_id)
    assert copy.state == MessageState.CANCELLED
    assert Message.objects.filter(kind=Kind.UPDATE, state=MessageState.SENT).count() == 2


def test_more_mails_than_anybody_should_get_wait_a_day(
    three: list[Action], written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_IN_A_DAY", 2)  # one was the thank-you
    first, second = written(), written()
    send(first)
    send(second)
    deliver_batch()
    assert (waiting(first).count(), waiting(second).count()) == (0, 3)
    late = waiting(second).first()
    assert late
    assert late.due_at
    assert late.due_at > timezone.now() + timedelta(hours=23)


def test_it_is_let_go_once(three: list[Action], written: Written) -> None:
    update = written()
    assert let_go(update, 3, "Jane Doe")
    assert not let_go(update, 3, "Joan Doe")
    update.refresh_from_db()
    assert update.begun_by_name == "Jane Doe"


def test_test_mode_switched_on_meanwhile_pauses_it(
    three: list[Action], written: Written, campaign_open: Campaign
) -> None:
    update = written()
    let_go(update, 3, "Jane Doe")
    Campaign.objects.update(test_address="me@society.example")
    assert send_updates() == 0
    update.refresh_from_db()
    assert update.state == State.PAUSED
    assert Bucket.objects.get(key=update.bucket).paused


def test_a_test_goes_to_oneself_and_is_no_copy(three: list[Action], written: Written) -> None:
    update = written()
    send_test(update, "en", "me@society.example")
    message = Message.objects.get(kind=Kind.STAFF)
    mail = message_from_bytes(open_mail(message).data, policy=policy.default)
    assert mail["Subject"] == "[Test] An answer, Jane"
    assert mail["To"] == "me@society.example"
    assert not UpdateCopy.objects.exists()
    assert update.state == State.DRAFT


def test_somebody_whose_words_cannot_be_opened_stops_nobody(three: list[Action], written: Written) -> None:
    Action.objects.filter(pk=three[1].pk).update(sealed=b"x")
    send(update := written())
    assert (update.copies_made, UpdateCopy.objects.count()) == (2, 2)


def test_a_shut_bucket_that_was_never_opened_does_no_harm() -> None:
    shut_bucket("update:0")
    assert not Bucket.objects.exists()


def test_those_who_get_none_are_gone_through_once(three: list[Action], written: Written) -> None:
    """While the copies leave at their pace, each second would look through a million again."""
    update = written(language="en", per_hour=1)
    Action.objects.filter(pk=three[2].pk).update(state=ActionState.BLOCKED)
    let_go(update, 2, "Jane Doe")
    while send_updates():
        pass
    update.refresh_from_db()
    assert (update.looked_at, update.up_to, update.copies_made) == (three[1].pk, three[2].pk, 2)
    Update.objects.update(begun_at=timezone.now() - timedelta(minutes=11))
    send_updates()
    update.refresh_from_db()
    assert (update.looked_at, update.state) == (three[2].pk, State.SENDING)
    Message.objects.filter(kind=Kind.UPDATE).update(state=MessageState.SENT)
    send_updates()
    update.refresh_from_db()
    assert update.state == State.SENT
