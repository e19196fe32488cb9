"""Finds who gets the letters of actions whose target must be looked up, and composes them.

Nothing here is asked while an action is accepted: a provider may be slow or away, and then its actions wait and are
tried again. A postal code that spans several ridings leaves the choice to its writer: at the form, or else by mail.

The way of a seeking action, by its reason: "" ─► followed, or provider_away (tried again), or several ─ first mail,
3 days ─► several_again ─ second mail, 4 days ─► stuck (not_chosen). No riding or nobody who sits for it: stuck, and
staff mend the list and have it tried again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from tocsin.actions.addressees import representing_or_new
from tocsin.actions.letters import compose_letters
from tocsin.actions.mails import request_to_choose
from tocsin.actions.models import Action
from tocsin.actions.process import Circumstances, MadeLetter, made_letters, store_letters
from tocsin.actions.rollup import add_riding
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.actions.waiting import due, wait_again
from tocsin.campaigns.models import Edition, Tally
from tocsin.campaigns.targeting.answers import LookUp, Outcome, Place
from tocsin.campaigns.targeting.look_up import look_up
from tocsin.lib.vault import vault
from tocsin.outbox.post import leave, leave_frozen

BATCH = 50
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=6)
ASKS = {
    "several": ("several_again", 2, timedelta(days=4)),
    "several_again": ("not_chosen", 0, timedelta(0)),
}
FIRST_ASK = ("several", 1, timedelta(days=3))
log = logging.getLogger(__name__)


def seek_batch(most: int = BATCH) -> int:
    """Looks for the targets of those that wait for one; how many it looked at."""
    actions = due(State.SEEKING, most)
    if actions:
        circumstances = Circumstances(actions)
        found: dict[tuple[str, str], LookUp] = {}
        for action in actions:
            _seek_safely(action, circumstances.editions[action.edition_id], found)
    return len(actions)


def _seek_safely(action: Action, edition: Edition, found: dict[tuple[str, str], LookUp]) -> None:
    """One that cannot be opened or mailed holds up nobody. A database that is away holds up all, and is raised."""
    try:
        act = vault().open(action.sealed, action_context(action.email_digest))
        _seek(action, edition, act, found)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("action %s has no target: %s", action.pk, type(error).__name__)  # noqa: TRY400
        _give_up(action, type(error).__name__[:40])


def _seek(action: Action, edition: Edition, act: Mapping[str, Any], found: dict[tuple[str, str], LookUp]) -> None:
    asked = (edition.words["targeting"]["provider"], str(act.get("postal_code", "")))
    if asked not in found:
        found[asked] = look_up(*asked)
    answer = found[asked]
    if answer.outcome == Outcome.UNAVAILABLE:
        _try_later(action)
    elif answer.outcome == Outcome.NONE:
        _give_up(action, "no_division")
    elif place := _place(answer, action.division or str(act.get("division", ""))):
        _write_to_whoever_sits_for(place, action, edition, act)
    else:
        _ask(action, edition, act)


def _place(answer: LookUp, chosen: str) -> Place | None:
    """The one division, or of several the one that was chosen. A choice that the look-up does not know is none."""
    if answer.outcome == Outcome.FOUND:
        return answer.places[0]
    return next((place for place in answer.places if place.division == chosen), None)


def _write_to_whoever_sits_for(place: Place, action: Action, edition: Edition, act: Mapping[str, Any]) -> None:
    addressees = representing_or_new(edition, place, str(act.get("postal_code", "")))
    if not addressees:
        _give_up(action, "no_target")
        return
    letters = made_letters(compose_letters(edition, action.pk, act, addressees), act)
    _store(action, place, letters)


def _store(action: Action, place: Place, letters: list[MadeLetter]) -> None:
    with transaction.atomic():
        free = Action.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        mine = free.filter(pk=action.pk, state=State.SEEKING).first()
        if mine is None:
            return
        messages = leave_frozen([letter.message for letter in letters])
        store_letters([(mine, letter) for letter in letters], messages)
        Action.objects.filter(pk=mine.pk).update(state=State.FOLLOWED, reason="", division=place.division, next_at=None)
        Tally.locked(mine.campaign_id)
        add_riding(mine, place.division)


def _ask(action: Action, edition: Edition, act: Mapping[str, Any]) -> None:
    reason, number, wait = ASKS.get(action.reason, FIRST_ASK)
    if not number:
        _give_up(action, reason)
        return
    mail = request_to_choose(edition, action.pk, act, number)
    with transaction.atomic():
        if wait_again(action, reason, wait):
            leave([mail])


def _try_later(action: Action) -> None:
    """Two minutes, four, eight … up to six hours. Whoever was asked to choose stays asked."""
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(action.attempts, 12))
    reason = action.reason if action.reason in ASKS else "provider_away"
    wait_again(action, reason, wait, attempts=min(action.attempts + 1, 1000))


def _give_up(action: Action, reason: str) -> None:
    """Staff see it, with the reason; it stays counted."""
    waiting = Action.objects.filter(pk=action.pk, state=State.SEEKING)
    waiting.update(state=State.STUCK, reason=reason, next_at=None)
