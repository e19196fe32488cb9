"""Confirming by mail: the key in the request, and the step that a press of its button takes.

The link shows a page with a button; only the button acts, since scanners of mail servers follow every link (B67).
"""

from __future__ import annotations

import struct

from tocsin.actions.count import change_states
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition
from tocsin.lib.vault import vault

_ACTION = struct.Struct(">Q")
PURPOSE = "confirm"


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
    """Counts an unconfirmed action; whether it is confirmed now, also when it was before."""
    change_states([(action_id, State.UNCONFIRMED, State.COUNTED, "")])
    gone = {State.UNCONFIRMED, State.BLOCKED, State.INVALIDATED}
    return Action.objects.filter(pk=action_id).exclude(state__in=gone).exists()
