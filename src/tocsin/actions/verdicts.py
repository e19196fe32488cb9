"""What staff may decide about an action that waits for them: from which state it leads to which."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.actions.count import change_states
from tocsin.actions.models import Action
from tocsin.actions.states import State


@dataclass(frozen=True, slots=True)
class Verdict:
    """`entry` is the word under which the audit log keeps it."""

    before: State
    after: State
    entry: str


VERDICTS = {
    "release": Verdict(State.HELD, State.COUNTED, "action_released"),
    "block": Verdict(State.HELD, State.BLOCKED, "action_blocked"),
    "again": Verdict(State.STUCK, State.COUNTED, "action_retried"),
}


def leads_to(verdict: Verdict, action: Action) -> State:
    """Where people confirm by mail, releasing what they sent lets them be asked: it does not confirm in their place."""
    if verdict.before == State.HELD and verdict.after == State.COUNTED and action.campaign.confirm_first:
        return State.UNCONFIRMED
    return verdict.after


def decide(verdict: Verdict, action: Action) -> bool:
    """Does it; whether the action still waited for it. In the caller's transaction, if there is one."""
    return bool(change_states([(action.pk, verdict.before, leads_to(verdict, action), "")]))
