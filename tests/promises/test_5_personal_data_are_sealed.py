"""Promise 5: whoever takes the database learns no name; no public answer reveals who signed; nothing is in the logs."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from time_machine import Traveller

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tocsin.actions.models import Action
from tocsin.actions.receipts import HOUR, receipt_key
from tocsin.campaigns.models import Edition

pytestmark = pytest.mark.django_db

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
TRACE = re.compile(rf"{MARKER}|5145550123|514 555-0123", re.IGNORECASE)


def whole_database() -> str:
    """Every column of every row of every table, as text."""
    rows = [row for model in apps.get_models() for row in model._base_manager.values_list()]
    return "\n".join(
        " ".join(bytes(cell).decode("latin-1") if isinstance(cell, bytes | memoryview) else str(cell) for cell in row)
        for row in rows
    )


def test_whoever_takes_the_database_learns_no_name(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, **MARKED)
    follow_everything()
    assert Action.objects.get().supporter is not None
    stolen = whole_database()
    assert "minister@hearings.example" in stolen or "Minister of Hearings" in stolen
    assert not TRACE.search(stolen)


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
def test_nor_does_the_file_or_its_log(client: Client) -> None:
    sign(client, an_edition(a_campaign()), **MARKED)
    follow_everything()
    files = [path for path in settings.TOCSIN_DIR.glob("test.sqlite3*") if path.is_file()]
    assert files
    assert not any(TRACE.search(path.read_bytes().decode("latin-1")) for path in files)


def test_nothing_personal_is_in_the_logs(client: Client, edition_en: Edition, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sign(client, edition_en, **MARKED)
        sign(client, edition_en, **MARKED | {"email": f"{MARKER} wrong"})
        client.get(f"/en/?email={MARKER}@example.org")
        follow_everything()
    assert not TRACE.search(caplog.text)


def test_no_answer_tells_a_first_signature_from_a_repeated_one(
    client: Client, edition_en: Edition, noon: object
) -> None:
    first = sign(client, edition_en, given_name=MARKER)
    stranger = sign(Client(), edition_en, given_name="Some", family_name="Body", text="Did she sign?")
    assert first.headers["Location"] == stranger.headers["Location"]
    thanked = client.get(first.headers["Location"]).content.decode()
    assert not TRACE.search(thanked)


def test_the_receipt_that_the_form_leads_to_tells_nothing_in_the_first_hours(
    client: Client, edition_en: Edition, noon: object
) -> None:
    address = sign(client, edition_en, **MARKED).headers["Location"].replace("/thanks/", "/receipt/")
    before = client.get(address)
    follow_everything()
    after = client.get(address)
    assert before.status_code == 200
    assert before.content == after.content
    assert not TRACE.search(before.content.decode())


def test_later_it_tells_the_fate_and_still_no_words(client: Client, edition_en: Edition, noon: Traveller) -> None:
    address = sign(client, edition_en, **MARKED).headers["Location"].replace("/thanks/", "/receipt/")
    follow_everything()
    noon.shift(2 * HOUR)
    after = client.get(address).content.decode()
    assert "Minister of Hearings" in after
    assert not TRACE.search(after)


def test_the_key_from_the_mail_opens_the_letter(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, **MARKED)
    follow_everything()
    receipt = client.get(f"/receipt/{receipt_key(Action.objects.get().pk)}/")
    assert receipt.status_code == 200
    assert MARKER in receipt.content.decode()
    assert "noindex" in receipt.headers["X-Robots-Tag"]
    assert "no-store" in receipt.headers["Cache-Control"]


@pytest.mark.parametrize(
    "change", [lambda key: key[:-2] + "AA", lambda key: key[:0], lambda key: key[:1], lambda key: key[1:]]
)
def test_a_changed_key_opens_nothing(client: Client, edition_en: Edition, change: Callable[[str], str]) -> None:
    sign(client, edition_en)
    key = receipt_key(Action.objects.get().pk)
    assert client.get(f"/receipt/{change(key)}/").status_code == 404
    assert client.get(f"/thanks/{change(key)}/").status_code == 404
    assert client.get(f"/thanks/{key}/").status_code == 404
