"""SQLite's writers take turns: nobody starves, and whoever dies or fails passes the turn on."""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from tests.cast import a_campaign
from tocsin.campaigns.models import Campaign
from tocsin.lib.fairsqlite.base import DatabaseWrapper
from tocsin.lib.fairsqlite.turns import TURN
from tocsin.lib.sql import waited_for_turns

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


def taken() -> bool:
    """Whether this thread's connection holds the turn."""
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    return wrapper._turn is not None


def test_it_works() -> None:
    with transaction.atomic():
        assert taken()
        a_campaign()
    assert not taken()
    assert Campaign.objects.count() == 1
    assert (settings.TOCSIN_DIR / f"test.sqlite3{TURN}").exists()


def test_a_failed_transaction_passes_the_turn_on() -> None:
    a_campaign(slug="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Campaign.objects.create(name="y", slug="x")
    assert not taken()


def test_a_connection_that_closes_in_the_midst_passes_it_on() -> None:
    with transaction.atomic():
        assert taken()
        connection.close()
        assert not taken()


def test_it_is_known_how_long_others_wrote() -> None:
    taken_once, before = threading.Event(), waited_for_turns()

    def busy() -> None:
        with transaction.atomic():
            taken_once.set()
            time.sleep(0.2)
        connection.close()

    other = threading.Thread(target=busy)
    other.start()
    taken_once.wait(10)
    with transaction.atomic():
        pass
    other.join(10)
    assert 0.1 < waited_for_turns() - before < 5
