"""SQLite's writers take turns: nobody starves, and whoever dies or fails passes the turn on."""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections, transaction

from tests.cast import a_campaign
from tocsin.campaigns.models import Campaign
from tocsin.lib.fairsqlite.base import ENDING, DatabaseWrapper
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
    assert (settings.TOCSIN_DIR / f"test.sqlite3{ENDING}").exists()


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


def test_a_writer_in_a_hurry_comes_between_the_batches_of_a_busy_one() -> None:
    """With SQLite's own way of waiting this took up to half a second and more."""
    stop, waits = threading.Event(), list[float]()

    def busy() -> None:
        while not stop.is_set():
            with transaction.atomic():
                Campaign.objects.filter(slug="x").update(name="y")
                time.sleep(0.02)
        connection.close()

    a_campaign(slug="x")
    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        began = time.monotonic()
        with transaction.atomic():
            Campaign.objects.filter(slug="x").update(name="z")
        waits.append(time.monotonic() - began)
    stop.set()
    for thread in threads:
        thread.join(10)
    assert max(waits) < 1.0
    assert sorted(waits)[10] < 0.2
