"""Asks people to confirm by mail, where their campaign wants it: twice at most, then what they sent is set aside.
Counts whoever pressed the button.

The way of an unconfirmed action, by its reason: "" ─ first mail ─► asked ─ 2 days, second mail ─► asked_again
─ 5 days ─► blocked (never_confirmed). A press of the button makes it confirmed at any of these (confirm.py) ─► counted.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from tocsin.actions.confirm import CONFIRMED
from tocsin.actions.count import change_states
from tocsin.actions.mails import request_to_confirm
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.actions.waiting import due, wait_again
from tocsin.campaigns.editions import frozen
from tocsin.lib.vault import vault
from tocsin.outbox.post import Outgoing, leave

BATCH = 100
# The reason it has now: the reason it gets, the number of the mail, and when its next moment comes.
STEPS = {
    "": ("asked", 1, timedelta(days=2)),
    "asked": ("asked_again", 2, timedelta(days=5)),
}
log = logging.getLogger(__name__)


def ask_batch(most: int = BATCH) -> int:
    """Asks whoever is to be asked now, and sets aside what was never confirmed; how many it looked at."""
    counted = count_confirmed(most)
    actions = due(State.UNCONFIRMED, most)
    for action in actions:
        if action.reason in STEPS:
            _ask(action)
        elif action.reason != CONFIRMED:
            _set_aside(action, "never_confirmed")
    return counted + len(actions)


def count_confirmed(most: int = BATCH) -> int:
    """Counts those whose writers pressed the button, in one step for all; how many."""
    pressed = Action.objects.filter(next_at__lte=Now(), state=State.UNCONFIRMED, reason=CONFIRMED)
    numbers = pressed.order_by("next_at", "pk").values_list("pk", flat=True)[:most]
    return change_states((number, State.UNCONFIRMED, State.COUNTED, "") for number in numbers)


def _ask(action: Action) -> None:
    reason, number, wait = STEPS[action.reason]
    try:
        mail = _request(action, number)
        with transaction.atomic():
            if wait_again(action, reason, wait):
                leave([mail])
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("action %s cannot be asked to confirm: %s", action.pk, type(error).__name__)  # noqa: TRY400
        _set_aside(action, "cannot_ask")


@transaction.atomic
def _set_aside(action: Action, reason: str) -> None:
    """Not where its writer pressed the button since it was read: they were told that it counts."""
    same = Action.objects.select_for_update().filter(pk=action.pk, state=State.UNCONFIRMED, reason=action.reason)
    if same.first() is not None:
        change_states([(action.pk, State.UNCONFIRMED, State.BLOCKED, reason)])


def _request(action: Action, number: int) -> Outgoing:
    act = vault().open(action.sealed, action_context(action.email_digest))
    return request_to_confirm(frozen(action.edition_id), action.pk, act, number)
