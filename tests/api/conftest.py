"""The API's cast: a campaign that somebody acted in, and programs with keys of all scopes or of few."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tocsin.actions.standing import forget
from tocsin.api import paging
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Campaign, Edition
from tocsin.staff.key_ring import make_key
from tocsin.staff.models import Scope

V1 = "/api/v1"


class Program:
    """Other software: it shows its key, and speaks JSON."""

    def __init__(self, key: str, *, address: str = "192.0.2.7") -> None:
        self.key = key
        self._client = Client(headers={"authorization": f"Bearer {key}"}, REMOTE_ADDR=address)

    def get(self, path: str, **asked: Any) -> Any:
        return self._client.get(f"{V1}{path}", asked)

    def post(self, path: str, body: Any = None, **how: Any) -> Any:
        return self._client.post(f"{V1}{path}", body, content_type="application/json", **how)

    def upload(self, path: str, form: dict[str, Any]) -> Any:
        return self._client.post(f"{V1}{path}", form)

    def patch(self, path: str, body: Any) -> Any:
        return self._client.patch(f"{V1}{path}", body, content_type="application/json")


type Maker = Callable[..., Program]


@pytest.fixture
def a_program(db: None) -> Maker:
    """A program whose key has these scopes; all of them, if none are named."""

    def make(*scopes: Scope, address: str = "192.0.2.7", **said: Any) -> Program:
        until = timezone.now() + timedelta(days=30)
        fields = {"name": "CRM", "by_name": "Jane Doe", "expires_at": until, **said}
        _kept, key = make_key(scopes=scopes or tuple(Scope), **fields)
        return Program(key, address=address)

    return make


@pytest.fixture
def crm(a_program: Maker) -> Program:
    return a_program()


@pytest.fixture
def campaign(db: None) -> Iterator[Campaign]:
    yield a_campaign()
    forget()
    frozen.cache_clear()


@pytest.fixture
def edition(campaign: Campaign) -> Edition:
    return an_edition(campaign)


@pytest.fixture
def acted(client: Client, edition: Edition) -> Edition:
    """Jane Doe wrote a letter, from a source that was said, a while ago."""
    act(client, edition)
    return edition


def act(client: Client, edition: Edition, **changes: Any) -> None:
    with_source = {"came_from": "utm_source=newsletter", **changes}
    assert sign(client, edition, **with_source).status_code == 303
    follow_everything()


@contextmanager
def a_while_later() -> Iterator[None]:
    """When what happened in a test has settled. By the database's clock, which nobody can set."""
    with patch.object(paging, "SETTLES_IN", -timedelta(minutes=1)):
        yield


def problem(response: Any, status: int) -> dict[str, Any]:
    """What a program is told, in the form of every problem."""

    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "private, no-store"
    said: dict[str, Any] = json.loads(response.content)
    assert said["status"] == status
    assert said["detail"]
    return said
