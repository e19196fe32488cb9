"""How many letters a server took, for the public line: refreshed at most once a minute, and not by a request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from tests.actions.handin.conftest import write_letter
from tocsin.actions import taken
from tocsin.actions.handin.record import Received, begin, mark_letters, record_hand_over
from tocsin.actions.models import HandIn, Letter
from tocsin.actions.taken import count_taken
from tocsin.campaigns.models import Campaign, Edition, Tally
from tocsin.outbox.models import State

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shown(campaign_open: Campaign) -> Campaign:
    campaign_open.show_taken = True
    campaign_open.save()
    return campaign_open


def test_it_works(shown: Campaign, edition_en: Edition) -> None:
    for state in [State.SENT, State.REPLIED, State.SENT, State.BOUNCED, State.WAITING, State.UNCERTAIN]:
        write_letter(edition_en, state=state)
    assert count_taken() == 1
    assert Tally.objects.get(campaign=shown).letters_taken == 3


def test_only_once_a_minute(shown: Campaign, edition_en: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    write_letter(edition_en, state=State.SENT)
    assert count_taken() == 1
    write_letter(edition_en, state=State.SENT)
    assert count_taken() == 0
    cache.clear()
    assert count_taken() == 1
    cache.clear()
    assert count_taken() == 0


def test_who_does_not_show_it_is_not_counted(campaign_open: Campaign, edition_en: Edition) -> None:
    write_letter(edition_en, state=State.SENT)
    assert count_taken() == 0
    assert not Tally.objects.filter(letters_taken__gt=0).exists()


def test_letters_of_the_test_mode_were_taken_by_no_targets_server(shown: Campaign, edition_en: Edition) -> None:
    edition_en.campaign.test_address = "staff@example.org"
    write_letter(edition_en, state=State.SENT)
    edition_en.campaign.test_address = ""
    write_letter(edition_en, state=State.SENT)
    assert taken.taken_by_servers(shown.pk) == 1


def test_what_a_hand_carried_was_taken_by_no_server(shown: Campaign, edition_en: Edition, tmp_path: Any) -> None:
    write_letter(edition_en, state=State.SENT)
    write_letter(edition_en, state=State.WAITING)
    hand_in = begin(campaign=shown, target=shown.targets.get(), made_by_name="Jane Doe")
    for number, letter in enumerate(Letter.objects.all(), start=1):
        Letter.objects.filter(pk=letter.pk).update(hand_in=hand_in, number=number)
    HandIn.objects.update(state=HandIn.State.READY)
    assert record_hand_over(hand_in, Received(at=hand_in.made_at, by="Clerk"))
    hand_in.refresh_from_db()
    assert mark_letters(hand_in) == 1
    assert taken.taken_by_servers(shown.pk) == 1
