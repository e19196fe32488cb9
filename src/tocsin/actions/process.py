"""What follows an accepted action: its supporter, consents, letters and thank-you, made from the action's row.

Safe to run twice and in two places: everything made has a unique key, and an action changes to `followed` in the same
transaction. Where who gets the letter must be looked up, everything else is made and the action is `seeking`: seek.py
goes on. What cannot be made (a target is gone) is tried three times, then shown to staff as `stuck`; the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from tocsin.actions.accept import METHOD
from tocsin.actions.addressees import Addressee, by_answer, named
from tocsin.actions.letters import Composed, compose_letters, woven
from tocsin.actions.mails import thanks
from tocsin.actions.models import Action, Way
from tocsin.actions.rollup import add_riding
from tocsin.actions.sketch import sketch_of
from tocsin.actions.states import State
from tocsin.actions.take import action_context
from tocsin.actions.telling import tell_of_answers
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Campaign, Edition, Tally, Target
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.lib import sql
from tocsin.lib.vault import vault
from tocsin.outbox.models import Message
from tocsin.outbox.post import frozen_message, leave_frozen
from tocsin.supporters.keep import Answer, Person, keep_people
from tocsin.supporters.models import Consent

BATCH = 200
MOST_ATTEMPTS = 3
# Written out, as the outbox's: the database fills nothing else. A test compares this with the model.
LETTER_COLUMNS = ("action_id", "target_id", "message_id", "own_words", "sketch")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MadeLetter:
    """One letter ready to be stored: its frozen message, to whom, and what is told of its text."""

    message: Message
    target_id: int
    own_words: bool
    sketch: bytes


@dataclass(frozen=True, slots=True)
class Following:
    """One action with all that is to be made of it, and the state it has then."""

    action: Action
    person: Person
    thanks: Message
    letters: list[MadeLetter]
    then: State
    way: str

    @property
    def messages(self) -> list[Message]:
        return [*(letter.message for letter in self.letters), self.thanks]


def follow_batch(most: int = BATCH) -> int:
    """Makes what follows of the oldest counted actions; how many it looked at."""
    found = list(Action.objects.filter(state=State.COUNTED).order_by("pk")[:most])
    if not (actions := [action for action in found if action.ended_at is None]):
        return _let_rest(found)
    circumstances = Circumstances(actions)
    ready = [made for action in actions if (made := _prepared(action, circumstances)) is not None]
    try:
        _store(ready)
    except (OperationalError, InterfaceError):
        raise
    except (DatabaseError, ValueError):
        _store_one_by_one(ready)
    return len(actions) + _let_rest([action for action in found if action.ended_at])


def _let_rest(ended: list[Action]) -> int:
    """Of whoever was forgotten nothing more is made: an action that was taken out of the number and put back counts
    again, also in its riding."""
    for action in ended:
        with transaction.atomic():
            Tally.locked(action.campaign_id)
            counted = Action.objects.filter(pk=action.pk, state=State.COUNTED)
            if counted.update(state=State.FOLLOWED) and action.division:
                add_riding(action, action.division)
    return len(ended)


def paused_campaigns() -> frozenset[int]:
    """The campaigns whose letters wait: the outbox is told, since it does not know campaigns."""
    return frozenset(Campaign.objects.filter(letters_paused=True).values_list("pk", flat=True))


class Circumstances:
    """What many actions of a batch share, asked once: their editions with today's policy, and the targets named."""

    def __init__(self, actions: list[Action]) -> None:
        campaigns = Campaign.objects.in_bulk({action.campaign_id for action in actions})
        self.editions = {pk: self._edition(pk, campaigns) for pk in {action.edition_id for action in actions}}
        wanted = {said["id"] for edition in self.editions.values() for said in edition.words["targets"]}
        rows = Target.objects.select_related("successor").prefetch_related("in_words")
        self.targets = rows.in_bulk(wanted)

    @staticmethod
    def _edition(pk: int, campaigns: dict[int, Campaign]) -> Edition:
        remembered = frozen(pk)
        return Edition(
            pk=pk,
            campaign=campaigns[remembered.campaign_id],
            language=remembered.language,
            number=remembered.number,
            words=remembered.words,
            sha256=remembered.sha256,
        )


def _prepared(action: Action, circumstances: Circumstances) -> Following | None:
    """Everything that can be made without the database, or None after noting that it could not be made."""
    edition = circumstances.editions[action.edition_id]
    try:
        act = vault().open(action.sealed, action_context(action.email_digest))
        way = str(act.get("way", Way.US))
        to_seek = way == Way.US and _is_looked_up(edition)
        addressees = [] if to_seek or way != Way.US else _addressees(edition, act, circumstances)
        return Following(
            action,
            _person(action, edition, act),
            frozen_message(thanks(edition, action.pk, act)),
            made_letters(compose_letters(edition, action.pk, act, addressees), act),
            State.SEEKING if to_seek else State.FOLLOWED,
            way,
        )
    except Exception as error:
        _note_failure(action, error)
        return None


