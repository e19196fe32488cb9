"""The mail provider's hook: who may speak, what is noted, and that saying it again changes nothing (B74, F30)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from tests.outbox.inbound import mails
from tests.outbox.test_events import sent, state_of
from tocsin.outbox.models import Event, Kind, Message, Suppression
from tocsin.outbox.states import State
from tocsin.web import hooks

pytestmark = pytest.mark.django_db
SECRET = "user:a long secret"


@pytest.fixture(autouse=True)
def postmark(settings: Settings) -> Settings:
    settings.TOCSIN_ESP = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    return settings


def basic(secret: str = SECRET) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def post(client: Client, what: Any, *, path: str = "postmark/tracking", headers: dict[str, str] | None = None) -> Any:
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    return client.post(
        f"/hooks/mail/{path}/",
        body,
        content_type="application/json",
        headers=basic() if headers is None else headers,
    )


def bounce(message: Message, number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": number,
        "Type": "HardBounce",
        "MessageID": "0a12",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 <minister@hearings.example> no such user",
        "Email": "minister@hearings.example",
        "BouncedAt": "2026-11-24T12:00:00Z",
        "Metadata": {"ref": message.ref},
        **changes,
    }


def delivery(message: Message) -> dict[str, Any]:
    return {
        "RecordType": "Delivery",
        "MessageID": "0a12",
        "Recipient": "minister@hearings.example",
        "DeliveredAt": "2026-11-24T12:00:00Z",
        "Details": "250 2.0.0 OK",
        "Metadata": {"ref": message.ref},
    }


def test_it_works(client: Client) -> None:
    letter = sent()
    response = post(client, bounce(letter))
    assert (response.status_code, response.content) == (200, b"")
    assert state_of(letter) == State.BOUNCED
    event = letter.events.get()
    assert (event.source, event.words) == ("postmark", "smtp;550 5.1.1 <minister@hearings.example> no such user")


def test_it_is_no_public_page(client: Client) -> None:
    response: HttpResponse = post(Client(enforce_csrf_checks=True), bounce(sent()))
    assert response.status_code == 200
    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
    assert client.get("/hooks/mail/postmark/tracking/").status_code == 405
    assert client.head("/hooks/mail/postmark/tracking/").status_code == 200


def test_repeated_is_200_without_effect(client: Client) -> None:
    letter = sent()
    for _ in range(3):
        assert post(client, bounce(letter)).status_code == 200
    assert Event.objects.count() == 1


def test_out_of_order(client: Client) -> None:
    first, second = sent(1), sent(2)
    for reports in ([bounce(first, 1), delivery(first)], [delivery(second), bounce(second, 2)]):
        for report in reports:
            assert post(client, report).status_code == 200
    assert {state_of(first), state_of(second)} == {State.BOUNCED}
    assert Event.objects.count() == 4


@pytest.mark.parametrize(
    "headers",
    [{}, basic("user:wrong"), basic(""), {"authorization": "Basic ~~"}, {"authorization": "Bearer x"}],
)
def test_no_or_a_wrong_secret_is_403(client: Client, headers: dict[str, str]) -> None:
    letter = sent()
    assert post(client, bounce(letter), headers=headers).status_code == 403
    assert not Event.objects.exists()


def test_without_a_secret_nobody_is_believed(client: Client, settings: Settings) -> None:
    settings.ANYMAIL = {}
    assert post(client, bounce(sent())).status_code == 403
    assert post(client, bounce(sent()), headers={}).status_code == 403


@pytest.mark.parametrize("path", ["mailgun/tracking", "postmark/other", "nobody/tracking", "scaleway/tracking"])
def test_other_providers_are_not_there(client: Client, path: str) -> None:
    assert post(client, {}, path=path).status_code == 404


def test_without_a_provider_there_is_no_hook(client: Client, settings: Settings) -> None:
    settings.TOCSIN_ESP = ""
    assert post(client, bounce(sent())).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"RecordType": "Inbound"}'])
def test_nonsense_is_400(client: Client, body: bytes) -> None:
    assert post(client, body).status_code in {400, 403}
    assert not Event.objects.exists()


@pytest.mark.parametrize("metadata", [{}, {"ref": "a" * 26}, {"ref": 7}, {"ref": ["x"]}, None, [], {"ref": "x" * 500}])
def test_about_nothing_of_ours(client: Client, metadata: Any) -> None:
    report = bounce(sent()) | {"Metadata": metadata}
    assert post(client, report).status_code in {200, 400}
    assert not Event.objects.exists()


def test_far_too_large(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "LARGEST_BODY", 100)
    assert post(client, bounce(sent())).status_code == 413


def test_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(hooks, "note_reports", away)
    response = post(client, bounce(sent()))
    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.parametrize(
    ("changes", "suppressed"),
    [
        ({}, True),
        ({"Details": ""}, True),
        ({"Details": "", "Type": "SoftBounce"}, False),
        ({"Details": "552 5.2.2 full"}, False),
        ({"Type": "BadEmailAddress", "Details": ""}, True),
        ({"Type": "Blocked", "Details": ""}, False),
        ({"Type": "Transient", "Details": "5.1.1"}, False),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, True),
    ],
)
def test_who_is_left_alone(client: Client, changes: dict[str, Any], suppressed: bool) -> None:  # noqa: FBT001
    post(client, bounce(sent(kind=Kind.THANKS), **changes))
    assert Suppression.objects.exists() is suppressed


def test_opened_and_clicked_are_not_noted(client: Client) -> None:
    report = {"RecordType": "Open", "Recipient": "a@b.ca", "Metadata": {"ref": sent().ref}}
    assert post(client, report).status_code == 200
    assert not Event.objects.exists()


def test_a_mail_that_came_in(client: Client) -> None:
    letter = sent()
    raw = mails.postfix(letter).decode()
    report = {"FromFull": {"Email": "a@b.ca"}, "OriginalRecipient": mails.return_path(letter), "RawEmail": raw}
    for _ in range(2):
        assert post(client, report, path="postmark/inbound").status_code == 200
    assert state_of(letter) == State.BOUNCED
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    ("esp", "key", "secured"),
    [
        ("sendgrid", "SENDGRID_TRACKING_WEBHOOK_VERIFICATION_KEY", False),
        ("sendgrid", "WEBHOOK_SECRET", True),
        ("resend", "RESEND_SIGNING_SECRET", False),
        ("resend", "RESEND_INBOUND_SECRET", True),
        ("resend", "WEBHOOK_SECRET", True),
    ],
)
def test_a_key_for_reports_does_not_open_the_door_for_mails(
    client: Client,
    settings: Settings,
    esp: str,
    key: str,
    secured: bool,  # noqa: FBT001
) -> None:
    settings.TOCSIN_ESP, settings.ANYMAIL = esp, {key: SECRET}
    assert hooks.secured(esp, "inbound") is secured
    assert hooks.secured(esp) is (key != "RESEND_INBOUND_SECRET")
    if not secured:
        assert post(client, {}, path=f"{esp}/inbound").status_code == 403


# ── a provider that signs ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def mailgun(settings: Settings) -> Settings:
    settings.TOCSIN_ESP = "mailgun"
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": "signing key"}
    return settings


def by_mailgun(message: Message, *, key: str = "signing key", age: float = 0) -> dict[str, Any]:
    at, token = str(int(time.time() - age)), "t1"
    return {
        "signature": {
            "timestamp": at,
            "token": token,
            "signature": hmac.new(key.encode(), (at + token).encode(), hashlib.sha256).hexdigest(),
        },
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "id": "x",
            "timestamp": float(at),
            "recipient": "minister@hearings.example",
            "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
            "user-variables": {"ref": message.ref},
            "message": {"headers": {"message-id": "m@x"}},
        },
    }


def test_signed(client: Client, mailgun: Settings) -> None:
    letter = sent()
    for _ in range(2):
        assert post(client, by_mailgun(letter), path="mailgun/tracking", headers={}).status_code == 200
    assert state_of(letter) == State.BOUNCED
    assert Event.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"key": "another"}, {"age": 2 * 24 * 3600}, {"age": -2 * 24 * 3600}])
def test_a_forged_or_old_signature_is_403(client: Client, mailgun: Settings, wrong: dict[str, Any]) -> None:
    letter = sent()
    assert post(client, by_mailgun(letter, **wrong), path="mailgun/tracking", headers={}).status_code == 403
    unsigned = {**by_mailgun(letter), "signature": {}}
    assert post(client, unsigned, path="mailgun/tracking", headers={}).status_code == 403
    assert state_of(letter) == State.SENT


def test_amazon_is_asked_for_the_secret(client: Client, settings: Settings) -> None:
    settings.TOCSIN_ESP = "amazon_ses"
    response = post(client, {}, path="amazon_ses/tracking", headers={})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic")


def test_ten_thousand_at_once(client: Client, settings: Settings) -> None:
    """SendGrid's and SparkPost's way: one post with many events. Twice, and shuffled the second time."""
    settings.TOCSIN_ESP = "sparkpost"
    letters = [sent(number) for number in range(20)]
    events = [
        {
            "msys": {
                "message_event": {
                    "type": ("delivery", "bounce")[number % 2],
                    "event_id": str(number),
                    "message_id": "m",
                    "bounce_class": "10",
                    "raw_reason": "550 5.1.1 no such user",
                    "timestamp": "1764000000",
                    "rcpt_meta": {"ref": letters[number % 20].ref},
                }
            }
        }
        for number in range(1000)
    ]
    assert post(client, events, path="sparkpost/tracking").status_code == 200
    assert post(client, events[::-1], path="sparkpost/tracking").status_code == 200
    assert Event.objects.count() == 1000
    assert [state_of(letter) for letter in letters] == [State.SENT, State.BOUNCED] * 10
