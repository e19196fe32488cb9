"""A mail server for every test of this room, and mails to leave."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from tests.outbox.sink import Sink, SinkController
from tocsin.outbox.models import Bucket, Kind, Message
from tocsin.outbox.post import Outgoing, leave


@pytest.fixture(autouse=True)
def own_mailbox(settings: Settings, tmp_path: Path) -> None:
    settings.TOCSIN_DIR = tmp_path
    settings.TOCSIN_MAIL_URL = urlsplit("mailbox:")
    settings.TOCSIN_MAIL_TIMEOUT = 5
    settings.TOCSIN_MAIL_CONNECTIONS = 1  # one mail after the other, as the scripts of most tests expect
    settings.TOCSIN_DOMAIN_PER_MINUTE = 0


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A mail server on this machine, which the settings name."""
    sink = Sink()
    server = SinkController(sink)
    server.start()
    settings.TOCSIN_MAIL_URL = urlsplit(f"smtp://127.0.0.1:{sink.port}")
    yield sink
    server.stop()


def a_letter(number: int = 1, **changes: Any) -> Outgoing:
    return Outgoing(
        **{
            "key": f"letter:{number}:1",
            "kind": Kind.LETTER,
            "campaign_ref": 7,
            "sender_name": "Jane Doe via Fair Hearing",
            "to_name": "The Honourable Jane Doe",
            "to_address": "minister@hearings.example",
            "subject": "A fair hearing",
            "text": "Dear Minister,\n\nPlease listen.\n",
            "language": "en",
            "reply_to": "jane@example.ca",
            **changes,
        }
    )


def left(number: int = 1, **changes: Any) -> Message:
    """A letter in the outbox."""
    mail = a_letter(number, **changes)
    return Message.objects.get(pk=leave([mail])[mail.key])


def make_due(**which: Any) -> None:
    """As if the time to wait had passed."""
    Message.objects.filter(due_at__isnull=False, **which).update(due_at=Now() - timedelta(seconds=1))
    Bucket.objects.update(slow_until=None, ready_at=Now() - timedelta(seconds=1))


def let_leases_run_out() -> None:
    Message.objects.filter(lease_until__isnull=False).update(lease_until=Now() - timedelta(seconds=1))
