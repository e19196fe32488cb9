"""What became of letters: for the supporter's receipt and for staff. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from tocsin.actions.choose import choice_key
from tocsin.actions.models import Action, Letter, Way
from tocsin.actions.seek import ASKS
from tocsin.actions.states import State as ActionState
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.states import State as MessageState


@dataclass(frozen=True, slots=True)
class LetterFate:
    """One letter of one supporter. `state` is a state of outbox messages; `said` is the server's own words.

    `goes_with` says what carries a letter that waits and does not leave by itself: "daily", "weekly" or "hand_in".
    """

    target: str
    state: str
    since: datetime
    said: str = ""
    goes_with: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A supporter's own act with all that followed. `act` is what they sent, opened.

    `stage` says what the act itself waits for: "preparing", "confirm", "seek", "choose", or "" for nothing. `key` is
    that of the page where the riding is chosen, while it can be. `way` is who carries the letter: actions.models.Way.
    """

    edition: Edition
    accepted_at: datetime
    act: dict[str, Any]
    letters: list[LetterFate]
    stage: str
    way: str = Way.US
    key: str = ""

    @property
    def being_prepared(self) -> bool:
        return self.stage == "preparing"


def receipt_of(action_id: int) -> Receipt | None:
    """The receipt of one action, or None if there is none (it was erased)."""
    action = Action.objects.select_related("edition__campaign").filter(pk=action_id).first()
    if action is None:
        return None
    try:
        act = vault().open(action.sealed, action_context(action.email_digest))
    except CannotOpen:
        return None
    letters = _fates(Letter.objects.filter(action=action), action.edition)
    stage = stage_of(action)
    key = choice_key(action.pk) if stage == "choose" else ""
    return Receipt(action.edition, action.accepted_at, act, letters, stage, action.way, key)


STAGES = {
    ActionState.RECEIVED: "preparing",
    ActionState.HELD: "preparing",
    ActionState.COUNTED: "preparing",
    ActionState.STUCK: "preparing",
    ActionState.UNCONFIRMED: "confirm",
    ActionState.SEEKING: "seek",
}


def stage_of(action: Action) -> str:
    """What an act itself waits for."""
    if action.state == ActionState.SEEKING and action.reason in ASKS:
        return "choose"
    return STAGES.get(ActionState(action.state), "")


def letters_by_digest(edition: Edition, digest: bytes) -> list[LetterFate]:
    """The fates of a person's letters in the edition's campaign, without the servers' words."""
    letters = Letter.objects.filter(action__campaign=edition.campaign_id, action__email_digest=digest)
    return [replace(fate, said="") for fate in _fates(letters, edition)]


def _fates(letters: QuerySet[Letter], edition: Edition) -> list[LetterFate]:
    """Targets are named as the edition names them, in its language, not as staff do."""
    names = {said["id"]: said["name"] for said in edition.words["targets"]}
    return [
        LetterFate(
            names.get(row.target_id, row.target.name),
            row.message.state,
            row.message.state_since,
            row.message.last_words,
            row.target.mode if row.message.gathered and row.message.state == MessageState.WAITING else "",
        )
        for row in letters.order_by("pk").select_related("target", "message")
    ]


def letters_by_fate(campaign: Campaign) -> dict[str, int]:
    """How many of a campaign's letters are in each state."""
    rows = Message.objects.filter(campaign_ref=campaign.pk, kind=Kind.LETTER).values_list("state")
    return dict(rows.annotate(letters=Count("pk")))
