"""What programs do about the number and the post: sets for abuse, notices, the log kept elsewhere."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client

from tests.api.conftest import Maker, Program, a_while_later, act, problem
from tocsin.actions.count import shown_count
from tocsin.actions.models import HandIn, HourOfLetters, HourOfViews, Letter
from tocsin.actions.states import State
from tocsin.actions.updates.models import Update
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.models import Endpoint, Message, Notice
from tocsin.outbox.notices import raise_notice
from tocsin.staff.models import AuditLine

CHOSEN = {"source_key": "utm_source", "source_value": "robots", "reason": "Made by a program"}


def test_a_set_is_proposed_taken_out_and_put_back(
    crm: Program, client: Client, campaign: Campaign, edition: Edition
) -> None:
    act(client, edition)
    act(client, edition, email="robot@example.org", came_from="utm_source=robots")
    proposed = crm.post(f"/campaigns/{campaign.pk}/sets", CHOSEN).json()
    assert proposed["people"] == 1
    assert shown_count(campaign).count == 2
    where = f"/campaigns/{campaign.pk}/sets/proposed/{proposed['id']}"
    assert crm.get(where).json() == proposed
    decision = crm.post(f"{where}/take-out").json()
    assert (decision["people"], decision["decided_by"]) == (1, "API · CRM")
    assert shown_count(campaign).count == 1
    problem(crm.get(where), 404)
    back = f"/campaigns/{campaign.pk}/sets/{decision['id']}/put-back"
    assert crm.post(back, {"reason": "They were people"}).json()["restores"] == decision["id"]
    problem(crm.post(back, {"reason": "Again"}), 409)
    assert shown_count(campaign).count == 2
    with a_while_later():
        rows = crm.get(f"/campaigns/{campaign.pk}/sets").json()["items"]
    assert [row["reason"] for row in rows] == ["Made by a program", "They were people"]
    assert AuditLine.objects.filter(what__in=["set_taken_out", "set_put_back"], who_name="API · CRM").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"reason": "No choice"},
        {**CHOSEN, "source_value": ""},
        {**CHOSEN, "source_key": "shoe"},
        {**CHOSEN, "reason": " "},
        {**CHOSEN, "since": "yesterday"},
        {**CHOSEN, "since": "2026-11-01T12:00:00"},
        {**CHOSEN, "since": "0001-01-01T00:00:00+14:00"},
        {**CHOSEN, "reason": "a\x00b"},
        {**CHOSEN, "source_value": "a\x00b"},
        {**CHOSEN, "sign": "honeypot"},
    ],
)
def test_a_set_that_names_nothing_is_refused(crm: Program, campaign: Campaign, body: Any) -> None:
    problem(crm.post(f"/campaigns/{campaign.pk}/sets", body), 422)


def test_an_empty_set_changes_nothing(crm: Program, campaign: Campaign) -> None:
    proposed = crm.post(f"/campaigns/{campaign.pk}/sets", CHOSEN).json()
    problem(crm.post(f"/campaigns/{campaign.pk}/sets/proposed/{proposed['id']}/take-out"), 409)


def test_one_letter_is_held_and_released(crm: Program, acted: Edition) -> None:
    letter = Letter.objects.get()
    assert crm.post(f"/letters/{letter.pk}/step", {"do": "hold"}).json() == {"letters": 1}
    assert Message.objects.get(pk=letter.message_id).state == "held"
    assert crm.post(f"/letters/{letter.pk}/step", {"do": "release"}).json() == {"letters": 1}
    assert crm.post(f"/letters/{letter.pk}/step", {"do": "release"}).json() == {"letters": 0}
    assert AuditLine.objects.filter(about=f"letter:{letter.pk}").count() == 2
    problem(crm.post(f"/letters/{letter.pk}/step", {"do": "cancel"}), 422)


def test_notices_are_read_and_settled_once(crm: Program) -> None:
    raise_notice(Notice.Kind.AWAY, "mail server", "Connection refused")
    (row,) = crm.get("/notices").json()["items"]
    assert (row["kind"], row["said"]) == ("away", "Connection refused")
    assert crm.post(f"/notices/{row['id']}/settle").json() == {"settled": True}
    assert crm.post(f"/notices/{row['id']}/settle").json() == {"settled": False}
    assert crm.get("/notices").json()["items"] == []
    assert AuditLine.objects.get(what="notice_settled").who_name == "API · CRM"


def test_an_endpoint_that_is_off_stays_a_notice_until_it_is_on(crm: Program) -> None:
    endpoint = Endpoint.objects.create(name="CRM", url="x", sealed=b"", off_at=Now(), why_off="failing")
    raise_notice(Notice.Kind.OFF, f"endpoint:{endpoint.pk}", "500")
    (row,) = crm.get("/notices").json()["items"]
    assert crm.post(f"/notices/{row['id']}/settle").json() == {"settled": False}
    assert len(crm.get("/notices").json()["items"]) == 1
    Endpoint.objects.update(off_at=None)
    assert crm.post(f"/notices/{row['id']}/settle").json() == {"settled": True}


def test_the_log_can_be_proved_elsewhere(crm: Program, campaign: Campaign, acted: Edition) -> None:
    for step in ("pause", "resume"):
        crm.post(f"/campaigns/{campaign.pk}/letters", {"do": step})
    with a_while_later():
        rows = crm.get("/audit").json()["items"]
    assert [row["what"] for row in rows] == ["letters_pause", "letters_resume"]
    assert rows[1]["before"] == rows[0]["sha256"]
    for row in rows:
        said = {name: row[name] for name in row if name not in {"id", "sha256"}}
        canonical = json.dumps(said, sort_keys=True, ensure_ascii=False)
        assert hashlib.sha256(canonical.encode()).hexdigest() == row["sha256"]


def test_what_belongs_to_the_site_is_closed_to_a_key_of_one_campaign(a_program: Maker, campaign: Campaign) -> None:
    ours = a_program(campaign=campaign)
    for path in ("/audit", "/notices"):
        problem(ours.get(path), 403)


def test_hours_of_letters_and_of_views(crm: Program, campaign: Campaign) -> None:
    hour = datetime(2026, 11, 2, 15, tzinfo=UTC)
    HourOfLetters.objects.create(campaign=campaign, hour=hour, language="fr", fate="sent", letters=7)
    HourOfViews.objects.create(campaign=campaign, hour=hour, language="fr", source="news", views=70)
    HourOfViews.objects.create(campaign=campaign, hour=hour + timedelta(days=40), language="fr", views=1)
    path = f"/campaigns/{campaign.pk}/hours"
    (letters,) = crm.get(path, since="2026-11-01", of="letters").json()
    assert (letters["number"], letters["fate"]) == (7, "sent")
    (views,) = crm.get(path, since="2026-11-01", of="views").json()
    assert (views["number"], views["source"]) == (70, "news")


def test_updates_and_hand_ins(crm: Program, campaign: Campaign) -> None:
    words = {"en": {"subject": "They answered", "text": "Read it."}}
    Update.objects.create(campaign=campaign, words=words, written_by_name="Jane Doe")
    HandIn.objects.create(campaign=campaign, target=campaign.targets.get(), people=3, made_by_name="Jane Doe")
    with a_while_later():
        (update,) = crm.get(f"/campaigns/{campaign.pk}/updates").json()["items"]
        (hand_in,) = crm.get(f"/campaigns/{campaign.pk}/hand-ins").json()["items"]
    assert (update["words"], update["state"]) == (words, "draft")
    assert (hand_in["people"], hand_in["state"]) == (3, "making")


def test_a_stuck_action_is_tried_again(crm: Program, client: Client, edition: Edition) -> None:
    act(client, edition)
    action = Letter.objects.get().action
    action.state = State.STUCK
    action.save()
    assert crm.post(f"/actions/{action.pk}/decision", {"decision": "again"}).json()["state"] == "counted"
