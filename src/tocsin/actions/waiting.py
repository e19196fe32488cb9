"""Actions that wait for a moment: taken when it has come, and put back with the next. Used by asking and seeking."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from tocsin.actions.models import Action
from tocsin.actions.states import State


def due(state: State, most: int) -> list[Action]:
    """The actions in this state whose moment has come, the longest waiting first."""
    waiting = Action.objects.filter(next_at__lte=Now(), state=state)
    return list(waiting.order_by("next_at", "pk")[:most])


def wait_again(action: Action, reason: str, wait: timedelta, **changes: int) -> bool:
    """Notes why an action goes on waiting, and until when; whether it still waited."""
    mine = Action.objects.filter(pk=action.pk, state=action.state, reason=action.reason)
    return bool(mine.update(reason=reason, next_at=Now() + wait, **changes))