def _is_looked_up(edition: Edition) -> bool:
    targeting = edition.words.get("targeting")
    return bool(targeting and targeting["by"] == "postal")


def _addressees(edition: Edition, act: dict[str, Any], circumstances: Circumstances) -> list[Addressee]:
    if edition.words["letter"] is None:
        return []
    return by_answer(edition, act) if edition.words.get("targeting") else named(edition.words, circumstances.targets)


def made_letters(composed: list[Composed], act: Mapping[str, Any]) -> list[MadeLetter]:
    """The letters with their bytes frozen and sealed, ready for a transaction."""
    if not composed:
        return []
    own_words, text = bool(act.get("own_words")), woven(act, str(act.get("text", "")))
    # Words as they were offered come by the thousand. Only those are remembered: they are nobody's own.
    sketch = sketch_of(text) if own_words or any(act.get("prompts", ())) else _sketch_of_offered(text)
    return [MadeLetter(frozen_message(one.mail), one.target_id, own_words, sketch) for one in composed]


_sketch_of_offered = lru_cache(maxsize=256)(sketch_of)


def store_letters(letters: list[tuple[Action, MadeLetter]], messages: dict[str, int]) -> None:
    """The letters' rows; their messages were left, and `messages` has their numbers by key."""
    rows = [
        (action.pk, letter.target_id, messages[letter.message.key], letter.own_words, letter.sketch)
        for action, letter in letters
    ]
    sql.insert_new("actions_letter", LETTER_COLUMNS, rows)


def _person(action: Action, edition: Edition, act: dict[str, Any]) -> Person:
    words = edition.words
    controller = "\n".join(part for part in (words["brand"]["organisation"], words["brand"]["postal_address"]) if part)
    answers = [
        Answer(question["purpose"], question["text"], controller, question["control"], bool(given))
        for question in words["consents"]
        if (given := act["consents"].get(question["purpose"])) is not None
    ]
    return Person(
        email_digest=bytes(action.email_digest),
        details={key: act[key] for key in FIELD_KINDS if key in act},
        language=edition.language,
        campaign_ref=action.campaign_id,
        action_ref=action.pk,
        edition_ref=edition.pk,
        page_url=settings.TOCSIN_BASE_URL.geturl().rstrip("/") + words["page_path"],
        at=action.accepted_at,
        answers=answers,
        method=str(act.get(METHOD, Consent.Method.WEB.value)),
        again=action.supporter_id is not None,  # taken out of the number, and put back
    )


def _store(ready: list[Following]) -> None:
    """One transaction for all; actions that another worker has in hand or has done are left to it."""
    with transaction.atomic():
        free = Action.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        ids = [one.action.pk for one in ready]
        mine = set(free.filter(pk__in=ids, state=State.COUNTED).order_by("pk").values_list("pk", flat=True))
        _store_mine([one for one in ready if one.action.pk in mine])


def _store_mine(mine: list[Following]) -> None:
    if not mine:
        return
    supporters = keep_people(one.person for one in mine)
    messages = leave_frozen([message for one in mine for message in one.messages])
    store_letters([(one.action, letter) for one in mine for letter in one.letters], messages)
    _mark(mine, supporters)
    tell_of_answers([one.action.pk for one in mine if one.person.answers and not one.person.again])


def _mark(mine: list[Following], supporters: dict[bytes, int]) -> None:
    """The actions as they are now, in one statement: the ORM's way of writing many rows with different values took a
    fifth of all that composing a letter takes."""
    rows = [(one.action.pk, str(one.then), one.way, supporters[one.person.email_digest]) for one in mine]
    sql.run(
        "UPDATE actions_action SET state = v.column2, way = v.column3, supporter_id = v.column4 FROM "  # noqa: S608
        + sql.values(rows)
        + " WHERE actions_action.id = v.column1",
        sql.flat(rows),
    )
    to_seek = [one.action.pk for one in mine if one.then == State.SEEKING]
    if to_seek:
        Action.objects.filter(pk__in=to_seek).update(next_at=Now(), attempts=0, reason="")


def _store_one_by_one(ready: list[Following]) -> None:
    for one in ready:
        try:
            _store([one])
        except (OperationalError, InterfaceError):
            raise
        except (DatabaseError, ValueError) as error:
            _note_failure(one.action, error)


def _note_failure(action: Action, error: Exception) -> None:
    """Counts a failed attempt; after the third the action is stuck and staff see it. No content goes to the log."""
    log.error("action %s could not be followed: %s", action.pk, type(error).__name__)
    Action.objects.filter(pk=action.pk, state=State.COUNTED).update(attempts=F("attempts") + 1)
    Action.objects.filter(pk=action.pk, state=State.COUNTED, attempts__gte=MOST_ATTEMPTS).update(
        state=State.STUCK, reason=type(error).__name__[:40]
    )
