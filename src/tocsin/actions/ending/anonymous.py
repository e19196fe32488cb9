"""Makes actions anonymous: what they hold of a person goes, with the words of their letters and all mails about them.

The row stays, and with it the number and every picture: its state, times, source and edition, and the fate of its
letters. What still waits to leave is stopped first. An action of which a mail is being handed over at this very moment
is left alone, and said so: the next night, or the next press, comes to it. Safe to run twice, and beside people who
sign and workers that follow: whoever has the row first ends their work first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from tocsin.actions.ending.remains import names_in, opened, what_remains
from tocsin.actions.mails_about import letters_of, mails_to_people
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State
from tocsin.lib import sql
from tocsin.outbox.emptying import STILL_TO_LEAVE, empty_letters, empty_mails, in_hand, stop
from tocsin.outbox.models import Message
from tocsin.supporters.models import Consent

# Why it is blocked, where it waited for a moderator or for its writer's button.
ENDED = "ended"
NEVER_COUNTED = (State.RECEIVED, State.HELD, State.UNCONFIRMED)
STILL_TO_FOLLOW = (State.COUNTED, State.SEEKING, State.STUCK)


@dataclass(frozen=True, slots=True)
class Ended:
    """How many people's actions were made anonymous, how many mails that waited were stopped; who their supporters
    were, and which actions were left because a mail of theirs was in hand."""

    people: int = 0
    stopped: int = 0
    supporters: frozenset[int] = frozenset()
    in_hand: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    campaign: int
    supporter: int | None
    digest: bytes
    sealed: bytes
    names: frozenset[str]


def end_actions(numbers: Sequence[int], *, keep_digest: bool = False, let_leave: bool = False) -> Ended:
    """With `keep_digest` the person is still known by their digest, so that they count once: while a campaign has no
    end. With `let_leave` letters that wait still leave, as the person wished."""
    rows = _rows(numbers, keep_digest=keep_digest)  # sealed before the transaction that others wait for
    with transaction.atomic():
        mine = {pk: rows[pk] for pk in _locked(list(rows))}
        mails = _Mails.about(mine, let_leave=let_leave)
        stopped = stop(mails.all)
        busy = mails.in_hand()
        done = {pk: row for pk, row in mine.items() if pk not in busy}
        people, supporters = _still_known(done), _supporters(done)
        mails.empty(done)
        _write(done)
    return Ended(people, stopped, supporters, frozenset(busy))


@dataclass(frozen=True, slots=True)
class _Mails:
    """What is about some actions: the message of each letter, the mails to the person, and, for each letter that one
    carries, the digest. A digest that is stopped gives the others back, to wait for the next."""

    letters: dict[int, int]
    to_people: dict[int, int]
    digests: dict[int, int]

    @classmethod
    def about(cls, rows: dict[int, _Row], *, let_leave: bool) -> _Mails:
        letters = letters_of(rows)
        if let_leave:
            leaving = Message.objects.filter(pk__in=list(letters), state__in=STILL_TO_LEAVE)
            letters = {pk: letters[pk] for pk in letters.keys() - set(leaving.values_list("pk", flat=True))}
        carried = Message.objects.filter(pk__in=list(letters), carrier__isnull=False).values_list("pk", "carrier")
        people = mails_to_people({pk: row.campaign for pk, row in rows.items()})
        return cls(letters, people, {pk: carrier or 0 for pk, carrier in carried})

    @property
    def all(self) -> list[int]:
        """Digests first: what they carry is stopped only once it is free of them."""
        return [*self.digests.values(), *self.letters, *self.to_people]

    def in_hand(self) -> set[int]:
        """The actions of which something is being handed over just now."""
        busy = in_hand(self.all)
        of_digests = {self.letters[pk] for pk, digest in self.digests.items() if digest in busy}
        return of_digests | {action for pk, action in {**self.letters, **self.to_people}.items() if pk in busy}

    def empty(self, done: dict[int, _Row]) -> None:
        letters = {pk: done[action].names for pk, action in self.letters.items() if action in done}
        digests = {self.digests[pk] for pk in letters if pk in self.digests}
        empty_letters(letters | dict.fromkeys(digests, frozenset()))
        empty_mails([pk for pk, action in self.to_people.items() if action in done])
        Letter.objects.filter(message__in=list(letters)).update(sketch=b"")
        Consent.objects.filter(action_ref__in=list(done)).update(action_ref=None)


def _rows(numbers: Sequence[int], *, keep_digest: bool) -> dict[int, _Row]:
    found = {}
    rows = Action.objects.filter(pk__in=numbers).values_list("pk", "campaign_id", "supporter", "email_digest", "sealed")
    for pk, campaign, supporter, digest, sealed in rows:
        act = opened(sealed, digest)
        then = bytes(digest) if keep_digest else os.urandom(32)
        found[pk] = _Row(pk, campaign, supporter, then, what_remains(act, then), names_in(act))
    return found


def _locked(numbers: list[int]) -> list[int]:
    """In the order of their numbers, as whoever follows them locks them."""
    free = Action.objects.select_for_update(no_key=connection.features.has_select_for_no_key_update)
    return list(free.filter(pk__in=numbers).order_by("pk").values_list("pk", flat=True))


def _still_known(done: dict[int, _Row]) -> int:
    """How many were not anonymous before."""
    return Action.objects.filter(pk__in=list(done), ended_at=None).count()


def _supporters(done: dict[int, _Row]) -> frozenset[int]:
    """As they are now, below the lock: it may have been followed since it was read."""
    found = Action.objects.filter(pk__in=list(done), supporter__isnull=False)
    return frozenset(number for number in found.values_list("supporter", flat=True) if number)


def _write(done: dict[int, _Row]) -> None:
    """The rows in one statement, then what they waited for. Nothing here changes the tally: who counted counts."""
    if not done:
        return
    now = timezone.now()
    rows: list[tuple[Any, ...]] = [(row.number, row.digest, row.sealed, now) for row in done.values()]
    sql.run(
        "UPDATE actions_action SET email_digest = v.column2, sealed = v.column3, supporter_id = NULL,"  # noqa: S608
        f" ended_at = COALESCE(ended_at, {sql.moment('v.column4')}) FROM {sql.values(rows)}"
        " WHERE actions_action.id = v.column1",
        sql.flat(rows),
    )
    mine = Action.objects.filter(pk__in=list(done))
    mine.filter(state__in=NEVER_COUNTED).update(state=State.BLOCKED, reason=ENDED, next_at=None)
    mine.filter(state__in=STILL_TO_FOLLOW).update(state=State.FOLLOWED, reason="", division="", next_at=None)
