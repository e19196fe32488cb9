"""Which state of an action may follow which. Pure: the effects are elsewhere.

                  ┌──── confirm ────┐
    received ──► unconfirmed        ▼      ┌──► seeking ──found──┐
        │ │           │ ─runs out─► │      │       │             ▼
        │ └──screen───┼─────────► counted ─┴─follow┼────────► followed
        │             ▼             ▲ │            ▼
        ├──► held ──release─────────┘ └────────► stuck ─retry─► counted
        └──► blocked ◄── held, unconfirmed
                            counted, seeking, followed, stuck ──invalidate──► invalidated ──restore──► counted

`received` is stored and thanked, not yet looked at. `unconfirmed` waits for its writer to press the button in a mail.
`seeking` is counted and thanked by mail, but who gets its letter is not known yet: the look-up is away, or the writer
has to choose. `held` waits for a moderator. `blocked` is not counted and gets
no mail. `counted` is in the tally; its supporter, consents, letters and thank-you are still to be made. `stuck` is
counted, but making them failed three times: staff see it. `invalidated` was counted and is no longer; that is logged.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    RECEIVED = "received", _("Received")
    HELD = "held", _("Held for a moderator")
    BLOCKED = "blocked", _("Blocked")
    UNCONFIRMED = "unconfirmed", _("Not confirmed yet")
    COUNTED = "counted", _("Counted")
    SEEKING = "seeking", _("Its target is being sought")
    FOLLOWED = "followed", _("Done")
    STUCK = "stuck", _("Stuck")
    INVALIDATED = "invalidated", _("Invalidated")


MAY_BECOME: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset({State.COUNTED, State.UNCONFIRMED, State.HELD, State.BLOCKED}),
    State.HELD: frozenset({State.COUNTED, State.UNCONFIRMED, State.BLOCKED}),
    State.UNCONFIRMED: frozenset({State.COUNTED, State.BLOCKED}),
    State.BLOCKED: frozenset({State.COUNTED}),
    State.COUNTED: frozenset({State.FOLLOWED, State.SEEKING, State.STUCK, State.INVALIDATED}),
    State.SEEKING: frozenset({State.FOLLOWED, State.STUCK, State.INVALIDATED}),
    State.STUCK: frozenset({State.COUNTED, State.INVALIDATED}),
    State.FOLLOWED: frozenset({State.INVALIDATED}),
    State.INVALIDATED: frozenset({State.COUNTED}),
}

IN_THE_TALLY = frozenset({State.COUNTED, State.SEEKING, State.FOLLOWED, State.STUCK})


class WrongStep(Exception):
    """An action cannot go from this state to that one."""


def may_become(now: State, then: State) -> bool:
    return then in MAY_BECOME[now]


def step(now: State, then: State) -> int:
    """What the step from `now` to `then` adds to the tally: 1, 0 or -1. WrongStep if there is no such step."""
    if not may_become(now, then):
        raise WrongStep(f"{now} → {then}")
    return (then in IN_THE_TALLY) - (now in IN_THE_TALLY)
