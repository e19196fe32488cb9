"""Promise 2: every letter has a fate that staff and its writer see, with times and the server's own words."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.models import Letter
from tocsin.actions.receipts import receipt_key
from tocsin.campaigns.models import Edition
from tocsin.look.templatetags.fates import FATES
from tocsin.outbox.models import Delivery, Message
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db
SAID = "250 2.0.0 Ok: queued as F175F26E038"


@pytest.fixture
def letter(client: Client, edition_en: Edition) -> Letter:
    """One person's letter, with one attempt."""
    sign(client, edition_en)
    follow_everything()
    letter = Letter.objects.select_related("message", "action").get()
    now = timezone.now()
    Delivery.objects.create(
        message=letter.message, number=1, finished_at=now, outcome=State.SENT, server="mail.gov.example", words=SAID
    )
    return letter


@pytest.fixture
def staff(client: Client) -> Client:
    person = get_user_model().objects.create_superuser("staff", "staff@example.org", "a long enough password")
    client.force_login(person)
    return client


@pytest.mark.parametrize("state", State)
def test_its_writer_sees_it(client: Client, letter: Letter, state: State) -> None:
    Message.objects.filter(pk=letter.message_id).update(state=state, last_words=SAID)
    page = unescape(client.get(f"/receipt/{receipt_key(letter.action_id)}/").content.decode())
    assert str(FATES[state].said) in page
    assert SAID in page
    assert "<time " in page


@pytest.mark.parametrize("state", State)
def test_staff_see_it_with_every_attempt(staff: Client, letter: Letter, state: State) -> None:
    Message.objects.filter(pk=letter.message_id).update(state=state, last_words=SAID)
    campaign = letter.action.campaign_id
    page = unescape(staff.get(reverse("campaign:letter", args=[campaign, letter.pk])).content.decode())
    assert str(state.label) in page
    assert SAID in page
    assert "mail.gov.example" in page
    assert letter.message.sha256 in page


def test_no_state_is_without_words() -> None:
    assert set(FATES) == set(State)


def test_only_its_key_opens_a_receipt(client: Client, letter: Letter) -> None:
    key = receipt_key(letter.action_id)
    other = key[:-1] + ("A" if key[-1] != "A" else "B")
    assert client.get(f"/receipt/{other}/").status_code == 404
    response = client.get(f"/receipt/{key}/")
    assert "noindex" in response.headers["X-Robots-Tag"] + response.content.decode()
