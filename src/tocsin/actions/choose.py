"""Choosing afterwards: a postal code that spans several divisions, looked up only after the action was accepted.

The key goes by mail to the supporter. Its page shows the divisions; a press of its button chooses one.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from django.db.models.functions import Now

from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Edition
from tocsin.campaigns.targeting.answers import LookUp
from tocsin.campaigns.targeting.look_up import look_up
from tocsin.lib.vault import vault

_ACTION = struct.Struct(">Q")
PURPOSE = "choose"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be chosen; `chosen` is the division that was, or empty."""

    edition: Edition
    found: LookUp
    chosen: str


def choice_key(action_id: int) -> str:
    return vault().token(PURPOSE, _ACTION.pack(action_id))


def read_choice_key(key: str) -> int | None:
    """The action whose division this chooses, or None."""
    content = vault().read_token(PURPOSE, key)
    return int(_ACTION.unpack(content)[0]) if content is not None and len(content) == _ACTION.size else None


def choice_of(action_id: int) -> Choice | None:
    """What its writer may choose from, or None where there is no such action or nothing to choose."""
    action = Action.objects.select_related("edition__campaign").filter(pk=action_id).first()
    targeting = action.edition.words.get("targeting") if action else None
    if action is None or action.ended_at or not targeting or targeting["by"] != "postal":
        return None
    act = vault().open(action.sealed, action_context(action.email_digest))
    return Choice(action.edition, look_up(targeting["provider"], str(act.get("postal_code", ""))), action.division)


def choose(action_id: int, division: str) -> bool:
    """Notes the division, if it is one of those to choose from and none was before; whether it stands now."""
    choice = choice_of(action_id)
    if choice is None or not choice.found.has(division):
        return False
    waiting = Action.objects.filter(pk=action_id, state=State.SEEKING, division="")
    waiting.update(division=division, next_at=Now())
    return Action.objects.filter(pk=action_id, division=division).exists()
