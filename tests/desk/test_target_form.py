"""The form of a target: what it refuses, its pace in the outbox, and letters that are pointed to whoever follows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import follow_everything, sign
from tests.desk.conftest import Write
from tests.desk.test_forms import TARGET, _errors
from tocsin.actions import repoint
from tocsin.campaigns.models import Campaign, Edition, Target, TargetList
from tocsin.outbox import controls
from tocsin.outbox.claims import claim
from tocsin.outbox.controls import Letters
from tocsin.outbox.events import note_event
from tocsin.outbox.models import Bucket, Event, Kind, Message, State
from tocsin.outbox.post import open_mail


def change(client: Client, target: Target, **fields: Any) -> Any:
    return client.post(reverse("target:edit", args=[target.pk]), {**TARGET, **fields})


def test_it_works(admin: Client, target: Target) -> None:
    saved = change(
        admin,
        target,
        office_kind="minister",
        gender="f",
        other_emails=" second@target.example \n\nsecond@target.example\n",
        division=" ocd-division/country:ca/ed:35075-2023 ",
        mode="daily",
    )
    assert _errors(saved) is None
    target.refresh_from_db()
    assert (target.office_kind, target.mode, target.other_emails) == ("minister", "daily", "second@target.example")
    assert target.division == "ocd-division/country:ca/ed:35075-2023"
    html = admin.get(reverse("target:edit", args=[target.pk])).content.decode()
    assert "letters begin “Madame la Ministre,” and end “Veuillez agréer, Madame la Ministre, l’expression" in html


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "nowhere"),
        ("other_emails", "second@target.example\nnowhere"),
        ("division", "Ottawa Centre"),
        ("time_zone", "Mars/Olympus"),
        ("per_hour_by_day", ""),
        ("status", "asleep"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(admin: Client, target: Target, field: str, value: str) -> None:
    assert list(_errors(change(admin, target, **{field: value}))) == [field]


def test_only_letters_that_are_handed_in_need_no_address(admin: Client, target: Target) -> None:
    assert _errors(change(admin, target, email="", mode="hand_in")) is None


def test_nobody_follows_themselves(admin: Client, target: Target) -> None:
    other = Target.objects.create(name="Other", email="other@target.example", successor=target)
    assert "successor" in _errors(change(admin, target, status="away", successor=target.pk))
    assert "successor" in _errors(change(admin, target, status="away", successor=other.pk))
    third = Target.objects.create(name="Third", email="third@target.example")
    assert _errors(change(admin, target, status="away", successor=third.pk)) is None


def test_an_office_that_the_table_does_not_know_is_kept(admin: Client, target: Target) -> None:
    Target.objects.update(office_kind="harbour master")
    assert "harbour master" in admin.get(reverse("target:edit", args=[target.pk])).content.decode()
    assert _errors(change(admin, target, office_kind="harbour master")) is None


def test_what_became_of_a_target_reaches_the_outbox(admin: Client, target: Target) -> None:
    letters = Letters(target_ref=target.pk)
    for fields, paused in (
        ({"status": "away"}, True),
        ({"status": "active"}, False),
        ({"paused": "on"}, True),
        ({}, False),
    ):
        assert _errors(change(admin, target, **fields)) is None
        assert controls.is_paused(letters) is paused, fields


def test_another_address_is_a_fresh_start(admin: Client, target: Target) -> None:
    controls.pause(Letters(target_ref=target.pk), "550 no such box")
    change(admin, target, email="other@target.example")
    assert not controls.is_paused(Letters(target_ref=target.pk))


def test_letters_that_waited_for_a_digest_leave_one_by_one(admin: Client, target: Target, write: Write) -> None:
    Target.objects.update(mode="daily")
    waiting, in_a_digest = write(State.WAITING), write(State.WAITING)
    Message.objects.update(gathered=True, due_at=None)
    Message.objects.filter(pk=in_a_digest.message_id).update(carrier=waiting.message_id)
    change(admin, target, mode="each")
    found = {one.pk: (one.gathered, one.due_at is None) for one in Message.objects.all()}
    assert found == {waiting.message_id: (False, False), in_a_digest.message_id: (True, True)}


def test_its_pace_reaches_the_outbox(admin: Client, target: Target) -> None:
    change(admin, target, per_hour_by_day="0", per_hour_by_night="0", time_zone="America/Vancouver")
    pace = Bucket.objects.get(key=f"target:{target.pk}")
    assert (pace.per_hour_by_day, pace.per_hour_by_night, pace.time_zone) == (None, 0, "America/Vancouver")
    admin.post(reverse("target:add"), {**TARGET, "per_hour_by_day": "7"})
    assert Bucket.objects.exclude(pk=pace.pk).get().per_hour_by_day == 7


@pytest.mark.parametrize(("state", "waits"), [(State.WAITING, True), (State.SENT, False)])
def test_letters_that_wait_can_be_pointed_anew(admin: Client, write: Write, state: State, *, waits: bool) -> None:
    letter = write(state)
    html = admin.get(reverse("target:edit", args=[letter.target_id])).content.decode()
    assert ("Re-point the letters that wait" in html) == waits


def test_pointing_anew_is_told_and_done_in_the_background(
    admin: Client, write: Write, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Target] = []
    monkeypatch.setattr(repoint, "repoint_letters", asked.append)
    write(State.WAITING)
    answer = admin.post(reverse("target:repoint", args=[target.pk]), follow=True)
    assert "1 letter is being written anew, to Minister of Examples." in answer.content.decode()
    assert asked == [target]


def test_pointing_anew_needs_the_right_and_a_press(nobody: Client, admin: Client, target: Target) -> None:
    address = reverse("target:repoint", args=[target.pk])
    assert admin.get(address).status_code == 405
    assert nobody.post(address).headers["Location"] == reverse("wagtailadmin_home")


def test_where_nobody_follows_letters_wait(admin: Client, write: Write) -> None:
    letter = write(State.WAITING)
    Target.objects.update(status="away")
    html = admin.get(reverse("target:edit", args=[letter.target_id])).content.decode()
    assert "nobody follows, so they wait" in html
    assert "Re-point them" not in html


@pytest.mark.parametrize("change_to", [{"email": "other@target.example"}, {}])
def test_letters_to_who_is_not_in_office_wait_whatever_else_is_changed(
    admin: Client, target: Target, change_to: dict[str, str]
) -> None:
    change(admin, target, status="away", paused="on")
    change(admin, target, status="away", **change_to)
    assert controls.is_paused(Letters(target_ref=target.pk))


def test_another_address_brings_a_dead_one_back(admin: Client, target: Target) -> None:
    change(admin, target, status="dead")
    change(admin, target, status="dead", email="other@target.example")
    target.refresh_from_db()
    assert target.status == "active"
    assert not controls.is_paused(Letters(target_ref=target.pk))


def test_a_mended_address_gets_what_waited_for_the_dead_one(admin: Client, client: Client, edition_en: Edition) -> None:
    """The way is opened once the letters are written anew: a worker would be the first to send them to the dead one."""
    for number in range(2):
        sign(client, edition_en, email=f"person{number}@example.org")
    follow_everything()
    came_back = Message.objects.filter(kind=Kind.LETTER).earliest("pk")
    Message.objects.filter(pk=came_back.pk).update(state=State.SENT, due_at=None)
    note_event(came_back, Event.Kind.BOUNCED, "dsn", "1", "550 5.1.1 no such user")
    assert [one for one in claim(10) if one.message.kind == Kind.LETTER] == []
    target = Target.objects.get()
    change(admin, target, email="new@target.example")
    assert [open_mail(one.message).to for one in claim(10) if one.message.kind == Kind.LETTER] == ["new@target.example"]
    note_event(came_back, Event.Kind.BOUNCED, "dsn", "2", "550 5.1.1 no such user")
    assert not Bucket.objects.get(key=f"target:{target.pk}").paused


def test_campaigns_that_find_a_target_in_a_list_are_counted_too(admin: Client, target: Target) -> None:
    parliament = TargetList.objects.create(name="Parliament")
    parliament.targets.add(target)
    for number, names_it in enumerate((False, False, True)):
        campaign = Campaign.objects.create(name=f"C{number}", slug=f"c{number}", target_list=parliament)
        campaign.targets.set([target] if names_it else [])
    html = admin.get(reverse("target:index")).content.decode()
    assert re.search(r"<td[^>]*>\s*3\s*</td>", html)
