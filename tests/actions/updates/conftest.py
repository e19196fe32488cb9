"""People who acted, and an update for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.cast import follow_everything, sign
from tocsin.actions.models import Action, Update
from tocsin.actions.updates.send import send_updates
from tocsin.actions.updates.steer import let_go
from tocsin.campaigns.models import Campaign, Edition

type Signed = Callable[..., Action]
type Written = Callable[..., Update]

WORDS = {
    "en": {
        "subject": "An answer, {name}",
        "text": "Hello {name},\n\nthe minister answered: https://example.org/answer",
    },
    "fr": {"subject": "Une réponse", "text": "Bonjour {name},\n\nla ministre a répondu."},
}


@pytest.fixture
def signed(client: Client) -> Signed:
    def make(edition: Edition, name: str, **changes: Any) -> Action:
        sign(client, edition, email=f"{name}@{name[0]}.example", given_name=name.title(), **changes)
        follow_everything()
        return Action.objects.latest("pk")

    return make


@pytest.fixture
def written(campaign_open: Campaign) -> Written:
    def make(**changes: Any) -> Update:
        said = {"campaign": campaign_open, "words": WORDS, "written_by_name": "Jane Doe", **changes}
        return Update.objects.create(**said)

    return make


def send(update: Update) -> None:
    """Lets it go, and makes every copy."""
    let_go(update, 0, "Jane Doe")
    while send_updates():
        pass
    update.refresh_from_db()
