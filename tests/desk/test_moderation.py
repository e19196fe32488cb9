"""Held and stuck actions: opened with a line in the log, released, blocked, tried again."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign, sqlite_plans
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign, Tally
from tocsin.desk import moderation
from tocsin.staff import audit


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


def test_what_is_stuck_hides_nothing_that_is_held(
    admin: Client, campaign: Campaign, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "SHOWN", 2)
    stuck = [sign(State.STUCK, "NoTarget") for _ in range(3)]
    held = sign(State.HELD, "threat")
    html = admin.get(reverse("campaign:moderation", args=[campaign.pk])).content.decode()
    assert "Nothing is held" not in html
    assert reverse("campaign:opened", args=[campaign.pk, held.pk]) in html
    assert reverse("campaign:opened", args=[campaign.pk, stuck[1].pk]) in html
    assert reverse("campaign:opened", args=[campaign.pk, stuck[2].pk]) not in html
    assert html.count("The oldest 2 are shown") == 1


@pytest.mark.once  # PostgreSQL scans tables this small whatever their indexes
def test_of_the_campaigns_actions_only_those_that_wait_are_read(admin: Client, campaign: Campaign, sign: Sign) -> None:
    """However many it has: the index that holds nothing but these leads to them."""
    sign(State.STUCK, "NoTarget")
    with CaptureQueriesContext(connection) as queries:
        admin.get(reverse("campaign:moderation", args=[campaign.pk]))
        admin.post(reverse("campaign:stuck_again", args=[campaign.pk]))
    plans = sqlite_plans(queries, "IN ('held', 'stuck')")
    assert len(plans) >= 4
    assert [plan for plan in plans if "actions_for_staff" not in plan] == []


def test_all_that_are_stuck_are_tried_again_at_once(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, sign: Sign
) -> None:
    stuck, held = [sign(State.STUCK, "NoTarget") for _ in range(3)], sign(State.HELD)
    page, again = (reverse(f"campaign:{name}", args=[campaign.pk]) for name in ("moderation", "stuck_again"))
    assert "Try all that are stuck again" in admin.get(page).content.decode()
    colleague("campaigns.view_campaign").post(again)
    assert Action.objects.filter(state=State.STUCK).count() == 3
    assert "3 actions are tried again" in admin.post(again, follow=True).content.decode()
    assert set(Action.objects.filter(pk__in=[one.pk for one in stuck]).values_list("state", flat=True)) == {"counted"}
    held.refresh_from_db()
    assert held.state == State.HELD
    assert ModelLogEntry.objects.get(action="tocsin.actions_retried").data == {"actions": 3}
    assert "Nothing is stuck." in admin.post(again, follow=True).content.decode()
    assert Tally.objects.get().counted == 1


def test_of_very_many_that_are_stuck_it_is_said_how_many_a_press_tries(
    admin: Client, campaign: Campaign, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "AT_ONCE", 2)
    for _ in range(3):
        sign(State.STUCK, "NoTarget")
    page, again = (reverse(f"campaign:{name}", args=[campaign.pk]) for name in ("moderation", "stuck_again"))
    html = admin.get(page).content.decode()
    assert "Try the oldest 2 again" in html
    assert "Try all that are stuck again" not in html
    assert "2 actions are tried again" in admin.post(again, follow=True).content.decode()
    assert Action.objects.filter(state=State.STUCK).count() == 1


def test_where_people_confirm_by_mail_releasing_says_so(admin: Client, campaign: Campaign, sign: Sign) -> None:
    Campaign.objects.update(confirm_first=True)
    held = sign(State.HELD, "threat")
    opened = admin.get(reverse("campaign:opened", args=[campaign.pk, held.pk])).content.decode()
    assert "Release: ask its writer by mail to confirm it" in opened
    decide = reverse("campaign:decide", args=[campaign.pk, held.pk, "release"])
    html = admin.post(decide, follow=True).content.decode()
    assert "Its writer is asked by mail to confirm, and counts once they do." in html
    assert "its letters are on their way" not in html
    held.refresh_from_db()
    assert held.state == State.UNCONFIRMED


@pytest.mark.parametrize("verdict", ["release", "block"])
def test_nothing_is_decided_that_cannot_be_written_down(
    admin: Client, sign: Sign, monkeypatch: pytest.MonkeyPatch, verdict: str
) -> None:
    held = sign(State.HELD)
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        _decide(admin, held, verdict)
    held.refresh_from_db()
    assert held.state == State.HELD


@pytest.mark.parametrize(("state", "room"), [(State.HELD, "moderation"), (State.FOLLOWED, "actions")])
def test_the_way_back_from_an_action_is_the_one_that_people_came(
    admin: Client, sign: Sign, state: State, room: str
) -> None:
    action = sign(state)
    html = admin.get(reverse("campaign:opened", args=[action.campaign_id, action.pk])).content.decode()
    crumbs = re.search(r"w-breadcrumbs.*?</nav>", html, re.DOTALL)
    assert crumbs
    assert f'href="{reverse(f"campaign:{room}", args=[action.campaign_id])}"' in crumbs[0]
