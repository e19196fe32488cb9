"""Secrets are sealed and shown once; old calls are removed; and no receiver's words stand in the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from tests.outbox.calls.conftest import an_endpoint, call_everybody, happen
from tests.outbox.calls.receiver import Receiver
from tocsin.outbox.calls import removing
from tocsin.outbox.calls.claims import claim
from tocsin.outbox.calls.endpoints import change, give_another_secret, remove, words_of
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.removing import remove_old_calls
from tocsin.outbox.calls.secret import secrets_of
from tocsin.outbox.calls.tell import Happened, listening, tell
from tocsin.outbox.models import Call, Endpoint

URL = "http://127.0.0.1:1/in"


@pytest.mark.django_db
def test_it_works() -> None:
    endpoint, secret = an_endpoint(URL)
    assert secret.startswith("whsec_")
    assert secret.encode() not in bytes(endpoint.sealed)
    assert secrets_of(Endpoint.objects.get()) == [secret]


@pytest.mark.django_db
def test_only_the_last_two_secrets_are_kept() -> None:
    endpoint, first = an_endpoint(URL)
    second, third = give_another_secret(endpoint.pk), give_another_secret(endpoint.pk)
    assert len({first, second, third}) == 3
    assert secrets_of(Endpoint.objects.get()) == [third, second]
    Endpoint.objects.update(old_until=Now() - timedelta(seconds=1))
    assert secrets_of(Endpoint.objects.get()) == [third]


@pytest.mark.django_db
def test_changing_writes_over_nothing_of_the_worker() -> None:
    endpoint, _secret = an_endpoint(URL)
    Endpoint.objects.update(failures=3, last_words="500")
    endpoint.name = "Another"
    change(endpoint)
    found = Endpoint.objects.get()
    assert (found.name, found.failures, found.last_words) == ("Another", 3, "500")


@pytest.mark.django_db
def test_a_removed_one_takes_its_calls_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removing, "AT_ONCE", 2)
    endpoint, _secret = an_endpoint(URL)
    happen(1, 2, 3)
    assert remove(endpoint.pk)
    assert not remove(endpoint.pk)
    assert (listening(*EventKind), list(Endpoint.objects.all()), claim(lambda _endpoint: 9, "x")) == ([], [], [])
    assert removing.remove_endpoints() == 3
    assert not Call.objects.exists()
    assert Endpoint.with_removed.exists()
    Endpoint.with_removed.update(removed_at=Now() - timedelta(hours=2))
    removing.remove_endpoints()
    assert not Endpoint.with_removed.exists()


@pytest.mark.django_db(transaction=True)
def test_who_notes_a_call_while_it_is_removed_does_not_fail() -> None:
    endpoint, _secret = an_endpoint(URL)
    with transaction.atomic():
        endpoints = listening(EventKind.CONSENT_WITHDRAWN)
        _elsewhere(lambda: remove(endpoint.pk))
        tell([Happened(EventKind.CONSENT_WITHDRAWN, 1, None)], endpoints)
    assert removing.remove_endpoints() == 1


def _elsewhere(work: Callable[[], Any]) -> None:
    """On a connection of its own, where the database lets two write at once."""
    if connection.vendor == "sqlite":
        work()
        return

    def work_and_close() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=work_and_close)
    thread.start()
    thread.join()


@pytest.mark.django_db
def test_old_calls_are_removed_and_others_stay() -> None:
    endpoint, _secret = an_endpoint(URL)
    off, _secret = an_endpoint(URL, name="Off", kinds=[])
    week, month = timedelta(days=8), timedelta(days=31)
    rows: dict[str, dict[str, Any]] = {
        "done lately": {"done_at": Now(), "due_at": None},
        "done": {"done_at": Now() - week, "due_at": None},
        "given up": {"given_up_at": Now() - week, "due_at": None},
        "given up long ago": {"given_up_at": Now() - month, "due_at": None},
        "waits": {"happened_at": Now() - month},
        "waits in vain": {"happened_at": Now() - month, "endpoint": off},
    }
    for number, (name, fields) in enumerate(rows.items()):
        Call.objects.create(**{"endpoint": endpoint, "key": name, "kind": "action.counted", "about": number, **fields})
    Endpoint.objects.filter(pk=off.pk).update(off_at=Now() - month)
    assert remove_old_calls() == 3
    assert set(Call.objects.values_list("key", flat=True)) == {"done lately", "given up", "waits"}


@pytest.mark.django_db(transaction=True)
def test_a_receiver_s_words_are_sealed(receiver: Receiver) -> None:
    an_endpoint(receiver.url)
    happen(1)
    receiver.answers.append((400, {}, b"no such person: Kanarienvogel\0\xff"))
    call_everybody()
    call = Call.objects.get()
    assert b"Kanarienvogel" not in bytes(call.sealed_words)
    assert words_of(call).startswith("no such person: Kanarienvogel")
    assert "Kanarienvogel" not in Endpoint.objects.get().last_words
