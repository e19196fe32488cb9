"""What other software reads: campaigns, actions, letters, people; each row once, nobody's name without the scope."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.api.conftest import Maker, Program, a_while_later, act, problem
from tests.cast import a_campaign, an_edition
from tocsin.actions.models import Action, Letter
from tocsin.campaigns.ledger import add_lines
from tocsin.campaigns.models import Campaign, CounterEntry, Edition
from tocsin.outbox.models import Message
from tocsin.staff.models import AuditLine, Scope
from tocsin.supporters.models import Consent, Supporter

PEOPLE = ("jane.doe@example.org", "Jane", "K1A 0A6", "613 555", "+1613")


def test_a_campaign_says_its_number_and_what_stands_behind_it(crm: Program, campaign: Campaign, acted: Edition) -> None:
    line = CounterEntry(source="paper", people=40, reason="At the market")
    add_lines([line], campaign, None, "Jane Doe", may_approve=True)
    said = crm.get(f"/campaigns/{campaign.pk}").json()
    assert (said["count"], said["number"]["online"], said["number"]["paper"]) == (41, 1, 40)
    assert said["pages"] == [
        {
            "language": "en",
            "url": "http://testserver/en/fair-hearing/",
            "title": "A fair hearing",
            "demand": "Hear every family.",
            "edition": acted.pk,
        }
    ]
    assert said["letters"] == {"waiting": 1}
    assert said["targets"] == [campaign.targets.get().pk]
    with a_while_later():
        assert crm.get(f"/campaigns/{campaign.pk}/ledger").json()["items"][0]["people"] == 40


def test_an_edition_can_be_checked_by_its_hash(crm: Program, campaign: Campaign, edition: Edition) -> None:
    said = crm.get(f"/campaigns/{campaign.pk}/editions/{edition.pk}").json()
    canonical = json.dumps(said["words"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == said["sha256"] == edition.sha256


def test_hours_are_counted_by_language_and_source(crm: Program, campaign: Campaign, acted: Edition) -> None:
    day = Action.objects.get().accepted_at.date().isoformat()
    (hour,) = crm.get(f"/campaigns/{campaign.pk}/hours", since=day, until=day).json()
    assert (hour["number"], hour["source"], hour["language"]) == (1, "newsletter", "en")
    assert hour["hour"].endswith(":00:00Z")


@pytest.mark.parametrize(
    "asked", [{"until": "2026-01-01"}, {"until": "2027-12-01"}, {"until": "x"}, {"until": "9999-12-31"}]
)
def test_more_hours_than_a_month_are_refused(crm: Program, campaign: Campaign, asked: Any) -> None:
    problem(crm.get(f"/campaigns/{campaign.pk}/hours", since="2026-11-01", **asked), 422)


def test_actions_without_names(a_program: Maker, acted: Edition) -> None:
    reader = a_program(Scope.READ_ACTIONS)
    with a_while_later():
        answer = reader.get("/actions")
        (action,) = answer.json()["items"]
    assert action["state"] == "followed"
    assert action["source"] == {"utm_source": "newsletter"}
    assert action["person"] is None
    assert action["letters"] == [Letter.objects.get().pk]
    assert not any(one in answer.content.decode() for one in PEOPLE)
    assert not AuditLine.objects.exists()
    problem(reader.get("/actions", people=True), 403)


def test_actions_with_who_acted_and_a_line_in_the_log(crm: Program, acted: Edition) -> None:
    with a_while_later():
        (action,) = crm.get("/actions", people=True).json()["items"]
    assert action["person"]["details"]["email"] == "jane.doe@example.org"
    assert action["person"]["text"].startswith("Dear readers")
    assert action["person"]["consents"] == {"news": True, "calls": True}
    line = AuditLine.objects.get(what="api_people_read")
    assert (line.who_name, line.details["rows"], line.address) == ("API · CRM", 1, "192.0.2.7")
    assert not any(one in json.dumps(line.details) for one in PEOPLE)


def test_lists_are_gone_through_once(crm: Program, client: Client, edition: Edition) -> None:
    for who in range(5):
        act(client, edition, email=f"jane.doe{who}@example.org")
    seen, after = [], 0
    with a_while_later():
        for _time in range(3):
            said = crm.get("/actions", after=after, limit=2).json()
            seen += [row["id"] for row in said["items"]]
            after = said["after"]
            assert said["more"] == (len(seen) < 5)
        assert crm.get("/actions", after=after).json() == {"items": [], "after": after, "more": False}
    assert seen == sorted(Action.objects.values_list("pk", flat=True))


def test_what_is_not_settled_comes_with_the_next_question(crm: Program, acted: Edition) -> None:
    """A row that took long gets a smaller number than others that are seen before it."""
    for path in ("/actions", "/letters", "/consents"):
        assert crm.get(path).json()["items"] == []
        with a_while_later():
            assert crm.get(path).json()["items"], path


def test_the_number_of_questions_does_not_grow(crm: Program, client: Client, edition: Edition) -> None:
    asked: dict[str, set[int]] = {}
    for who in range(6):
        act(client, edition, email=f"jane.doe{who}@example.org")
        if who not in {1, 5}:
            continue
        with a_while_later():
            for path in ("/actions?people=true", "/letters", "/consents", "/supporters?purpose=news"):
                crm.get(path)
                with CaptureQueriesContext(connection) as queries:
                    assert len(crm.get(path).json()["items"]) > who
                asked.setdefault(path, set()).add(len(queries))
    assert all(len(numbers) == 1 for numbers in asked.values()), asked


def test_a_letter_with_its_attempts(crm: Program, acted: Edition) -> None:
    with a_while_later():
        (row,) = crm.get("/letters").json()["items"]
    whole = crm.get(f"/letters/{row['id']}").json()
    assert whole["state"] == "waiting"
    assert whole["message_id"].startswith("<")
    assert whole["deliveries"] == whole["events"] == []
    assert not any(one in json.dumps(whole) for one in PEOPLE)


def test_consents_with_the_words_they_were_asked_in(crm: Program, acted: Edition) -> None:
    with a_while_later():
        rows = crm.get("/consents", campaign=acted.campaign_id).json()["items"]
    assert {(row["purpose"], row["answer"], row["wording"]) for row in rows} == {
        ("news", "yes", "Send me news."),
        ("calls", "yes", "May we call you?"),
    }
    assert {row["method"] for row in rows} == {"web"}


def test_a_mailing_list_has_whoever_agreed_and_did_not_leave(crm: Program, client: Client, edition: Edition) -> None:
    act(client, edition)
    act(client, edition, email="no.news@example.org", consent_news=None)
    (person,) = crm.get("/supporters", purpose="news").json()["items"]
    assert person["details"]["email"] == "jane.doe@example.org"
    assert person["may_be_mailed_about"] == ["calls", "news"]
    assert crm.post("/supporters/leave", {"email": " Jane.Doe@example.org "}).json() == {"noted": True}
    assert crm.get("/supporters", purpose="news").json()["items"] == []
    found = crm.post("/supporters/find", {"email": "jane.doe@example.org"}).json()
    assert (found["may_be_mailed_about"], found["nothing_is_sent_because"]) == ([], "left")
    problem(crm.get("/supporters", purpose=""), 422)


def test_nobody_learns_whether_somebody_signed_by_having_them_leave(crm: Program, acted: Edition) -> None:
    answers = [crm.post("/supporters/leave", {"email": f"{who}@example.org"}) for who in ("jane.doe", "nobody")]
    assert answers[0].content == answers[1].content
    assert answers[0].status_code == answers[1].status_code == 200
    problem(crm.post("/supporters/leave", {"email": "no address"}), 422)


def test_a_key_of_one_campaign_finds_its_own_people_only(a_program: Maker, acted: Edition) -> None:
    other = Campaign.objects.create(name="Keep the forest", slug="forest", kind="petition")
    person = Supporter.objects.get()
    theirs, ours = a_program(campaign=other), a_program(campaign=acted.campaign)
    problem(theirs.get(f"/supporters/{person.pk}"), 404)
    problem(theirs.post("/supporters/find", {"email": "jane.doe@example.org"}), 404)
    problem(theirs.get(f"/actions/{Action.objects.get().pk}"), 404)
    problem(theirs.get(f"/letters/{Letter.objects.get().pk}"), 404)
    with a_while_later():
        assert theirs.get("/actions").json()["items"] == theirs.get("/letters").json()["items"] == []
        assert theirs.get("/consents").json()["items"] == []
        assert theirs.get("/supporters", purpose="news").json()["items"] == []
        assert ours.get("/supporters", purpose="news").json()["items"]
    assert ours.get(f"/supporters/{person.pk}").json()["id"] == person.pk


def test_a_key_of_one_campaign_is_told_what_was_said_there(
    a_program: Maker, crm: Program, client: Client, acted: Edition
) -> None:
    """Jane acts elsewhere later, and says other things of herself."""
    other = an_edition(a_campaign(name="Keep the forest", slug="forest", targets=[]))
    act(client, other, given_name="Janet", city="Montréal", consent_calls="no")
    ours = a_program(campaign=acted.campaign)
    person = Supporter.objects.get().pk
    said = ours.get(f"/supporters/{person}").json()
    assert (said["details"]["given_name"], said["details"]["city"]) == ("Jane", "Ottawa")
    assert (said["first_seen_at"], len(said["actions"])) == (None, 1)
    assert "Janet" in json.dumps(crm.get(f"/supporters/{person}").json())
    Consent.objects.create(supporter_id=person, purpose="forest", control="box", yes=True, given_at="2026-01-01T00:00Z")
    assert "forest" not in ours.get(f"/supporters/{person}").json()["may_be_mailed_about"]
    assert "forest" in crm.get(f"/supporters/{person}").json()["may_be_mailed_about"]


def test_which_rows_were_read_stands_in_the_log(crm: Program, client: Client, edition: Edition) -> None:
    for who in range(3):
        act(client, edition, email=f"jane.doe{who}@example.org")
    with a_while_later():
        crm.get("/actions", people=True, campaign=edition.campaign_id)
    line, (first, *_rest, last) = AuditLine.objects.get(), Action.objects.order_by("pk").values_list("pk", flat=True)
    assert (line.details["from"], line.details["to"], line.campaign_ref) == (first, last, edition.campaign_id)


def test_a_letter_that_is_written_anew_is_missed_by_nobody(crm: Program, client: Client, edition: Edition) -> None:
    for who in range(3):
        act(client, edition, email=f"jane.doe{who}@example.org")
    first = Letter.objects.order_by("pk")[0]
    Message.objects.filter(pk=first.message_id).update(created_at=timezone.now() + timedelta(hours=1))
    with a_while_later():
        assert len(crm.get("/letters").json()["items"]) == 3


def test_letters_of_one_campaign_are_gone_through_some_at_a_time(
    a_program: Maker, client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.api.letters.LOOKED_AT", 2)
    campaign, other = edition.campaign, an_edition(a_campaign(name="Keep the forest", slug="forest"))
    for who in range(3):
        act(client, other, email=f"forest{who}@example.org")
    act(client, edition)
    reader, after = a_program(campaign=campaign), 0
    found: list[dict[str, Any]] = []
    with a_while_later():
        for _time in range(4):
            said = reader.get("/letters", after=after).json()
            found, after = found + said["items"], said["after"]
            if not said["more"]:
                break
    assert [row["campaign"] for row in found] == [campaign.pk]


def test_older_wordings_are_listed(crm: Program, campaign: Campaign, edition: Edition) -> None:
    an_edition(campaign, title="Another title")
    an_edition(campaign, "fr")
    with a_while_later():
        rows = crm.get(f"/campaigns/{campaign.pk}/editions").json()["items"]
    assert [(row["language"], row["number"]) for row in rows] == [("en", 1), ("en", 2), ("fr", 1)]
