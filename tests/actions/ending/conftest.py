"""People who signed, whose letters have a fate, and time that passes for all rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import F
from django.test import Client
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.models import Action, Letter
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Delivery, Event, Message, State, Suppression
from tocsin.supporters.models import Supporter

MARKER = "Kanarienvogel"
MARKED = {
    "given_name": MARKER,
    "family_name": f"{MARKER}-Doe",
    "email": f"{MARKER}@example.org",
    "city": f"{MARKER}ville",
    "phone": "514 555-0123",
    "text": f"My own words about {MARKER}.",
    "subject": f"{MARKER} writes",
}
TRACES = (MARKER.lower(), "5145550123", "514 555-0123")
type Signed = Callable[..., Action]


@pytest.fixture
def signed(client: Client, edition_en: Edition) -> Signed:
    """Somebody acted, and everything followed."""

    def make(edition: Edition = edition_en, **changes: Any) -> Action:
        sign(client, edition, **changes)
        follow_everything()
        return Action.objects.latest("pk")

    return make


def taken(said: str = "250 2.0.0 Ok") -> None:
    """Every mail that waited was taken by a server, with these words."""
    for message in Message.objects.filter(state=State.WAITING):
        now, server = timezone.now(), f"mx.{message.domain}"
        Delivery.objects.create(
            message=message, number=1, finished_at=now, dot_at=now, outcome=State.SENT, server=server, words=said
        )
        Message.objects.filter(pk=message.pk).update(state=State.SENT, due_at=None, attempts=1, last_words=said)


def answered(action: Action, words: str = "") -> None:
    letter = Letter.objects.get(action=action)
    Event.objects.create(
        message=letter.message, kind=Event.Kind.REPLIED, source="reply", event_id=f"e{action.pk}", words=words
    )


def pass_days(days: int) -> None:
    """So many days ago is when everything happened."""
    back = timedelta(days=days)
    for model in (Action, Supporter, Message, Campaign):
        for field in model._meta.get_fields():
            if isinstance(field, models.DateTimeField):
                model._default_manager.exclude(**{field.name: None}).update(**{field.name: F(field.name) - back})


def close(campaign: Campaign, days_ago: int = 0) -> Campaign:
    campaign.closes_at = timezone.now() - timedelta(days=days_ago)
    campaign.save()
    return campaign


def whole_database() -> str:
    """Every column of every row of every table as text, and whatever in it opens with the key."""
    return "\n".join([*_rows(), *_opened()]).lower()


def _rows() -> Iterator[str]:
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            yield " ".join(_text(cell) for cell in row)


def _text(cell: Any) -> str:
    return bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell)


def _opened() -> Iterator[str]:
    sealed = [(row.sealed, action_context(row.email_digest)) for row in Action.objects.all()]
    sealed += [(row.sealed, b"supporter:" + bytes(row.email_digest)) for row in Supporter.objects.all()]
    sealed += [(row.sealed, b"message:" + row.key.encode()) for row in Message.objects.all()]
    for value, context in sealed:
        with suppress(CannotOpen):
            yield str(vault().open(value, context))


def files_beside() -> str:
    """All that lies beside the database, but what left by the mailbox transport, and the database itself."""
    found = [
        path.read_bytes().decode("latin-1")
        for path in settings.TOCSIN_DIR.rglob("*")
        if path.is_file() and "mailbox" not in path.parts and not path.name.startswith("test.sqlite3")
    ]
    return "\n".join(found).lower()


def digest_of(email: str) -> bytes:
    return vault().digest(email)


def is_anywhere(digest: bytes) -> bool:
    """Whether a digest stands in any table but among those that nothing is sent to."""
    text = digest.decode("latin-1").lower()
    rows = [row for row in _rows() if text in row.lower()]
    kept = {f"{_text(cell)}".lower() for cell in _suppressed()}
    return any(not any(one in row.lower() and "erased" in row for one in kept) for row in rows)


def _suppressed() -> list[bytes]:
    return [bytes(digest) for digest in Suppression.objects.values_list("digest", flat=True)]


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN ") + statement)
        return "\n".join(str(row) for row in cursor.fetchall())
