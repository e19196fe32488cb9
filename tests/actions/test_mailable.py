"""How many of those who acted may be written to again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import follow_everything, sign
from tocsin.actions.mailable import count_mailable
from tocsin.campaigns.models import Edition, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _not_counted_yet() -> None:
    cache.clear()


def _counted(edition: Edition) -> int | None:
    cache.clear()
    count_mailable()
    return Tally.objects.get(campaign=edition.campaign).mailable


def test_it_works(client: Client, edition_en: Edition) -> None:
    for number, said in enumerate(["yes", None, "yes"]):
        sign(client, edition_en, email=f"jane{number}@example.org", consent_news=said)
    follow_everything()
    assert _counted(edition_en) == 2


def test_it_is_counted_at_most_every_ten_minutes_and_where_something_moved(
    client: Client, edition_en: Edition, django_assert_num_queries: Any
) -> None:
    sign(client, edition_en)
    follow_everything()
    assert count_mailable() == 1
    with django_assert_num_queries(0):
        assert count_mailable() == 0
    cache.clear()
    assert count_mailable() == 0
