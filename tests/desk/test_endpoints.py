"""Webhooks at the desk: made with a secret that is shown once, changed, tried; refused where they lead inside."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from tests.desk.conftest import confirm
from tests.outbox.calls.conftest import an_endpoint, happen
from tocsin.campaigns.models import Campaign
from tocsin.desk.endpoint_rows import endpoint_rows, newest_calls, newest_test
from tocsin.lib.outward import read_allowed
from tocsin.lib.sql import run
from tocsin.lib.vault import vault
from tocsin.outbox.calls.endpoints import MOST_ENDPOINTS
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.secret import secrets_of
from tocsin.outbox.models import Call, Endpoint, Notice
from tocsin.staff.models import AuditLine

FORM = {
    "name": "Our CRM",
    "url": "https://crm.example/in",
    "kinds": ["action.counted", "letter.sent"],
    "campaign_ref": "",
}
PUBLIC, INSIDE = "93.184.215.14", "10.1.2.3"


@pytest.fixture(autouse=True)
def resolver(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    known = {"crm.example": PUBLIC, "inside.example": INSIDE, "crm.lan": INSIDE}

    def looked_up(host: str, port: int, **_: Any) -> list[Any]:
        address = known.get(host, host if host[:1].isdigit() else "")
        if not address:
            raise socket.gaierror
        return [(socket.AF_INET, 1, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return known


def add(admin: Client, **changes: Any) -> HttpResponse:
    return admin.post(reverse("desk_endpoint_new"), FORM | changes)  # type: ignore[return-value]


def screen(client: Client, endpoint: Endpoint, **query: str) -> str:
    return client.get(reverse("desk_endpoint", args=[endpoint.pk]), query).content.decode()


def press(client: Client, name: str, *numbers: int) -> HttpResponse:
    return client.post(reverse(f"desk_endpoint_{name}", args=numbers))  # type: ignore[return-value]


def noted() -> list[str]:
    return list(AuditLine.objects.filter(kind="software").order_by("pk").values_list("what", flat=True))


def test_it_works(admin: Client, campaign: Campaign) -> None:
    response = add(admin, campaign_ref=str(campaign.pk))
    endpoint = Endpoint.objects.get()
    assert response.headers["Location"] == reverse("desk_endpoint", args=[endpoint.pk])
    assert (endpoint.kinds, endpoint.campaign_ref, endpoint.with_people) == (FORM["kinds"], campaign.pk, False)
    assert endpoint.made_by_name == "Jane Doe"
    [secret] = secrets_of(endpoint)
    stored = str(dict(admin.session))
    assert secret not in stored
    assert secret in screen(admin, endpoint)
    assert secret not in screen(admin, endpoint)
    assert noted() == ["endpoint_added"]
    assert secret not in str(AuditLine.objects.values_list())
    html = admin.get(reverse("desk_endpoints")).content.decode()
    assert "Our CRM" in html
    assert campaign.name in html


def test_where_there_is_none_it_says_what_they_are_good_for(admin: Client) -> None:
    html = admin.get(reverse("desk_endpoints")).content.decode()
    assert "Nobody has to export and import by hand" in html
    assert reverse("desk_endpoint_new") in html
    assert reverse("desk_keys") in admin.get("/desk/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"url": "http://crm.example/in"}, "must begin with https"),
        ({"url": "https://inside.example/"}, "private network"),
        ({"url": "https://127.0.0.1/"}, "private network"),
        ({"url": "https://169.254.169.254/"}, "private network"),
        ({"url": "https://0x7f000001/"}, "can be understood"),
        ({"url": "https://nobody.example/"}, "Nobody knows a server"),
        ({"url": "https://jane:x@crm.example/"}, "user name and password out"),
        ({"url": "crm"}, "must begin with https"),
        ({"url": ""}, "required"),
        ({"name": ""}, "required"),
        ({"kinds": []}, "at least one thing"),
        ({"kinds": ["endpoint.test"]}, "valid choice"),
        ({"campaign_ref": "999"}, "valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_kept(admin: Client, wrong: dict[str, Any], said: str) -> None:
    response = add(admin, **wrong)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert wrong.get("name", "Our CRM") in response.content.decode()
    assert not Endpoint.objects.exists()


def test_what_the_operator_allows_is_taken(admin: Client, settings: Settings) -> None:
    settings.TOCSIN_WEBHOOKS_ALLOWED = read_allowed(["crm.lan"])
    assert add(admin, url="http://crm.lan:8080/in").status_code == 302


def test_there_are_not_more_than_can_be_told(admin: Client) -> None:
    Endpoint.objects.bulk_create([Endpoint(name=str(n), url="x", sealed=b"") for n in range(MOST_ENDPOINTS)])
    assert "no more are possible" in add(admin).content.decode()


def test_changing_keeps_its_secret(admin: Client) -> None:
    endpoint, secret = an_endpoint("https://crm.example/in")
    url = reverse("desk_endpoint_change", args=[endpoint.pk])
    html = admin.get(url).content.decode()
    assert 'value="https://crm.example/in"' in html
    admin.post(url, FORM | {"name": "Another", "with_people": "on"})
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.with_people, endpoint.kinds) == ("Another", True, FORM["kinds"])
    assert secrets_of(endpoint) == [secret]
    assert noted() == ["endpoint_changed"]
    assert "<strong>go along</strong>" in screen(admin, endpoint)


def test_another_secret_is_shown_once(admin: Client) -> None:
    endpoint, old = an_endpoint("https://crm.example/in")
    press(admin, "secret", endpoint.pk)
    new, kept = secrets_of(Endpoint.objects.get())
    assert kept == old
    html = screen(admin, endpoint)
    assert new in html
    assert old not in html
    assert "is valid beside it until" in html
    assert noted() == ["endpoint_secret_changed"]


def test_a_secret_is_shown_to_nobody_else(admin: Client, colleague: Callable[..., Client]) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    press(admin, "secret", endpoint.pk)
    [new, _old] = secrets_of(Endpoint.objects.get())
    other = User.objects.create_superuser("other", "other@example.org", "x")
    client = Client()
    client.force_login(other)
    confirm(client, other)
    assert new not in screen(client, endpoint)
    assert new in screen(admin, endpoint)


def test_off_and_on(admin: Client) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    for _time in range(2):
        press(admin, "off", endpoint.pk)
    assert not Endpoint.objects.get().is_on
    html = screen(admin, endpoint)
    assert "Staff switched it off" in html
    assert reverse("desk_endpoint_test", args=[endpoint.pk]) not in html
    for _time in range(2):
        press(admin, "on", endpoint.pk)
    assert Endpoint.objects.get().is_on
    assert noted() == ["endpoint_off", "endpoint_on"]


def test_a_test_says_what_came_of_it(admin: Client) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    press(admin, "test", endpoint.pk)
    call = Call.objects.get(kind=EventKind.TEST)
    state = reverse("desk_endpoint_state", args=[endpoint.pk])
    assert admin.get(state).json()["ended"] is False
    assert "The test is on its way" in screen(admin, endpoint)
    sealed = vault().seal("hello <b>there</b>", call.context)
    Call.objects.update(due_at=None, done_at=Now(), tried_at=Now(), status=204, attempts=1, sealed_words=sealed)
    assert admin.get(state).json()["ended"] is True
    html = screen(admin, endpoint)
    assert "The test arrived" in html
    assert "answer 204" in html
    assert "hello &lt;b&gt;there&lt;/b&gt;" in html
    Call.objects.update(done_at=None, status=None, sealed_words=vault().seal("SSLError", call.context), due_at=Now())
    html = screen(admin, endpoint)
    assert "The test did not arrive" in html
    assert "certificate is not valid" in html
    assert noted() == ["endpoint_tested"]


def test_calls_are_listed_and_sent_again(admin: Client) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    done, waiting, gone = happen(1, 2, 3)
    Call.objects.filter(pk=done.pk).update(due_at=None, done_at=Now(), tried_at=Now(), status=200, attempts=1)
    Call.objects.filter(pk=gone.pk).update(due_at=None, given_up_at=Now(), tried_at=Now(), status=500, attempts=10)
    html = screen(admin, endpoint)
    assert all(call.ref in html for call in (done, waiting, gone))
    assert reverse("desk_endpoint_call_again", args=[endpoint.pk, waiting.pk]) not in html
    only = screen(admin, endpoint, which="given_up")
    assert gone.ref in only
    assert done.ref not in only
    assert waiting.ref in screen(admin, endpoint, which="open")
    assert done.ref in screen(admin, endpoint, which="%00")
    for _time in range(2):
        press(admin, "call_again", endpoint.pk, gone.pk)
    again = Call.objects.get(pk=gone.pk)
    assert (again.given_up_at, again.tries, again.ref) == (None, 0, gone.ref)
    assert again.due_at
    assert noted() == ["endpoint_call_again"]


def test_a_call_of_another_endpoint_is_not_found(admin: Client) -> None:
    mine, _secret = an_endpoint("https://crm.example/in")
    other, _secret = an_endpoint("https://crm.example/in", kinds=[])
    [call] = happen(1)
    assert call.endpoint_id == mine.pk
    assert press(admin, "call_again", other.pk, call.pk).status_code == 404


def test_it_can_be_removed(admin: Client) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    happen(1)
    Notice.objects.create(kind=Notice.Kind.OFF, about=f"endpoint:{endpoint.pk}", words="500")
    press(admin, "remove", endpoint.pk)
    assert not Endpoint.objects.exists()
    assert press(admin, "call_again", endpoint.pk, Call.objects.get().pk).status_code == 404
    assert press(admin, "remove", endpoint.pk).status_code == 404
    assert not Notice.objects.filter(settled_at=None).exists()
    assert AuditLine.objects.get(kind="software").details["title"] == "CRM"


def test_changes_ask_who_it_is_again(admin: Client, boss: User) -> None:
    endpoint, secret = an_endpoint("https://crm.example/in")
    confirm(admin, boss, ago=3600)
    for name in ("change", "secret", "off", "on", "remove", "test"):
        response = press(admin, name, endpoint.pk)
        assert response.headers["Location"].startswith(reverse("account_again")), name
    assert add(admin).headers["Location"].startswith(reverse("account_again"))
    assert secrets_of(Endpoint.objects.get()) == [secret]
    assert not Call.objects.exists()


@pytest.mark.parametrize("path", ["", "_new", "_change"])
def test_nobody_else_comes_in(nobody: Client, path: str) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    numbers = [] if path == "_new" else [endpoint.pk]
    assert nobody.get(reverse(f"desk_endpoint{path}", args=numbers)).status_code in {302, 403}
    assert Endpoint.objects.get().name == "CRM"


def test_staff_are_told_where_one_was_switched_off(admin: Client, campaign: Campaign) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in", name="Our CRM")
    Endpoint.objects.update(off_at=Now(), why_off="failing")
    notice = Notice.objects.create(kind=Notice.Kind.OFF, about=f"endpoint:{endpoint.pk}", words="500")
    html = admin.get("/desk/").content.decode()
    assert "An endpoint was switched off: Our CRM" in html
    assert "Settings, Other software" in html
    assert reverse("desk_endpoint", args=[endpoint.pk]) in html
    assert reverse("desk_notice_settle", args=[notice.pk]) not in html
    admin.post(reverse("desk_notice_settle", args=[notice.pk]))
    assert Notice.objects.get().settled_at is None
    press(admin, "on", endpoint.pk)
    assert Notice.objects.get().settled_at is not None


def test_many_endpoints_cost_as_many_questions_as_few(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(10):
        an_endpoint("https://crm.example/in", name=f"CRM {number}")
    admin.get(reverse("desk_endpoints"))
    with django_assert_max_num_queries(30) as first:
        admin.get(reverse("desk_endpoints"))
    for number in range(8):
        an_endpoint("https://crm.example/in", name=f"More {number}")
    with django_assert_max_num_queries(len(first.captured_queries)):
        admin.get(reverse("desk_endpoints"))


def test_no_screen_walks_the_calls_that_are_done() -> None:
    """Among some thousand; both databases are told first what is there."""
    endpoint, _secret = an_endpoint("https://crm.example/in")
    rows = [Call(endpoint=endpoint, key=str(n), kind="action.counted", about=n, due_at=None) for n in range(3000)]
    Call.objects.bulk_create(rows)
    happen(9001, 9002)
    run("ANALYZE outbox_call")
    with CaptureQueriesContext(connection) as asked:
        endpoint_rows([endpoint])
        newest_calls(endpoint, "open")
        newest_calls(endpoint, "given_up")
        newest_test(endpoint)
    plans = [_plan_of(one["sql"]) for one in asked if 'FROM "outbox_call"' in one["sql"]]
    wanted = ["calls_due", "calls_due", "calls_given_up", "calls_of_tests"]
    assert len(plans) == 4
    assert [plan for plan, index in zip(plans, wanted, strict=True) if index not in plan] == []


def _plan_of(query: str) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    return " ".join(str(row[-1]) for row in run(f"{explain} {query}".replace("%", "%%")))


def test_no_separator_is_written_into_an_address(admin: Client) -> None:
    endpoint, _secret = an_endpoint("https://crm.example/in", pk=12345)
    happen(1)
    Call.objects.update(id=123456, due_at=None, done_at=Now())
    html = screen(admin, endpoint)
    assert reverse("desk_endpoint_call_again", args=[12345, 123456]) in html
