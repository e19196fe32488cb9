"""Secrets are sealed and shown once; old calls are removed; and no receiver's words stand in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from tests.outbox.calls.conftest import an_endpoint, call_everybody, happen
from tests.outbox.calls.receiver import Receiver
from tocsin.outbox.calls.endpoints import change, give_another_secret, remove, remove_old_calls, words_of
from tocsin.outbox.calls.secret import secrets_of
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
def test_a_removed_one_takes_its_calls_along() -> None:
    endpoint, _secret = an_endpoint(URL)
    happen(1)
    remove(endpoint.pk)
    assert not Call.objects.exists()


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
