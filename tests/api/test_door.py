"""Who may come in by the API: a key that works, from where it may, for what it may, and for the campaigns it opens."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.api.conftest import V1, Maker, Program, a_while_later, problem
from tests.cast import a_campaign
from tocsin.campaigns.models import Campaign, Edition
from tocsin.staff.key_ring import end_key
from tocsin.staff.models import ApiKey, AuditLine, Scope

# Every door with what it needs; a number of 1 stands for whatever there may be.
DOORS: list[tuple[str, str, Any, Scope | None]] = [
    ("get", "/", None, None),
    ("get", "/campaigns", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/editions", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/editions/{edition}", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/hours?since=2026-11-01", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/ledger", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/files", None, Scope.BRING_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/before-publishing", None, Scope.BRING_CAMPAIGNS),
    ("post", "/campaigns/files", {}, Scope.BRING_CAMPAIGNS),
    ("get", "/lists", None, Scope.READ_CAMPAIGNS),
    ("get", "/lists/1/members", None, Scope.READ_CAMPAIGNS),
    ("post", "/lists/1/import", {"rows": [{"name": "x"}]}, Scope.CHANGE_TARGETS),
    ("get", "/campaigns/{campaign}/updates", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/hand-ins", None, Scope.READ_CAMPAIGNS),
    ("get", "/campaigns/{campaign}/sets", None, Scope.READ_CAMPAIGNS),
    ("post", "/campaigns/{campaign}/sets", {"sign": "no_origin", "reason": "Robots"}, Scope.DECIDE),
    ("get", "/campaigns/{campaign}/sets/proposed/1", None, Scope.DECIDE),
    ("post", "/campaigns/{campaign}/sets/proposed/1/take-out", None, Scope.DECIDE),
    ("post", "/campaigns/{campaign}/sets/1/put-back", {"reason": "They were people"}, Scope.DECIDE),
    ("post", "/campaigns/{campaign}/actions", {}, Scope.HAND_IN_ACTIONS),
    (
        "post",
        "/campaigns/{campaign}/links",
        {"language": "en", "people": [{"given_name": "Jane"}]},
        Scope.MAKE_LINKS,
    ),
    ("post", "/campaigns/{campaign}/letters", {"do": "pause"}, Scope.STEER_LETTERS),
    ("get", "/actions", None, Scope.READ_ACTIONS),
    ("get", "/actions/1", None, Scope.READ_ACTIONS),
    ("get", "/letters", None, Scope.READ_ACTIONS),
    ("get", "/letters/1", None, Scope.READ_ACTIONS),
    ("post", "/letters/1/step", {"do": "hold"}, Scope.STEER_LETTERS),
    ("get", "/notices", None, Scope.READ_ACTIONS),
    ("post", "/notices/1/settle", None, Scope.STEER_LETTERS),
    ("get", "/audit", None, Scope.READ_AUDIT),
    ("post", "/actions/1/decision", {"decision": "release"}, Scope.DECIDE),
    ("get", "/consents", None, Scope.READ_PEOPLE),
    ("get", "/supporters?purpose=news", None, Scope.READ_PEOPLE),
    ("get", "/supporters/1", None, Scope.READ_PEOPLE),
    ("post", "/supporters/find", {"email": "jane.doe@example.org"}, Scope.READ_PEOPLE),
    ("post", "/supporters/leave", {"email": "jane.doe@example.org"}, Scope.END_MAIL),
    ("get", "/targets", None, Scope.READ_CAMPAIGNS),
    ("get", "/targets/1", None, Scope.READ_CAMPAIGNS),
    ("patch", "/targets/1", {"paused": True}, Scope.CHANGE_TARGETS),
]


def knock(program: Program, door: tuple[str, str, Any, Scope | None], edition: Edition) -> Any:
    method, path, body, _scope = door
    path = path.format(campaign=edition.campaign_id, edition=edition.pk)
    return program.get(path) if method == "get" else getattr(program, method)(path, body)


def test_it_works(crm: Program) -> None:
    answer = crm.get("/")
    assert answer.status_code == 200
    assert answer.json()["name"] == "CRM"
    assert answer.json()["scopes"] == [scope.value for scope in Scope]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert not answer.cookies


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door[0]} {door[1]}")
def test_each_door_needs_its_own_scope(a_program: Maker, edition: Edition, door: Any) -> None:
    """B78: whoever lacks it is refused, whatever else they may; and the log says which door they tried."""
    assert problem(knock(Program("tocsin_none"), door, edition), 401)
    assert knock(a_program(), door, edition).status_code not in {401, 403, 500}
    if door[3] is None:
        return
    others = a_program(*(scope for scope in Scope if scope is not door[3]))
    said = problem(knock(others, door, edition), 403)
    assert door[3].value in said["detail"]
    assert AuditLine.objects.filter(what="refused", who_name="API · CRM", about__startswith=V1).exists()


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(crm: Program) -> None:
    answer = crm.patch("/campaigns", {})
    assert problem(answer, 405)["detail"]
    assert answer.headers["Allow"] == "GET"


def test_whoever_stands_in_an_address_stands_in_no_log(a_program: Maker, caplog: pytest.LogCaptureFixture) -> None:
    reader = a_program(Scope.READ_CAMPAIGNS)
    problem(reader.get("/supporters/jane.doe@example.org"), 403)
    assert "jane" not in AuditLine.objects.get(what="refused").about
    assert "supporters" in AuditLine.objects.get(what="refused").about


def test_every_door_of_the_api_is_in_this_table(client: Client) -> None:
    described = client.get(f"{V1}/openapi.json").json()["paths"]
    doors = {(method, path.removeprefix(V1)) for path, methods in described.items() for method in methods}
    known = {(method, path.partition("?")[0].replace("/1", "/{n}")) for method, path, _body, _scope in DOORS}
    for name in ("action", "letter", "supporter", "target", "notice", "number"):
        doors = {(method, path.replace(f"{{{name}}}", "{n}")) for method, path in doors}
    assert doors == known


@pytest.mark.parametrize(
    "shown", ["", "Bearer", "Bearer tocsin_", "Bearer tocsin_x_y", "Basic YTpi", "Bearer " + "a" * 5000, "Bearer \x00"]
)
def test_whoever_shows_no_key_is_told_how(client: Client, db: None, shown: str) -> None:
    answer = client.get(f"{V1}/", headers={"authorization": shown} if shown else {})
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_key_with_another_secret_is_none(crm: Program) -> None:
    problem(Program(crm.key[:-1] + ("a" if crm.key[-1] != "a" else "b")).get("/"), 401)


def test_a_key_works_until_it_runs_out_or_is_ended(a_program: Maker) -> None:
    """B78"""
    crm = a_program(expires_at=timezone.now() + timedelta(days=2))
    assert crm.get("/").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        assert "no longer" in problem(crm.get("/"), 401)["detail"]
    assert end_key(ApiKey.objects.get(), "Jane Doe")
    assert not end_key(ApiKey.objects.get(), "Jane Doe")
    problem(crm.get("/"), 401)


@pytest.mark.parametrize(
    ("networks", "address", "may"),
    [
        ("", "198.51.100.9", True),
        ("198.51.100.0/24", "198.51.100.9", True),
        ("192.0.2.0/24\n2001:db8::/32", "2001:db8::5", True),
        ("198.51.100.0/24", "192.0.2.1", False),
        ("198.51.100.0/24", "2001:db8::5", False),
        ("198.51.100.0/24", "", False),
    ],
)
def test_a_key_opens_from_its_networks_only(a_program: Maker, networks: str, address: str, *, may: bool) -> None:
    answer = a_program(networks=networks, address=address).get("/")
    assert answer.status_code == (200 if may else 403)


def test_the_key_itself_is_not_kept(crm: Program) -> None:
    kept = ApiKey.objects.get()
    assert crm.key.startswith(f"tocsin_{kept.prefix}_")
    assert kept.sha256 == hashlib.sha256(crm.key.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM staff_apikey")
        assert crm.key.split("_", 2)[2] not in str(cursor.fetchall())


def test_its_last_use_is_noted_once_a_minute(crm: Program, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        crm.get("/")
    first = ApiKey.objects.get().last_used_at
    assert first
    with django_assert_num_queries(1):
        crm.get("/")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        crm.get("/")
    assert ApiKey.objects.get().last_used_at > first  # type: ignore[operator]


def test_a_key_of_one_campaign_knows_no_other(a_program: Maker, campaign: Campaign, edition: Edition) -> None:
    other = a_campaign(name="Keep the forest", slug="forest", targets=[])
    key = a_program(campaign=other)
    with a_while_later():
        assert [row["id"] for row in key.get("/campaigns").json()["items"]] == [other.pk]
    for path in (f"/campaigns/{campaign.pk}", f"/campaigns/{campaign.pk}/editions", "/actions?campaign=1"):
        problem(key.get(path.replace("campaign=1", f"campaign={campaign.pk}")), 404)
    assert key.get("/targets").json()["items"] == []
    problem(key.post("/supporters/leave", {"email": "jane.doe@example.org"}), 403)
    problem(key.patch(f"/targets/{campaign.targets.get().pk}", {"paused": True}), 403)


@pytest.mark.parametrize(
    "body", ["{", "[]", "null", '"x"', "\udcff", "[" * 100_000, '{"email": 1}', '{"email": "\\u0000"}', "{}"]
)
def test_odd_bodies_are_answered(crm: Program, body: str) -> None:
    answer = crm.post("/supporters/find", body.encode("utf-8", "surrogateescape"))
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code)


def test_a_body_beyond_reason_is_too_large(crm: Program) -> None:
    problem(crm.post("/supporters/find", '{"email": "' + "a" * 11_000_000 + '"}'), 413)


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", "1 or 1=1"])
@pytest.mark.parametrize("path", ["/campaigns/{}", "/actions/{}", "/letters/{}", "/supporters/{}", "/targets/{}"])
def test_numbers_of_nothing_lead_nowhere(crm: Program, path: str, number: str) -> None:
    assert crm.get(path.format(number)).status_code in {404, 422}


@pytest.mark.parametrize("asked", ["after=-1", "after=x", "limit=0", "limit=501", "after=99999999999999999999"])
def test_odd_questions_are_told_what_is_wrong(crm: Program, asked: str) -> None:
    said = problem(crm.get(f"/actions?{asked}"), 422)
    assert said["errors"][0]["field"] == asked.partition("=")[0]


def test_a_database_that_is_away_is_said(crm: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError  # noqa: PLC0415

    def gone(*_args: Any, **_how: Any) -> None:
        raise OperationalError("the secret name of somebody")

    monkeypatch.setattr("tocsin.api.campaigns.shown_numbers", gone)
    answer = crm.get(f"/campaigns/{a_campaign().pk}")
    problem(answer, 503)
    assert 5 <= int(answer.headers["Retry-After"]) <= 30


def test_what_was_unforeseen_is_logged_by_its_class_alone(
    crm: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any, **_how: Any) -> None:
        raise ZeroDivisionError("the secret name of somebody")

    monkeypatch.setattr("tocsin.api.campaigns.shown_numbers", broken)
    problem(crm.get(f"/campaigns/{a_campaign().pk}"), 500)
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text


def test_addresses_of_nothing_are_answered_to_programs(client: Client, db: None) -> None:
    for path in ("/api/", "/api/v2/campaigns", "/api/v1/nothing/"):
        problem(client.get(path), 404)


@pytest.mark.parametrize("path", ["/supporters?purpose=ne%00ws", "/targets?external_id=mps%00"])
def test_what_no_database_keeps_is_refused_in_a_question_too(crm: Program, path: str) -> None:
    problem(crm.get(path), 422)
