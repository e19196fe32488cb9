"""Who has which message in hand. A claim is the pair of a message in state “sending” and the number of its attempt.

All times are the database's: the clocks of two machines are never compared. Every change asks for the claim it was made
under, so a worker that was asleep for an hour finds out before it does harm. Transactions are as short as can be: on
SQLite the web server waits for them.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from tocsin.outbox.models import Delivery, Kind, Message
from tocsin.outbox.states import State
from tocsin.outbox.verdict import Verdict, storable

WORKER_DIED = "The worker ended before the mail was handed over."
NOBODY_KNOWS = "The worker ended after the mail was handed over and before the answer."


class ClaimIsLost(Exception):
    """The lease ran out and the message is in other hands, or in nobody's."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One message in hand, with the number of this attempt."""

    message: Message
    number: int
    holder: str

    @property
    def mine(self) -> QuerySet[Message]:
        return Message.objects.filter(pk=self.message.pk, state=State.SENDING, attempts=self.number)

    @property
    def delivery(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(message=self.message.pk, number=self.number)


def lease() -> timedelta:
    """Longer than the slowest handing over: greeting, TLS, login, three commands, the body and the answer."""
    return timedelta(seconds=10 * settings.TOCSIN_MAIL_TIMEOUT)


def claim(most: int, paused: frozenset[int] = frozenset()) -> list[Claim]:
    """Takes what is due in hand, oldest first, each with the row of its attempt. Letters of paused campaigns stay."""
    due = _due(paused)
    if not due.exists():  # asked first without a transaction, which on SQLite would keep the web server waiting
        return []
    holder = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"
    with transaction.atomic():
        messages = list(_locked(due.order_by("due_at", "pk"))[:most])
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(
            state=State.SENDING,
            state_since=Now(),
            due_at=None,
            attempts=F("attempts") + 1,
            lease_until=Now() + lease(),
            lease_holder=holder,
        )
        claims = [Claim(message, message.attempts + 1, holder) for message in messages]
        Delivery.objects.bulk_create([Delivery(message=one.message, number=one.number) for one in claims])
    return claims


def renew(claims: Sequence[Claim]) -> None:
    """A further lease for what is still in hand."""
    mine = Message.objects.filter(pk__in=[one.message.pk for one in claims], lease_holder=claims[0].holder)
    mine.filter(state=State.SENDING).update(lease_until=Now() + lease())


def note_dot(one: Claim) -> None:
    """Writes down, durably, that the server may have the mail from now on. Raises ClaimIsLost: then it must not."""
    with transaction.atomic():
        # The message's row is written too: whoever recovers locks it, and so sees either no dot or this one.
        if not one.mine.update(lease_until=Now() + lease()):
            raise ClaimIsLost
        one.delivery.update(dot_at=Now())


def settle(one: Claim, verdict: Verdict) -> None:
    """Writes the result. If others have recovered the message as uncertain meanwhile, the answer is the better word."""
    # A target's address may stand in a server's words; a supporter's may not.
    words = storable(verdict.words, public_domain=one.message.domain if one.message.kind == Kind.LETTER else "")
    with transaction.atomic():
        mine = one.mine | Message.objects.filter(pk=one.message.pk, state=State.UNCERTAIN, attempts=one.number)
        changed = mine.update(
            state=verdict.state,
            state_since=Now(),
            due_at=Now() + verdict.wait if verdict.wait else None,
            own_faults=F("own_faults") + int(verdict.own_fault),
            lease_until=None,
            lease_holder="",
            last_words=words,
        )
        if changed:
            one.delivery.update(finished_at=Now(), outcome=verdict.state, server=verdict.server[:255], words=words)


def give_back(claims: Sequence[Claim]) -> None:
    """What was claimed and not begun, as it was before: at once for whoever comes next, and not an attempt."""
    with transaction.atomic():
        for one in claims:
            untouched = one.mine.update(
                state=State.DEFERRED if one.number > 1 else State.WAITING,
                state_since=Now(),
                due_at=Now(),
                attempts=F("attempts") - 1,
                lease_until=None,
                lease_holder="",
            )
            if untouched:
                one.delivery.delete()


def recover() -> int:
    """What dead workers had in hand: without a dot it waits again, with one nobody knows. How many there were."""
    expired = Message.objects.filter(state=State.SENDING, lease_until__lt=Now())
    if not expired.exists():
        return 0
    with transaction.atomic():
        locked = list(_locked(expired).values_list("pk", flat=True))
        attempt = Delivery.objects.filter(message=OuterRef("pk"), number=OuterRef("attempts"))
        rows = Message.objects.filter(pk__in=locked).annotate(dot_at=Subquery(attempt.values("dot_at")[:1]))
        dots = dict(rows.values_list("pk", "dot_at"))
        _end([pk for pk, dot in dots.items() if dot is None], State.WAITING, WORKER_DIED)
        _end([pk for pk, dot in dots.items() if dot is not None], State.UNCERTAIN, NOBODY_KNOWS)
    return len(dots)


def _end(messages: list[int], state: State, words: str) -> None:
    Message.objects.filter(pk__in=messages).update(
        state=state,
        state_since=Now(),
        due_at=Now() if state == State.WAITING else None,
        lease_until=None,
        lease_holder="",
        last_words=words,
    )
    open_attempts = Delivery.objects.filter(message__in=messages, finished_at=None)
    open_attempts.update(finished_at=Now(), outcome=state, words=words)


def _due(paused: frozenset[int]) -> QuerySet[Message]:
    due = Message.objects.filter(due_at__lte=Now(), state__in=[State.WAITING, State.DEFERRED])
    return due.exclude(kind=Kind.LETTER, campaign_ref__in=paused) if paused else due


def _locked(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Locked, passing by what others have locked. On SQLite the whole transaction has the only lock there is."""
    return messages.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
