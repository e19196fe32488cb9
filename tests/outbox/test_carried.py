"""Letters in a digest share its fate; letters that were handed in have an attempt that says so."""

from __future__ import annotations

import pytest

from tests.outbox.conftest import left, let_leases_run_out
from tests.outbox.sink import HANG_UP, Sink
from tocsin.outbox.carried import carry
from tocsin.outbox.claims import claim, note
from tocsin.outbox.deliver import deliver_batch
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.states import State

pytestmark = pytest.mark.django_db


def a_digest_of(*numbers: int) -> tuple[Message, list[Message]]:
    letters = [left(number, target_ref=12, gathered=True) for number in numbers]
    digest = left(99, key="digest:12:1", kind=Kind.DIGEST, target_ref=12)
    assert carry([one.pk for one in letters], digest.pk) == len(letters)
    return digest, letters


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("", State.SENT),
        ("554 5.6.0 No", State.REFUSED),
        ("451 4.3.0 Later", State.DEFERRED),
        (HANG_UP, State.UNCERTAIN),
    ],
)
def test_its_fate_is_theirs(sink: Sink, answer: str, state: State) -> None:
    digest, letters = a_digest_of(1, 2)
    other = left(3, target_ref=13, gathered=True)
    sink.at_dot.append(answer)
    assert deliver_batch() == 1
    digest.refresh_from_db()
    assert digest.state == state
    for one in letters:
        one.refresh_from_db()
        assert (one.state, one.last_words, one.due_at) == (state, digest.last_words, None)
    assert Message.objects.get(pk=other.pk).state == State.WAITING


def test_a_dead_workers_digest_leaves_them_uncertain() -> None:
    _digest, letters = a_digest_of(1)
    [one] = claim(50)
    note([one], [])
    let_leases_run_out()
    deliver_batch()
    letters[0].refresh_from_db()
    assert letters[0].state == State.UNCERTAIN


def test_a_letter_is_carried_once() -> None:
    digest, letters = a_digest_of(1, 2)
    second = left(98, key="digest:12:2", kind=Kind.DIGEST, target_ref=12)
    free = left(3, target_ref=12, gathered=True)
    alone = left(4, target_ref=12)
    assert carry([*(one.pk for one in letters), free.pk, alone.pk], second.pk) == 1
    assert Message.objects.filter(carrier=digest).count() == 2
