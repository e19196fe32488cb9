"""The states of a message, and what staff decide: every step is in the table, and no other is taken."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.outbox.conftest import left
from tocsin.outbox import decide
from tocsin.outbox.controls import Alone, cancel, hold, release
from tocsin.outbox.models import Message
from tocsin.outbox.states import MAY_BECOME, State, may_become, that_may_become


def test_every_state_is_in_the_table() -> None:
    assert set(MAY_BECOME) == set(State)
    assert all(now not in then for now, then in MAY_BECOME.items())


def test_what_a_server_may_have_is_never_cancelled() -> None:
    assert that_may_become(State.CANCELLED) == [State.HELD, State.WAITING, State.DEFERRED]


def test_only_what_waits_is_sent() -> None:
    assert set(that_may_become(State.SENDING)) == {State.WAITING, State.DEFERRED}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("step", "then", "among"),
    [
        (hold, State.HELD, {State.WAITING, State.DEFERRED, State.SENDING}),
        (release, State.WAITING, {State.HELD}),
        (cancel, State.CANCELLED, {State.HELD, State.WAITING, State.DEFERRED, State.SENDING}),
        (lambda one: decide.resend_uncertain(one.message_id), State.WAITING, {State.UNCERTAIN}),
    ],
)
def test_staff_decide(step: Callable[[Alone], int], then: State, among: set[State]) -> None:
    message = left()
    for now in State:
        Message.objects.update(state=now, due_at=None)
        assert step(Alone(message.pk)) == (now in among)
        message.refresh_from_db()
        assert message.state == (then if now in among else now)
        assert (message.due_at is not None) == (now in among and then == State.WAITING)
        # What a worker has in hand is held first.
        by_way_of_held = may_become(now, State.HELD) and may_become(State.HELD, then)
        assert now not in among or may_become(now, then) or by_way_of_held


@pytest.mark.django_db
def test_nobody_decides_on_what_is_not_there() -> None:
    assert not release(Alone(404))
