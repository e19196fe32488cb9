"""A receiver for every test of this room, and endpoints that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from tests.outbox.calls.receiver import Receiver, running
from tocsin.lib.outward import read_allowed
from tocsin.outbox.calls import request
from tocsin.outbox.calls.endpoints import add
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.send import Calls
from tocsin.outbox.calls.tell import Happened, listening, tell
from tocsin.outbox.models import Call, Endpoint

type Make = Callable[..., tuple[Endpoint, str]]


@pytest.fixture(autouse=True)
def _allowed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TOCSIN_WEBHOOKS_ALLOWED = read_allowed(["127.0.0.1"])
    monkeypatch.setattr(request, "SECONDS", 0.5)
    monkeypatch.setattr(request, "ALL_SECONDS", 1.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running(Receiver()) as server:
        yield server


@pytest.fixture
def endpoint(receiver: Receiver, db: None) -> tuple[Endpoint, str]:
    """One that is told of everything, and its secret."""
    return an_endpoint(receiver.url)


def an_endpoint(url: str, **changes: Any) -> tuple[Endpoint, str]:
    fields = {"name": "CRM", "url": url, "kinds": list(EventKind), "made_by_name": "Jane Doe", **changes}
    endpoint = Endpoint(**fields)
    return endpoint, add(endpoint)


def happen(*numbers: int, kind: EventKind = EventKind.ACTION_COUNTED, campaign: int | None = 7) -> list[Call]:
    """Something happened to each of these rows."""
    tell([Happened(kind, number, campaign) for number in numbers], listening(kind))
    return list(Call.objects.filter(about__in=numbers).order_by("pk"))


def say_numbers(calls: Any) -> dict[int, dict[str, Any]]:
    return {call.pk: {"id": call.about} for call in calls}


def call_everybody() -> int:
    """What the worker's line does in one round."""
    return Calls(say_numbers)()


def make_due() -> None:
    """As if the time to wait had passed."""
    Call.objects.filter(due_at__isnull=False).update(due_at=Now() - timedelta(seconds=1))
    Endpoint.objects.update(quiet_until=None)
