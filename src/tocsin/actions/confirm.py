"""Confirming by mail: the key in the request, and what a press of its button notes.

The link shows a page with a button; only the button acts, since scanners of mail servers follow every link (B67). It
touches the row of its own action alone: to count it changes rows that all signers share, which is the worker's
(asking.py).
"""

from __future__ import annotations

import struct

from django.db.models.functions import Now

from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition
from tocsin.lib.vault import vault

_ACTION = struct.Struct(">Q")
PURPOSE = "confirm"
# The reason of an unconfirmed action whose writer pressed the button: it is counted at the next look.
CONFIRMED = "confirmed"


def confirm_key(action_id: int) -> str:
    return vault().token(PURPOSE, _ACTION.pack(action_id))


def read_confirm_key(key: str) -> int | None:
    """The action that this confirms, or None."""
    content = vault().read_token(PURPOSE, key)
    return int(_ACTION.unpack(content)[0]) if content is not None and len(content) == _ACTION.size else None


def edition_to_confirm(action_id: int) -> Edition | None:
    """The edition that was signed, or None where there is nothing any more that could be confirmed."""
    action = Action.objects.select_related("edition__campaign").filter(pk=action_id).first()
    return action.edition if action and action.state not in {State.BLOCKED, State.INVALIDATED} else None


def confirm(action_id: int) -> bool:
    """Notes that its writer pressed the button; whether they have confirmed it now, also when they had before."""
    waiting = Action.objects.filter(pk=action_id, state=State.UNCONFIRMED).exclude(reason=CONFIRMED)
    waiting.update(reason=CONFIRMED, next_at=Now())
    gone = {State.BLOCKED, State.INVALIDATED}
    return Action.objects.filter(pk=action_id).exclude(state__in=gone).exists()
