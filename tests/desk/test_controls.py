"""Steering: each step says what will happen, does it to whom it says and to nobody else, and is logged."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Write
from tocsin.actions import steering
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox import controls
from tocsin.outbox.models import Bucket, Kind, Lane, Message, State
from tocsin.staff import audit


@pytest.fixture
def other(campaign: Campaign) -> Target:
    target = Target.objects.create(name="Premier", email="premier@other.example")
    campaign.targets.add(target)
    return target


def state_of(letter: Letter) -> str:
    return Message.objects.values_list("state", flat=True).get(pk=letter.message_id)


def take(client: Client, campaign: Campaign, step: str, target: Target | None = None, **posted: str) -> int:
    name, to = ("target_control", [target.pk]) if target else ("control", [])
    return client.post(reverse(f"campaign:{name}", args=[campaign.pk, *to, step]), posted).status_code


def test_the_page_says_how_many_and_changes_nothing(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write(State.WAITING)
    write(State.SENT)
    page = admin.get(reverse("campaign:control", args=[campaign.pk, "cancel"])).content.decode()
    assert "This is about <strong>1 letter</strong> just now." in page
    assert "This cannot be undone" in page
    assert state_of(letter) == State.WAITING


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ("hold", State.WAITING, State.HELD),
        ("hold", State.DEFERRED, State.HELD),
        ("release", State.HELD, State.WAITING),
        ("cancel", State.WAITING, State.CANCELLED),
        ("cancel", State.HELD, State.CANCELLED),
        ("cancel", State.SENT, State.SENT),
        ("cancel", State.UNCERTAIN, State.UNCERTAIN),
        ("hold", State.SENDING, State.HELD),
        ("release", State.REFUSED, State.REFUSED),
    ],
)
def test_what_each_does(  # noqa: PLR0917  (three of them are fixtures)
    admin: Client, campaign: Campaign, write: Write, step: str, before: State, after: State
) -> None:
    letter = write(before)
    assert take(admin, campaign, step) == 302
    assert state_of(letter) == after
    due = Message.objects.values_list("due_at", flat=True).get(pk=letter.message_id)
    assert (due is not None) == (after in {State.WAITING, before})


def test_only_whom_it_says(admin: Client, campaign: Campaign, other: Target, write: Write) -> None:
    mine, theirs = write(State.WAITING), write(State.WAITING, target=other)
    take(admin, campaign, "hold", other)
    assert (state_of(mine), state_of(theirs)) == (State.WAITING, State.HELD)
    assert steering.number_of_letters(steering.HELD, campaign=None, target=other.pk) == 1
    assert steering.number_of_letters(steering.HELD, campaign=campaign.pk + 1, target=None) == 0
    with pytest.raises(ValueError, match="Name a campaign"):
        steering.cancel()


def test_pause_and_resume(admin: Client, campaign: Campaign, target: Target, write: Write) -> None:
    write(State.WAITING)
    bucket = Bucket.objects.create(key=f"target:{target.pk}")
    lane = Lane.objects.create(key="x", campaign_ref=campaign.pk, target_ref=target.pk, kind=Kind.LETTER, domain=bucket)
    take(admin, campaign, "pause")
    campaign.refresh_from_db()
    lane.refresh_from_db()
    assert (campaign.letters_paused, lane.paused) == (True, False)
    hub = admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "Resume letters" in hub
    assert reverse("campaign:control", args=[campaign.pk, "pause"]) not in hub
    take(admin, campaign, "resume")
    campaign.refresh_from_db()
    assert not campaign.letters_paused
    take(admin, campaign, "pause", target)
    campaign.refresh_from_db()
    assert not campaign.letters_paused
    assert steering.lane_is_paused(campaign=campaign.pk, target=target.pk)
    admin.post(reverse("desk_target_control", args=[target.pk, "pause"]))
    target.refresh_from_db()
    bucket.refresh_from_db()
    assert (target.paused, bucket.paused) == (True, True)
    take(admin, campaign, "resume")
    assert steering.lane_is_paused(campaign=campaign.pk, target=target.pk)


def test_schedule(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write(State.WAITING)
    tomorrow = timezone.localtime() + timedelta(days=1)
    assert take(admin, campaign, "schedule", at="2020-01-01 10:00") == 422
    assert take(admin, campaign, "schedule", at="") == 422
    assert take(admin, campaign, "schedule", at=tomorrow.strftime("%Y-%m-%d %H:%M")) == 302
    campaign.refresh_from_db()
    ready = Bucket.objects.get(key=f"campaign:{campaign.pk}").ready_at
    assert abs(ready - tomorrow) < timedelta(minutes=1)
    assert campaign.letters_not_before == ready
    assert state_of(letter) == State.WAITING
    assert "leave from" in admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()


def test_hold_new(admin: Client, campaign: Campaign) -> None:
    take(admin, campaign, "hold-new")
    campaign.refresh_from_db()
    assert campaign.letters_held
    take(admin, campaign, "let-new-go")
    campaign.refresh_from_db()
    assert not campaign.letters_held


def test_what_a_digest_gathers_has_no_time_of_its_own(campaign: Campaign, write: Write) -> None:
    letter = write(State.HELD)
    Message.objects.filter(pk=letter.message_id).update(gathered=True, due_at=None)
    assert steering.release(campaign=campaign.pk) == 1
    assert Message.objects.get(pk=letter.message_id).due_at is None


def test_in_batches_and_each_once(campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(steering.go_on), "enqueue", lambda _task, *_given: None)
    monkeypatch.setattr(controls, "AT_ONCE", 2)
    for _ in range(5):
        write(State.WAITING)
    assert steering.hold(campaign=campaign.pk) == 5
    assert steering.hold(campaign=campaign.pk) == 0
    assert steering.release(campaign=campaign.pk) == 5


def test_it_is_logged(admin: Client, campaign: Campaign, target: Target, write: Write) -> None:
    write(State.WAITING)
    take(admin, campaign, "hold", target)
    entry = ModelLogEntry.objects.get(action="tocsin.letters_hold")
    assert entry.data == {"letters": 1, "target": target.pk}


def test_unknown_steps(admin: Client, campaign: Campaign, target: Target) -> None:
    assert admin.get(reverse("campaign:control", args=[campaign.pk, "explode"]), follow=True).status_code == 404
    assert take(admin, campaign, "hold-new", target) in {302, 404}
    campaign.refresh_from_db()
    assert not campaign.letters_held


def test_who_may_not_decide_steers_nothing(
    colleague: Callable[..., Client], campaign: Campaign, target: Target, write: Write
) -> None:
    letter, viewer = write(State.WAITING), colleague("campaigns.view_campaign", "actions.view_action")
    take(viewer, campaign, "cancel")
    take(viewer, campaign, "cancel", target)
    viewer.post(reverse("desk_target_control", args=[target.pk, "cancel"]))
    assert state_of(letter) == State.WAITING
    page = viewer.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "Stop letters for good" not in page


def test_reopen() -> None:
    Bucket.objects.create(key="domain:gc.ca", paused=True, why_paused="550", recent="xxxx")
    assert steering.reopen("domain:gc.ca")
    assert not steering.reopen("domain:gc.ca")
    assert Bucket.objects.get().recent == ""


def test_nothing_is_stopped_that_cannot_be_written_down(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(State.WAITING)
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    for step in ("cancel", "pause"):
        with pytest.raises(ZeroDivisionError):
            take(admin, campaign, step)
    campaign.refresh_from_db()
    assert (state_of(letter), campaign.letters_paused) == (State.WAITING, False)


def test_it_is_said_what_was_done(admin: Client, campaign: Campaign, write: Write) -> None:
    for _ in range(2):
        write(State.WAITING)
    for step, said in (("hold", "2 letters are held."), ("hold-new", "From now on each new letter waits")):
        page = admin.post(reverse("campaign:control", args=[campaign.pk, step]), follow=True).content.decode()
        assert said in page


@pytest.mark.parametrize("whose", ["campaign", "pair", "target"])
def test_a_schedule_is_shown_and_lifted(admin: Client, campaign: Campaign, target: Target, whose: str) -> None:
    domain = Bucket.objects.create(key="domain:target.example")
    Lane.objects.create(key="x", campaign_ref=campaign.pk, target_ref=target.pk, kind=Kind.LETTER, domain=domain)
    name, args = {
        "campaign": ("campaign:control", [campaign.pk]),
        "pair": ("campaign:target_control", [campaign.pk, target.pk]),
        "target": ("desk_target_control", [target.pk]),
    }[whose]
    shown = {
        "campaign": reverse("campaign:steer", args=[campaign.pk]),
        "pair": reverse("campaign:target_proof", args=[campaign.pk, target.pk]),
        "target": reverse("desk_target_proof", args=[target.pk]),
    }[whose]
    assert "Lift the schedule" not in admin.get(shown).content.decode()
    admin.post(reverse(name, args=[*args, "schedule"]), {"at": "2099-07-01 09:00"})
    assert "Lift the schedule (1 Jul 2099, 09:00)" in admin.get(shown).content.decode()
    admin.post(reverse(name, args=[*args, "unschedule"]))
    assert "Lift the schedule" not in admin.get(shown).content.decode()
    campaign.refresh_from_db()
    assert campaign.letters_not_before is None
    assert not Lane.objects.filter(not_before__isnull=False).exists()
    assert not Bucket.objects.filter(ready_at__gt=timezone.now()).exists()
    assert ModelLogEntry.objects.filter(action="tocsin.letters_unschedule").exists()


def test_lifting_a_targets_schedule_lifts_what_one_campaign_was_told(campaign: Campaign, target: Target) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    domain = Bucket.objects.create(key="domain:target.example")
    Lane.objects.create(key="x", campaign_ref=campaign.pk, target_ref=target.pk, kind=Kind.LETTER, domain=domain)
    steering.schedule(tomorrow, campaign=campaign.pk, target=target.pk)
    steering.unschedule(target=target.pk)
    assert steering.scheduled_until(campaign=campaign.pk, target=target.pk) is None
    assert steering.scheduled_until(campaign=None, target=target.pk) is None


def test_a_moment_is_meant_and_shown_in_the_campaigns_time_zone(admin: Client, campaign: Campaign) -> None:
    Campaign.objects.update(time_zone="America/Vancouver")
    page = admin.get(reverse("campaign:control", args=[campaign.pk, "schedule"])).content.decode()
    assert "In this time zone: Pacific time – Vancouver." in page
    take(admin, campaign, "schedule", at="2099-07-01 09:00")
    campaign.refresh_from_db()
    assert campaign.letters_not_before is not None
    assert campaign.letters_not_before.isoformat() == "2099-07-01T16:00:00+00:00"
    hub = admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "Its letters leave from 1 Jul 2099, 09:00 on (Pacific time – Vancouver)" in hub


def test_the_rooms_of_the_campaign_stand_above_a_control(admin: Client, campaign: Campaign, target: Target) -> None:
    for name, to, room in (("control", [], "letters"), ("target_control", [target.pk], "targets")):
        page = admin.get(reverse(f"campaign:{name}", args=[campaign.pk, *to, "pause"])).content.decode()
        address = reverse(f"campaign:{room}", args=[campaign.pk])
        assert re.search(rf'href="{address}"[^>]* aria-current="[a-z]+"', page), name


def test_of_very_many_the_rest_is_done_by_a_job(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "AT_ONCE", 2)
    monkeypatch.setattr(steering, "WAITED_FOR", 0.0)
    letters = [write(State.WAITING) for _ in range(5)]
    page = admin.post(reverse("campaign:control", args=[campaign.pk, "hold"]), follow=True).content.decode()
    assert "2 letters are held." in page
    assert "The others follow within minutes" in page
    assert {state_of(letter) for letter in letters} == {State.HELD}


def test_the_job_for_the_rest_is_there_before_anybody_could_be_killed(
    campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever ends the server after the first letters: they are held, and a job has its order for the others."""
    jobs: list[tuple[Any, ...]] = []
    held: list[int] = []
    step = steering.ONE_BY_ONE["hold"]

    def killed_at_the_second(which: Any, seconds: float) -> int:
        if held:
            raise SystemExit
        held.append(step(which, seconds))
        return held[0]

    monkeypatch.setattr(type(steering.go_on), "enqueue", lambda _task, *given: jobs.append(given))
    monkeypatch.setattr(controls, "AT_ONCE", 2)
    monkeypatch.setitem(steering.ONE_BY_ONE, "hold", killed_at_the_second)
    letters = [write(State.WAITING) for _ in range(5)]
    with pytest.raises(SystemExit):
        steering.hold(campaign=campaign.pk)
    monkeypatch.setitem(steering.ONE_BY_ONE, "hold", step)
    assert sum(state_of(letter) == State.HELD for letter in letters) == 2
    steering.go_on.func(*jobs[0])
    assert {state_of(letter) for letter in letters} == {State.HELD}


