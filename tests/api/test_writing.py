"""What other software changes: actions handed in, letters paused, what is held decided on, targets."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Maker, Program, a_while_later, act, problem
from tests.cast import a_campaign, a_target, an_edition, follow_everything, letter_words, valid_post
from tocsin.actions.count import shown_count
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.outbox.models import Message
from tocsin.staff.models import AuditLine, Scope
from tocsin.supporters.models import Consent

DETAILS = ("given_name", "family_name", "email", "city", "province", "postal_code", "country", "phone")


def an_action(seen: Edition, /, **changes: Any) -> dict[str, Any]:
    post = valid_post(seen)
    said = {
        "language": seen.language,
        "details": {name: post[name] for name in DETAILS},
        "subject": post["subject"],
        "text": post["text"],
        "consents": {"news": True, "calls": False},
        "source": {"utm_source": "our-app"},
    }
    return {**said, **changes}


def test_an_action_is_handed_in_as_if_on_the_page(crm: Program, campaign: Campaign, edition: Edition) -> None:
    answer = crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition))
    assert answer.status_code == 202
    assert answer.json() == {"accepted": True, "edition": edition.pk}
    follow_everything()
    action = Action.objects.get()
    assert action.state == State.FOLLOWED
    assert action.source == {"utm_source": "our-app"}
    assert Letter.objects.count() == 1
    assert shown_count(campaign).count == 1
    assert set(Consent.objects.values_list("purpose", "yes", "method")) == {
        ("news", True, "api"),
        ("calls", False, "api"),
    }


def test_sent_twice_it_is_one_action_and_nobody_is_told(crm: Program, campaign: Campaign, edition: Edition) -> None:
    answers = [crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition)) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content == answers[1].content
    assert Action.objects.count() == 1


def test_what_is_missing_is_named_and_nothing_stored(crm: Program, campaign: Campaign, edition: Edition) -> None:
    details = {"given_name": "Jane", "family_name": "Doe", "email": "jane@"}
    said = problem(crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition, details=details, text="")), 422)
    assert {error["field"] for error in said["errors"]} == {"details.email", "details.postal_code", "text"}
    assert "Enter your postal code." in {error["detail"] for error in said["errors"]}
    assert not Action.objects.exists()


def test_a_yes_or_no_that_was_not_answered_is_missing(crm: Program, campaign: Campaign, edition: Edition) -> None:
    body = an_action(edition, consents={"news": True})
    assert problem(crm.post(f"/campaigns/{campaign.pk}/actions", body), 422)["errors"][0]["field"] == "consents.calls"


@pytest.mark.parametrize(
    "changes",
    [
        {"details": {"shoe_size": "44"}},
        {"details": "x"},
        {"details": {"email": "a" * 401}},
        {"edition": "x"},
        {"source": {"a": "b" * 401}},
        {"answers": {"union": {"a": 1}}},
        {"language": "xx"},
        {"language": ""},
        {"edition": 99999},
        {"text": "a" * 8001},
        {"subject": "a\nb"},
        {"details": {"given_name": "a\u0000b", "email": "jane.doe@example.org"}},
    ],
)
def test_bad_input_is_answered(crm: Program, campaign: Campaign, edition: Edition, changes: Any) -> None:
    problem(crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition, **changes)), 422)
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"counted": True}, "counted"),
        ({"consent": {"news": True}}, "consent"),
        ({"consents": {"newsletter": True, "calls": True}}, "consents.newsletter"),
        ({"answers": {"shoe": "44"}}, "answers.shoe"),
    ],
)
def test_what_no_form_asks_is_refused(
    crm: Program, campaign: Campaign, edition: Edition, changes: Any, field: str
) -> None:
    """B82; and a consent under a mistyped name would be lost, with every sign that it was kept."""
    said = problem(crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition, **changes)), 422)
    assert [error["field"] for error in said["errors"]] == [field]
    assert not Action.objects.exists()


def test_of_a_box_that_nobody_was_shown_nothing_is_kept(crm: Program, campaign: Campaign, edition: Edition) -> None:
    crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition, consents={"calls": True}))
    follow_everything()
    assert set(Consent.objects.values_list("purpose", "yes")) == {("calls", True)}


def test_where_they_came_from_is_cleaned_as_on_the_page(crm: Program, campaign: Campaign, edition: Edition) -> None:
    source = {"utm_source": "a\x00b\n\u202ec", "shoe": "44"}
    assert crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition, source=source)).status_code == 202
    (kept,) = Action.objects.values_list("source", flat=True)
    assert list(kept) == ["utm_source"]
    assert kept["utm_source"].isprintable()


def test_the_wording_they_saw_is_kept(crm: Program, campaign: Campaign, edition: Edition) -> None:
    an_edition(campaign, title="A newer title")
    body = an_action(edition, edition=edition.pk, language="")
    assert crm.post(f"/campaigns/{campaign.pk}/actions", body).status_code == 202
    assert Action.objects.get().edition_id == edition.pk


def test_another_campaigns_wording_is_none_of_this(crm: Program, edition: Edition) -> None:
    other = a_campaign(name="Keep the forest", slug="forest", targets=[])
    problem(crm.post(f"/campaigns/{other.pk}/actions", an_action(edition, edition=edition.pk)), 422)
    problem(crm.post(f"/campaigns/{other.pk}/actions", an_action(edition)), 409)


def test_a_closed_campaign_takes_none(crm: Program, campaign: Campaign, edition: Edition) -> None:
    Campaign.objects.update(closes_at="2026-01-01T00:00Z")
    assert "closed" in problem(crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition)), 409)["detail"]


def test_the_riding_is_looked_up_afterwards(crm: Program, campaign: Campaign) -> None:
    targeting = {"by": "postal", "field": "postal_code", "target_list": 0, "provider": "table"}
    edition = an_edition(campaign, targeting=targeting, letter=letter_words())
    assert crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition)).status_code == 202
    follow_everything()
    assert Action.objects.get().state == State.SEEKING


def test_answers_to_questions_of_ones_own(crm: Program, campaign: Campaign) -> None:
    questions = [
        {
            "key": "union",
            "text": "A union?",
            "help": "",
            "control": "choice",
            "options": ["Yes", "No"],
            "required": True,
        },
        {"key": "old", "text": "Over 14?", "help": "", "control": "box", "options": [], "required": False},
    ]
    edition = an_edition(campaign, questions=questions)
    problem(crm.post(f"/campaigns/{campaign.pk}/actions", an_action(edition)), 422)
    body = an_action(edition, answers={"union": "Yes", "old": True})
    assert crm.post(f"/campaigns/{campaign.pk}/actions", body).status_code == 202
    said = crm.get(f"/actions/{Action.objects.get().pk}", people=True).json()
    assert said["person"]["answers"] == {"union": "Yes", "old": True}


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_link_opens_the_form_filled_in(crm: Program, client: Client, campaign: Campaign, edition: Edition) -> None:
    people = [{"given_name": "Jane", "email": "jane.doe@example.org"}, {"given_name": "Zoé"}]
    body = {"language": "en", "people": people, "source": {"utm_source": "crm"}}
    links = crm.post(f"/campaigns/{campaign.pk}/links", body).json()["links"]
    assert len(links) == 2
    assert "jane" not in links[0].lower()
    page = client.get(links[0].removeprefix("http://testserver")).content.decode()
    assert 'value="jane.doe@example.org"' in page
    assert 'value="Zoé"' in client.get(links[1].removeprefix("http://testserver")).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"language": "xx"},
        {"people": []},
        {"people": [{}] * 501},
        {"people": [{"shoe_size": "44"}]},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"ends_at": "2999-01-01T00:00:00Z"},
        {"ends_at": "2026-12-01T00:00:00"},
    ],
)
def test_a_link_that_cannot_be_is_refused(crm: Program, campaign: Campaign, change: Any) -> None:
    problem(crm.post(f"/campaigns/{campaign.pk}/links", {"language": "en", "people": [{}], **change}), 422)


# ── steering and deciding ───────────────────────────────────────────────────────────────────────────────────────
def test_letters_are_paused_and_resumed(crm: Program, campaign: Campaign, acted: Edition) -> None:
    assert crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "pause"}).json() == {"letters": 1}
    assert crm.get(f"/campaigns/{campaign.pk}").json()["letters_paused"]
    line = AuditLine.objects.get(what="letters_pause")
    assert (line.who_name, line.campaign_ref, line.about) == ("API · CRM", campaign.pk, f"campaign:{campaign.pk}")
    crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "resume"})
    assert not crm.get(f"/campaigns/{campaign.pk}").json()["letters_paused"]


def test_letters_to_one_target_are_held_and_released(crm: Program, campaign: Campaign, acted: Edition) -> None:
    target = campaign.targets.get().pk
    crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "hold", "target": target})
    assert Message.objects.get(kind="letter").state == "held"
    crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "release", "target": target})
    assert Message.objects.get(kind="letter").state == "waiting"
    other = a_target(name="Of another campaign", email="other@hearings.example")
    for number in (10**19, other.pk):
        problem(crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "hold", "target": number}), 404)
    problem(crm.post(f"/campaigns/{campaign.pk}/letters", {"do": "cancel"}), 422)


def test_what_is_held_is_decided_once(crm: Program, client: Client, campaign: Campaign, edition: Edition) -> None:
    act(client, edition, text="I will kill you, and more.")
    (action,) = Action.objects.values_list("pk", flat=True)
    assert crm.get(f"/actions/{action}").json()["state"] == "held"
    assert crm.post(f"/actions/{action}/decision", {"decision": "release"}).json()["state"] == "counted"
    assert "no such decision" in problem(crm.post(f"/actions/{action}/decision", {"decision": "block"}), 409)["detail"]
    assert AuditLine.objects.get(what="action_released").campaign_ref == campaign.pk


# ── targets ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_targets_new_address_is_where_waiting_letters_go(crm: Program, campaign: Campaign, acted: Edition) -> None:
    target = campaign.targets.get()
    before = bytes(Message.objects.get(kind="letter").to_digest)
    said = crm.patch(f"/targets/{target.pk}", {"email": "new@hearings.example"}).json()
    assert (said["email"], said["name"], said["addressed"][0]["greeting"]) == (
        "new@hearings.example",
        "Minister of Hearings",
        "Dear Minister,",
    )
    assert {row.state for row in Message.objects.filter(kind="letter")} == {"cancelled", "waiting"}
    assert bytes(Message.objects.get(kind="letter", state="waiting").to_digest) != before
    assert AuditLine.objects.get(what="api_target_changed").details["fields"] == ["email"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": ""}, "email"),
        ({"other_emails": ["a@b.example", "x"]}, "other_emails"),
        ({"status": "retired"}, "status"),
        ({"successor": 10**19}, "successor"),
        ({"party": "x" * 121}, "party"),
        ({"emial": "a@hearings.example"}, "emial"),
        ({"party": "a\x00b"}, "party"),
    ],
)
def test_what_cannot_be_of_a_target_is_named(crm: Program, campaign: Campaign, change: Any, field: str) -> None:
    target = campaign.targets.get()
    said = problem(crm.patch(f"/targets/{target.pk}", change), 422)
    assert [error["field"] for error in said["errors"]] == [field]
    assert Target.objects.get().email == "minister@hearings.example"


@pytest.mark.parametrize("body", ["[null, null]", "null", "7", '"email"', "[]"])
def test_a_body_that_is_no_object_changes_nothing(crm: Program, campaign: Campaign, body: str) -> None:
    problem(crm.patch(f"/targets/{campaign.targets.get().pk}", body), 422)
    assert not AuditLine.objects.exists()


def test_nobody_follows_themselves(crm: Program) -> None:
    one, other = a_target(), a_target(name="Deputy", email="deputy@hearings.example")
    assert crm.patch(f"/targets/{one.pk}", {"successor": other.pk, "status": "away"}).status_code == 200
    problem(crm.patch(f"/targets/{other.pk}", {"successor": one.pk}), 422)
    assert crm.patch(f"/targets/{one.pk}", {"successor": None}).json()["successor"] is None


def test_a_target_is_found_by_what_an_import_knew_it_by(crm: Program) -> None:
    a_target(external_id="mps:35075")
    a_target(name="Deputy")
    with a_while_later():
        (row,) = crm.get("/targets", external_id="mps:35075").json()["items"]
    assert row["name"] == "Minister of Hearings"


def test_a_reader_writes_nothing(a_program: Maker, campaign: Campaign, edition: Edition) -> None:
    """B78"""
    reader = a_program(Scope.READ_CAMPAIGNS, Scope.READ_ACTIONS, Scope.READ_PEOPLE)
    problem(reader.post(f"/campaigns/{campaign.pk}/actions", an_action(edition)), 403)
    problem(reader.post(f"/campaigns/{campaign.pk}/letters", {"do": "pause"}), 403)
    problem(reader.patch(f"/targets/{campaign.targets.get().pk}", {"paused": True}), 403)
    assert not Campaign.objects.filter(letters_paused=True).exists()
    assert not Action.objects.exists()
