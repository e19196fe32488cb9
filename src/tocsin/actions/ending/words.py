"""Ends the words of letters some days after the last that became of them; names and answers stay until their own time.

A walk along each campaign's actions comes to each of them once. One whose letter still waits, or is gone for less than
these days, is written down and looked at again every night; so no night reads what is done, and nothing is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from tocsin.actions.ending.model import EndingMark, WordsLater
from tocsin.actions.ending.remains import WORDS, opened, without_words
from tocsin.actions.mails_about import letters_of, mails_to_people
from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.lib import sql
from tocsin.outbox.emptying import EMPTY, FINAL, empty_letters, empty_mails
from tocsin.outbox.models import Message

# Nothing more is made of them.
SETTLED = (State.FOLLOWED, State.BLOCKED, State.INVALIDATED)


@dataclass(frozen=True, slots=True)
class _Mails:
    letters: dict[int, int]
    to_people: dict[int, int]

    @property
    def all(self) -> dict[int, int]:
        return {**self.letters, **self.to_people}


def pass_words(campaign: int, before: datetime, walk: str, numbers: Sequence[int]) -> int:
    """Ends the words of those of the next actions that are over, writes the others down, and moves the mark on; how
    many were ended."""
    with transaction.atomic():
        over, mails = _over(numbers, before)
        later = [WordsLater(action_id=pk, campaign_id=campaign) for pk in numbers if pk not in over]
        WordsLater.objects.bulk_create(later, ignore_conflicts=True)
        ended = _end(over, mails)
        EndingMark.objects.update_or_create(pk=walk, defaults={"up_to": numbers[-1]})
    return ended


def look_again(before: datetime, numbers: Sequence[int]) -> int:
    """The same for actions that an earlier night left; those that are over are left no longer."""
    with transaction.atomic():
        over, mails = _over(numbers, before)
        ended = _end(over, mails)
        WordsLater.objects.filter(action__in=list(over)).delete()
    return ended


def _over(numbers: Sequence[int], before: datetime) -> tuple[dict[int, Action], _Mails]:
    """Those whose every mail had its last fate before that moment. Of a person who was forgotten and let a letter
    leave, it goes as soon as it has left."""
    rows = Action.objects.filter(pk__in=numbers).only("pk", "campaign_id", "state", "ended_at", "accepted_at")
    found = {row.pk: row for row in rows}
    mails = _Mails(letters_of(found), mails_to_people({pk: row.campaign_id for pk, row in found.items()}))
    last, waits = _fates(mails.all)
    over = {
        pk: row
        for pk, row in found.items()
        if row.state in SETTLED
        and pk not in waits
        and (row.ended_at or max(row.accepted_at, last.get(pk, row.accepted_at)) < before)
    }
    return over, mails


def _fates(mails: dict[int, int]) -> tuple[dict[int, datetime], set[int]]:
    """For each action the last moment at which anything became of a mail of it, and those with one that has no last."""
    last, waits = dict[int, datetime](), set[int]()
    for pk, state, since in Message.objects.filter(pk__in=list(mails)).values_list("pk", "state", "state_since"):
        action = mails[pk]
        last[action] = max(last.get(action, since), since)
        if state not in FINAL:
            waits.add(action)
    return last, waits


def _end(over: dict[int, Action], mails: _Mails) -> int:
    letters = [pk for pk, action in mails.letters.items() if action in over]
    full = Message.objects.filter(pk__in=letters).exclude(sealed=EMPTY).values_list("pk", flat=True)
    empty_letters(dict.fromkeys(full, frozenset()))
    empty_mails([pk for pk, action in mails.to_people.items() if action in over])
    return _reseal([pk for pk, row in over.items() if row.ended_at is None])


def _reseal(numbers: Sequence[int]) -> int:
    """The acts without what their letters were made of. Whoever made them anonymous meanwhile changed the digest: the
    statement asks for it, so that nothing comes back."""
    acts = [
        (pk, bytes(digest), act)
        for pk, digest, sealed in Action.objects.filter(pk__in=numbers).values_list("pk", "email_digest", "sealed")
        if (act := opened(sealed, digest)) is not None and any(key in act for key in WORDS)
    ]
    if acts:
        rows = [(pk, digest, without_words(act, digest)) for pk, digest, act in acts]
        sql.run(
            "UPDATE actions_action SET sealed = v.column3 FROM "  # noqa: S608
            + sql.values(rows)
            + " WHERE actions_action.id = v.column1 AND actions_action.email_digest = v.column2"
            " AND actions_action.ended_at IS NULL",
            sql.flat(rows),
        )
    return len(acts)


def last_left(campaign: int) -> int:
    return WordsLater.objects.filter(campaign=campaign).aggregate(last=Max("pk"))["last"] or 0
