"""Opens what a person sent, for those who may: their letter as it leaves, who they are, what they allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tocsin.actions.addressees import Addressee, addressee_for
from tocsin.actions.ending.remains import WORDS_ENDED, opened
from tocsin.actions.letters import full_name, letter_text, sheet_for, whereabouts
from tocsin.actions.models import Action
from tocsin.actions.question_contract import ANSWERS
from tocsin.campaigns.models import ReplyTo, Target
from tocsin.campaigns.words import EditionWords


@dataclass(frozen=True, slots=True)
class Opened:
    """One person's act. `consents` are (the question's words, yes), `answers` (the question's words, the answer)."""

    name: str
    email: str
    phone: str
    place: list[str]
    subject: str
    text: str
    own_words: bool
    words_ended: bool
    consents: list[tuple[str, bool]]
    answers: list[tuple[str, str]]


def open_action(action: Action, target_id: int | None = None) -> Opened | None:
    """What was sent, with the letter to this target or to the first; None if it was sealed with a key that is gone, or
    its person was."""
    act = None if action.ended_at else opened(action.sealed, action.email_digest)
    if act is None:
        return None
    words: EditionWords = action.edition.words
    return Opened(
        name=full_name(act),
        email=str(act.get("email", "")),
        phone=str(act.get("phone", "")),
        place=whereabouts(act, words["language"]),
        subject=str(act.get("subject", "")),
        text=_text(action, act, target_id),
        own_words=bool(act.get("own_words")),
        words_ended=bool(act.get(WORDS_ENDED)),
        answers=[
            (question["text"], _("Yes") if answer is True else str(answer))
            for question in words.get("questions", ())
            if (answer := act.get(ANSWERS, {}).get(question["key"]))
        ],
        consents=[
            (question["text"], bool(given))
            for question in words["consents"]
            if (given := act.get("consents", {}).get(question["purpose"])) is not None
        ],
    )


def _text(action: Action, act: dict[str, Any], target_id: int | None) -> str:
    words: EditionWords = action.edition.words
    if act.get(WORDS_ENDED):
        return ""
    return _letter(action, act, target_id) if words["letter"] else words["petition_text"]


def _letter(action: Action, act: dict[str, Any], target_id: int | None) -> str:
    """As it leaves to this target, or to the first that the page names, or to whoever it will be."""
    words: EditionWords = action.edition.words
    addressee = _addressee(words, target_id)
    return letter_text(
        words,
        addressee.greeting if addressee else "",
        act,
        reference=f"{action.campaign_id}-{action.pk}",
        reply=action.edition.campaign.reply_to == ReplyTo.SUPPORTER,
        sheet=sheet_for(words, act, addressee),
    )


def _addressee(words: EditionWords, target_id: int | None) -> Addressee | None:
    said = [one["id"] for one in words["targets"]]
    target = Target.objects.filter(pk=target_id or next(iter(said), 0)).first()
    return addressee_for(words, target) if target else None
