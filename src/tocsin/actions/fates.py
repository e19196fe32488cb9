"""What became of letters: for the supporter's receipt and for staff. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, QuerySet, Subquery

from tocsin.actions.addressees import NoTarget, TargetIsGone, addressees_of
from tocsin.actions.choose import choice_key
from tocsin.actions.confirm import CONFIRMED
from tocsin.actions.ending.remains import WORDS_ENDED
from tocsin.actions.letter_waits import ASKED, Kept, what_keeps
from tocsin.actions.letters import variant_of
from tocsin.actions.models import Action, Letter, Way
from tocsin.actions.seek import ASKS
from tocsin.actions.sent import SentLetter, sent_letter
from tocsin.actions.states import State as ActionState
from tocsin.actions.take import action_context
from tocsin.actions.taken import BY_HAND
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Delivery, Kind, Message
from tocsin.outbox.states import State as MessageState


@dataclass(frozen=True, slots=True)
class LetterFate:
    """One letter of one supporter. `state` is a state of outbox messages; `said` is the server's own words.

    `goes_with` says what carries a letter that waits and does not leave by itself: "daily", "weekly" or "hand_in".
    One that waits may be `paused`, or leave only `later`, a moment in its campaign's time zone.
    """

    target: str
    state: str
    since: datetime
    said: str = ""
    goes_with: str = ""
    paused: bool = False
    later: datetime | None = None

    @property
    def shown_as(self) -> str:
        """Its state, or what keeps it there."""
        if self.paused:
            return "paused"
        return "later" if self.later and self.state == MessageState.WAITING else self.state


@dataclass(frozen=True, slots=True)
class Receipt:
    """A supporter's own act with all that followed. `act` is what they sent, opened, and `sent` the letter made of it;
    `state` is that of their action.

    `choose_path` leads to where the riding is chosen, while it can be. `way` is who carries the letter
    (actions.models.Way). `excluded` is the campaigner's word to those whose target gets no letter.
    """

    edition: Edition
    accepted_at: datetime
    act: dict[str, Any]
    letters: list[LetterFate]
    state: str
    way: str = Way.US
    choose_path: str = ""
    excluded: str = ""
    sent: SentLetter | None = None

    @property
    def words_ended(self) -> bool:
        """Its letters' words were kept for as long as its campaign says, and are gone."""
        return bool(self.act.get(WORDS_ENDED))

    @property
    def being_prepared(self) -> bool:
        return self.state in PREPARING


# Of the last attempt; None where there was none yet.
NO_SERVER = (None, "", BY_HAND)
PREPARING = {ActionState.RECEIVED, ActionState.HELD, ActionState.COUNTED, ActionState.STUCK}


def receipt_of(action_id: int) -> Receipt | None:
    """The receipt of one action, or None if there is none (it was erased)."""
    action = Action.objects.select_related("edition__campaign").filter(pk=action_id).first()
    if action is None or action.ended_at:
        return None
    try:
        act = vault().open(action.sealed, action_context(action.email_digest))
    except CannotOpen:
        return None
    left = Letter.objects.filter(action=action)
    letters = _fates(left, action.edition)
    confirmed = action.state == ActionState.UNCONFIRMED and action.reason == CONFIRMED
    to_choose = action.state == ActionState.SEEKING and action.reason in ASKS
    return Receipt(
        action.edition,
        action.accepted_at,
        act,
        letters,
        ActionState.COUNTED if confirmed else action.state,  # it is at the next look of the worker
        action.way,
        f"/choose/{choice_key(action.pk)}/" if to_choose else "",
        "" if letters else _excluded(action, act),
        _sent(action, act, left),
    )


def _sent(action: Action, act: dict[str, Any], left: QuerySet[Letter]) -> SentLetter | None:
    if action.edition.words["letter"] is None or act.get(WORDS_ENDED):
        return None
    rows = left.order_by("pk").select_related("target__successor").prefetch_related("target__in_words")
    return sent_letter(action.edition, act, action.division, [row.target for row in rows])


def _excluded(action: Action, act: dict[str, Any]) -> str:
    """Why nobody got a letter, where a rule of the campaigner's says so."""
    words = action.edition.words
    if action.state != ActionState.FOLLOWED or words["letter"] is None or not words["letter"].get("variants"):
        return ""
    try:
        addressees = addressees_of(action.edition, act, action.division)
    except (NoTarget, TargetIsGone):
        return ""
    variants = (variant_of(words["letter"], one) for one in addressees)
    return next((variant["excluded"] for variant in variants if variant and variant["excluded"]), "")


def letters_by_digest(edition: Edition, digest: bytes) -> list[LetterFate]:
    """The fates of a person's letters in the edition's campaign, without the servers' words."""
    letters = Letter.objects.filter(action__campaign=edition.campaign_id, action__email_digest=digest)
    return [replace(fate, said="") for fate in _fates(letters, edition)]


def _fates(letters: QuerySet[Letter], edition: Edition) -> list[LetterFate]:
    """Targets are named as the edition names them, in its language, not as staff do."""
    names = {said["id"]: said["name"] for said in edition.words["targets"]}
    asked = letters.order_by("pk").select_related(*ASKED).annotate(server=_last_server())
    rows = list(asked.defer("message__sealed", "message__carrier__sealed"))
    kept = what_keeps(rows)
    return [_fate(row, names.get(row.target_id, row.target.name), kept.get(row.pk, Kept())) for row in rows]


def _fate(row: Any, target: str, kept: Kept) -> LetterFate:
    """Of a letter with the `server` that spoke last."""
    message = row.message
    return LetterFate(
        target,
        message.state,
        message.state_since,
        "" if row.server in NO_SERVER else message.last_words,
        row.target.mode if message.gathered and message.state == MessageState.WAITING else "",
        kept.paused,
        kept.until and kept.until.astimezone(ZoneInfo(row.action.campaign.time_zone)),
    )


def _last_server() -> Subquery:
    """Who spoke last: without a server the words are our own, or those of whoever handed the letter in."""
    finished = Delivery.objects.filter(message=OuterRef("message"), finished_at__isnull=False)
    return Subquery(finished.order_by("-number").values("server")[:1])


def letters_by_fate(campaign: Campaign) -> dict[str, int]:
    """How many of a campaign's letters are in each state."""
    rows = Message.objects.filter(campaign_ref=campaign.pk, kind=Kind.LETTER).values_list("state")
    return dict(rows.annotate(letters=Count("pk")))
