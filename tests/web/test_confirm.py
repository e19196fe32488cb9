"""Confirming by mail: the link shows, the button acts; and the thank-you says that one step is left."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import sign
from tocsin.actions.asking import ask_batch
from tocsin.actions.confirm import confirm_key
from tocsin.actions.models import Action
from tocsin.actions.receipts import receipt_key
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign, Edition, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def unconfirmed(client: Client, edition_en: Edition) -> Action:
    sign(client, edition_en)
    Action.objects.update(state=State.UNCONFIRMED)
    return Action.objects.get()


def address(action: Action) -> str:
    return f"/confirm/{confirm_key(action.pk)}/"


def state(action: Action) -> str:
    return Action.objects.get(pk=action.pk).state


def test_it_works(client: Client, unconfirmed: Action) -> None:
    html = client.get(address(unconfirmed)).content.decode()
    assert "It was me: send my letter" in html
    done = client.post(address(unconfirmed))
    receipt = f"/receipt/{receipt_key(unconfirmed.pk)}/"
    assert receipt in done.content.decode()
    assert "Your letter is being prepared." in client.get(receipt).content.decode()
    ask_batch()
    assert state(unconfirmed) == State.COUNTED
    assert Tally.objects.get().counted == 1


def test_a_press_touches_no_row_that_others_press_too(client: Client, unconfirmed: Action) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.post(address(unconfirmed))
    written = [one["sql"] for one in asked if one["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
    assert len(written) == 1
    assert written[0].startswith('UPDATE "actions_action"')
    assert not Tally.objects.exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_scanner_that_follows_the_link_changes_nothing(client: Client, unconfirmed: Action, method: str) -> None:
    response = getattr(client, method)(address(unconfirmed))
    assert response.status_code == 200
    assert state(unconfirmed) == State.UNCONFIRMED
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_pressing_twice_is_pressing_once(client: Client, unconfirmed: Action) -> None:
    answers = {client.post(address(unconfirmed)).content for _ in range(3)}
    assert len(answers) == 1
    ask_batch()
    assert Tally.objects.get().counted == 1


def test_whatever_followed_meanwhile_it_stays_confirmed(client: Client, unconfirmed: Action) -> None:
    Action.objects.update(state=State.FOLLOWED)
    assert client.post(address(unconfirmed)).status_code == 200
    assert state(unconfirmed) == State.FOLLOWED


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_wrong_key_opens_nothing(client: Client, unconfirmed: Action, method: str) -> None:
    key = confirm_key(unconfirmed.pk)
    for wrong in (key[:-2] + ("AA" if key[-2:] != "AA" else "BB"), "x", receipt_key(unconfirmed.pk)):
        assert getattr(client, method)(f"/confirm/{wrong}/").status_code == 404
    assert state(unconfirmed) == State.UNCONFIRMED


def test_what_is_blocked_cannot_be_confirmed(client: Client, unconfirmed: Action) -> None:
    Action.objects.update(state=State.BLOCKED)
    assert client.post(address(unconfirmed)).status_code == 404
    assert state(unconfirmed) == State.BLOCKED


def test_nothing_else_is_answered(client: Client, unconfirmed: Action) -> None:
    assert client.put(address(unconfirmed)).status_code == 405


# ── the thank-you ───────────────────────────────────────────────────────────────────────────────────────────────
def thanked(client: Client, edition: Edition, **changes: Any) -> str:
    return client.get(sign(client, edition, **changes).headers["Location"]).content.decode()


def test_the_thank_you_says_that_one_step_is_left(client: Client, edition_en: Edition, noon: object) -> None:
    Campaign.objects.update(confirm_first=True)
    first = thanked(client, edition_en)
    assert "Press the button in the mail that we sent to you." in first
    assert "With you" not in first
    assert thanked(client, edition_en) == first  # a repeated act is told the same


def test_without_confirming_no_step_is_left(client: Client, edition_en: Edition) -> None:
    html = thanked(client, edition_en)
    assert "One step is left" not in html
    assert "We carry your letter to" in html
