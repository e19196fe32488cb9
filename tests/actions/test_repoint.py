"""Letters that wait are written anew when their target has another address or is followed by somebody else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tests.cast import a_target, follow_everything, sign
from tocsin.actions import repoint
from tocsin.actions.letters import compose_letters
from tocsin.actions.models import Action, Letter
from tocsin.actions.repoint import repoint_letters
from tocsin.campaigns.models import Edition, Target
from tocsin.outbox import controls
from tocsin.outbox.controls import Letters
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.models import Bucket, Kind, Message, Notice
from tocsin.outbox.notices import raise_notice
from tocsin.outbox.post import leave_frozen, open_mail
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(client: Client, edition_en: Edition) -> Target:
    """A target with two letters that wait."""
    for email in ("jane.doe@example.org", "john.doe@example.org"):
        sign(client, edition_en, email=email)
    follow_everything()
    return Target.objects.get()


def addresses_of_what_leaves() -> list[str]:
    waiting = Message.objects.filter(kind=Kind.LETTER, state=State.WAITING).order_by("pk")
    return [open_mail(message).to for message in waiting]


def test_it_works(target: Target) -> None:
    target.email = "new@hearings.example"
    target.save()
    assert repoint_letters(target) == 2
    assert addresses_of_what_leaves() == ["new@hearings.example"] * 2
    assert Message.objects.filter(kind=Kind.LETTER, state=State.CANCELLED).count() == 2
    assert {letter.message.state for letter in Letter.objects.select_related("message")} == {State.WAITING}


def test_what_has_left_stays_as_it_was(target: Target) -> None:
    sent = Letter.objects.earliest("pk").message
    Message.objects.filter(pk=sent.pk).update(state=State.SENT, due_at=None)
    assert repoint_letters(target) == 1
    sent.refresh_from_db()
    assert sent.state == State.SENT


def test_to_whoever_follows(target: Target) -> None:
    successor = a_target(name="John Doe", email="next@hearings.example")
    target.status, target.successor = Target.Status.AWAY, successor
    target.save()
    assert repoint_letters(target) == 2
    assert addresses_of_what_leaves() == ["next@hearings.example"] * 2
    assert set(Letter.objects.values_list("target", flat=True)) == {successor.pk}


def test_what_is_held_stays_held(target: Target) -> None:
    held = Letter.objects.earliest("pk").message
    Message.objects.filter(pk=held.pk).update(state=State.HELD, due_at=None, last_words="restored")
    assert repoint_letters(target) == 2
    message = Letter.objects.earliest("pk").message
    assert (message.state, message.due_at, message.last_words) == (State.HELD, None, "restored")


def test_what_a_digest_carries_leaves_with_it(target: Target) -> None:
    one, other = (letter.message for letter in Letter.objects.order_by("pk").select_related("message"))
    Message.objects.filter(pk=one.pk).update(carrier=other)
    assert repoint_letters(target) == 1


def test_one_that_cannot_be_opened_stays_and_keeps_no_other(target: Target) -> None:
    Action.objects.filter(pk=Action.objects.earliest("pk").pk).update(sealed=b"of another key")
    target.email = "new@hearings.example"
    target.save()
    assert repoint_letters(target) == 1
    assert sorted(addresses_of_what_leaves()) == ["minister@hearings.example", "new@hearings.example"]


@pytest.mark.parametrize("error", [CannotBeMailed, ValueError])
def test_one_that_cannot_be_composed_stays_and_keeps_no_other(
    target: Target, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    first = Letter.objects.earliest("pk").action_id

    def compose(edition: Edition, action_id: int, *more: Any, **named: Any) -> Any:
        if action_id == first:
            raise error("jane.doe@example.org")
        return compose_letters(edition, action_id, *more, **named)

    monkeypatch.setattr(repoint, "compose_letters", compose)
    target.email = "new@hearings.example"
    target.save()
    assert repoint_letters(target) == 1
    assert sorted(addresses_of_what_leaves()) == ["minister@hearings.example", "new@hearings.example"]
    assert error.__name__ in caplog.text
    assert "jane.doe" not in caplog.text


def test_an_address_that_changes_meanwhile_is_used_from_then_on(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repoint, "BATCH", 1)
    Target.objects.update(email="new@hearings.example")

    def leave(*some: Any) -> Any:
        Target.objects.update(email="newer@hearings.example")
        return leave_frozen(*some)

    monkeypatch.setattr(repoint, "leave_frozen", leave)
    assert repoint_letters(target) == 2
    assert addresses_of_what_leaves() == ["new@hearings.example", "newer@hearings.example"]


def test_many_new_addresses_are_a_few_statements(
    target: Target, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever brings a file of a thousand in holds SQLite's one writer meanwhile."""
    others = [a_target(name=f"Member {number}", email=f"{number}@hearings.example") for number in range(20)]
    everybody = [target, *others]
    for one in everybody:
        controls.pause(Letters(target_ref=one.pk), "550 no such box")
        raise_notice(Notice.Kind.DEAD, f"target:{one.pk}")
    Target.objects.filter(pk=others[0].pk).update(paused=True)
    Target.objects.filter(pk=others[1].pk).update(status=Target.Status.AWAY)
    Target.objects.filter(pk__in=[others[2].pk, target.pk]).update(status=Target.Status.UNREACHABLE)
    Target.objects.filter(pk=target.pk).update(email="new@hearings.example")
    asked: list[list[int]] = []
    monkeypatch.setattr(repoint, "repoint_many", SimpleNamespace(enqueue=asked.append))
    with django_assert_num_queries(9):  # a savepoint and its release are two
        repoint.begin_afresh([one.pk for one in everybody])

    shut = {f"target:{one.pk}" for one in (target, *others[:2])}
    assert asked == [[target.pk]]
    assert set(Bucket.objects.filter(paused=True).values_list("key", flat=True)) == shut
    assert set(Notice.objects.filter(settled_at=None).values_list("about", flat=True)) == shut
    assert Target.objects.filter(status=Target.Status.ACTIVE).count() == 20


def test_of_many_each_is_let_go_once_its_letters_are_written_anew(target: Target) -> None:
    controls.pause(Letters(target_ref=target.pk), "550 no such box")
    Target.objects.update(email="new@hearings.example")
    repoint.begin_afresh([target.pk])
    assert addresses_of_what_leaves() == ["new@hearings.example"] * 2
    assert not controls.is_paused(Letters(target_ref=target.pk))