def test_of_very_many_some_may_leave_meanwhile_and_it_is_said(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(State.WAITING)
    monkeypatch.setattr(steering, "MANY", 0)
    address = reverse("campaign:control", args=[campaign.pk, "cancel"])
    assert "Pause letters first, and none does." in admin.get(address).content.decode()
    take(admin, campaign, "pause")
    assert "Pause letters first" not in admin.get(address).content.decode()


def test_a_campaign_steers_letters_to_its_own_targets_only(admin: Client, campaign: Campaign) -> None:
    other = Target.objects.create(name="Another minister", email="another@target.example")
    address = reverse("campaign:target_control", args=[campaign.pk, other.pk, "pause"])
    assert [admin.get(address).status_code, admin.post(address).status_code] == [404, 404]


def test_a_job_that_comes_late_does_not_undo_a_later_hold(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = [write(State.HELD) for _ in range(3)]
    jobs: list[tuple[Any, ...]] = []
    monkeypatch.setattr(type(steering.go_on), "enqueue", lambda _task, *given: jobs.append(given))
    monkeypatch.setattr(controls, "AT_ONCE", 1)
    monkeypatch.setattr(steering, "WAITED_FOR", 0.0)
    take(admin, campaign, "release")
    time.sleep(0.002)  # SQLite's moments are thousandths of a second
    monkeypatch.setattr(steering, "WAITED_FOR", 5.0)
    take(admin, campaign, "hold")
    steering.go_on.func(*jobs[0])
    assert {state_of(letter) for letter in letters} == {State.HELD}


def test_a_hold_counts_also_for_what_is_held_already(campaign: Campaign, write: Write) -> None:
    """However few there are: a release that began before, and whose job comes late, does not let them go."""
    letter = write(State.HELD)
    before = controls.there_now(controls.Letters(campaign.pk))
    time.sleep(0.002)  # SQLite's moments are thousandths of a second
    steering.hold(campaign=campaign.pk)
    assert before.as_of is not None
    steering.go_on.func("release", campaign.pk, None, before.up_to, before.as_of.isoformat())
    assert state_of(letter) == State.HELD


def test_how_many_there_are_is_counted_before_the_turn_to_write(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite whoever signs meanwhile waits for that turn."""
    write(State.WAITING)
    depths: list[tuple[str, int]] = []
    count, note = steering.number_of_letters, audit.write

    def counted(*args: Any, **named: Any) -> int:
        depths.append(("count", len(connection.savepoint_ids)))
        return count(*args, **named)

    def noted(*args: Any, **named: Any) -> Any:
        depths.append(("note", len(connection.savepoint_ids)))
        return note(*args, **named)

    monkeypatch.setattr(steering, "number_of_letters", counted)
    monkeypatch.setattr(audit, "write", noted)
    assert take(admin, campaign, "pause") == 302
    assert depths[0] == ("count", len(connection.savepoint_ids))
    assert depths[1] > ("note", len(connection.savepoint_ids))
