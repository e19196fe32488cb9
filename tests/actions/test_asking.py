"""Asking people to confirm: two mails, then set aside; a press of the button counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tocsin.actions import asking
from tocsin.actions.asking import ask_batch
from tocsin.actions.confirm import confirm, confirm_key, read_confirm_key
from tocsin.actions.count import shown_count
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State
from tocsin.actions.waiting import due
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Kind, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(client: Client) -> Campaign:
    """One that asks to confirm, with one action that was screened."""
    campaign = a_campaign(confirm_first=True)
    sign(client, an_edition(campaign))
    follow_everything()
    return campaign


def days_pass(days: int) -> None:
    Action.objects.update(next_at=F("next_at") - timedelta(days=days))


def asked() -> int:
    return Message.objects.filter(kind=Kind.CONFIRM).count()


def test_it_works(campaign: Campaign) -> None:
    action = Action.objects.get()
    assert (action.state, shown_count(campaign).count, Letter.objects.count()) == (State.UNCONFIRMED, 0, 0)
    assert ask_batch() == 1
    assert (asked(), ask_batch()) == (1, 0)

    assert confirm(action.pk)
    assert shown_count(campaign).count == 0
    assert ask_batch() == 1
    follow_everything()

    assert (shown_count(campaign).count, Letter.objects.count()) == (1, 1)
    assert Action.objects.get().next_at is None


def test_two_mails_and_then_it_is_set_aside(campaign: Campaign) -> None:
    ask_batch()
    days_pass(2)
    ask_batch()
    assert asked() == 2
    days_pass(5)
    ask_batch()

    action = Action.objects.get()
    assert (action.state, action.reason, asked()) == (State.BLOCKED, "never_confirmed", 2)
    assert not confirm(action.pk)
    assert shown_count(campaign).count == 0


def test_a_second_press_changes_nothing(campaign: Campaign) -> None:
    action = Action.objects.get()
    assert confirm(action.pk)
    assert confirm(action.pk)
    ask_batch()
    follow_everything()
    assert confirm(action.pk)
    ask_batch()
    follow_everything()
    assert (shown_count(campaign).count, Letter.objects.count()) == (1, 1)


def test_who_confirmed_is_not_asked_again(campaign: Campaign) -> None:
    ask_batch()
    confirm(Action.objects.get().pk)
    days_pass(9)
    assert ask_batch() == 1
    assert (asked(), Action.objects.get().state) == (1, State.COUNTED)


@pytest.mark.parametrize("reason", ["", "asked", "asked_again"])
def test_who_confirms_while_the_worker_looks_is_neither_asked_nor_set_aside(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    Action.objects.update(reason=reason)
    days_pass(9)

    def pressed_meanwhile(state: State, most: int) -> list[Action]:
        found = due(state, most)
        confirm(found[0].pk)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(asking, "due", pressed_meanwhile)
        ask_batch()
    ask_batch()
    assert (asked(), Action.objects.get().state) == (0, State.COUNTED)


def test_one_that_cannot_be_opened_is_set_aside_and_the_others_go_on(client: Client, campaign: Campaign) -> None:
    Action.objects.update(sealed=b"nothing")
    sign(client, campaign.editions.get(), email="other@example.org")
    follow_everything()
    ask_batch()
    assert set(Action.objects.values_list("reason", flat=True)) == {"cannot_ask", "asked"}


def test_the_key_is_nobody_elses(campaign: Campaign) -> None:
    key = confirm_key(7)
    assert read_confirm_key(key) == 7
    assert read_confirm_key(key[:-1] + ("A" if key[-1] != "A" else "B")) is None
