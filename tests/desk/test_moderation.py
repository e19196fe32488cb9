"""Held and stuck actions: opened with a line in the log, released, blocked, tried again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign, Tally


def _decide(client: Client, action: Action, verdict: str) -> str:
    address = reverse("campaign:decide", args=[action.campaign_id, action.pk, verdict])
    client.post(address)
    action.refresh_from_db()
    return action.state


def test_it_works(admin: Client, campaign: Campaign, sign: Sign) -> None:
    held = sign(State.HELD, "threat", text="I will kill you")
    listed = admin.get(reverse("campaign:moderation", args=[campaign.pk])).content.decode()
    assert "The letter may hold a threat or a slur." in listed
    assert "kill" not in listed
    opened = admin.get(reverse("campaign:opened", args=[campaign.pk, held.pk])).content.decode()
    assert "I will kill you" in opened
    assert "Jane Secret" in opened


def test_opening_is_logged_without_anything_personal(admin: Client, campaign: Campaign, sign: Sign) -> None:
    held = sign(State.HELD, "threat")
    admin.get(reverse("campaign:opened", args=[campaign.pk, held.pk]))
    logged = ModelLogEntry.objects.get(action="tocsin.action_opened")
    assert (logged.object_id, logged.user.username) == (str(held.pk), "boss")
    assert "Secret" not in f"{logged.label} {logged.data}"


@pytest.mark.parametrize(
    ("before", "verdict", "after"),
    [
        (State.HELD, "release", State.COUNTED),
        (State.HELD, "block", State.BLOCKED),
        (State.STUCK, "again", State.COUNTED),
        (State.FOLLOWED, "block", State.FOLLOWED),
        (State.BLOCKED, "release", State.BLOCKED),
    ],
)
def test_a_verdict_moves_what_it_may_and_keeps_the_tally(
    admin: Client, sign: Sign, before: State, verdict: str, after: State
) -> None:
    assert _decide(admin, sign(before), verdict) == after
    released = before == State.HELD and verdict == "release"
    assert Tally.objects.get().counted == 1 + released


def test_two_who_decide_count_once(admin: Client, sign: Sign) -> None:
    held = sign(State.HELD)
    _decide(admin, held, "release")
    assert _decide(admin, held, "block") == State.COUNTED
    assert ModelLogEntry.objects.filter(action__in=["tocsin.action_released", "tocsin.action_blocked"]).count() == 1


def test_a_verdict_is_posted_and_known(admin: Client, sign: Sign) -> None:
    held = sign(State.HELD)
    assert admin.get(reverse("campaign:decide", args=[held.campaign_id, held.pk, "release"])).status_code == 405
    assert (
        admin.post(reverse("campaign:decide", args=[held.campaign_id, held.pk, "eat"]), follow=True).status_code == 404
    )


def test_what_was_sealed_with_a_lost_key_is_said(admin: Client, campaign: Campaign, sign: Sign) -> None:
    held = sign(State.HELD, "cannot_open")
    Action.objects.filter(pk=held.pk).update(sealed=b"\x01lost")
    html = admin.get(reverse("campaign:opened", args=[campaign.pk, held.pk])).content.decode()
    assert "It cannot be opened" in html
