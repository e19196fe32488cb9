"""What staff decide about letters: one, or many at once, a campaign's, a target's, or a campaign's to one target.

A pause, a schedule and a reopened bucket are noted where lanes and buckets are asked before each claim, and once a
second for what is claimed and not begun: what is in the middle of being handed over leaves, nothing after it. Holding,
releasing and cancelling change the letters themselves, some hundreds at a time, so that nobody waits for long.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from math import inf
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now

from tocsin.lib.sql import database_now
from tocsin.outbox.decide import TAKEN_OUT, change, share_fate
from tocsin.outbox.lanes import TO_TARGETS, campaign_key, pair_key, target_key
from tocsin.outbox.models import Bucket, Delivery, Kind, Lane, Message, Notice
from tocsin.outbox.notices import settle_notices
from tocsin.outbox.post import address_digest
from tocsin.outbox.states import State, that_may_become

AT_ONCE = 500
# Numbers read at a time: beside many that stay (a set that was taken out), each reading walks past those again.
READ_AT_ONCE = 100 * AT_ONCE
STOPPED = "Staff stopped it before it was handed over."


class Mails(Protocol):
    """Whatever says which mails are meant."""

    @property
    def messages(self) -> QuerySet[Message]: ...


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies of one mail to many. `messages` are those that may still wait, by an index."""

    messages: QuerySet[Message]


@dataclass(frozen=True, slots=True)
class Alone:
    """One letter."""

    message_id: int

    @property
    def messages(self) -> QuerySet[Message]:
        return Message.objects.filter(pk=self.message_id)


@dataclass(frozen=True, slots=True)
class Letters:
    """Which letters are meant: of a campaign, to a target, or both. Where `up_to` and `as_of` are named, as there were
    then: no letter that was written since. A digest that was made since may carry them, and is meant with them."""

    campaign_ref: int | None = None
    target_ref: int | None = None
    up_to: int | None = None
    as_of: datetime | None = None

    def __post_init__(self) -> None:
        if self.campaign_ref is None and self.target_ref is None:
            raise ValueError("Name a campaign or a target.")

    @property
    def messages(self) -> QuerySet[Message]:
        found = Message.objects.filter(**self._refs, kind__in=TO_TARGETS)
        return found if self.up_to is None else found.filter(Q(pk__lte=self.up_to) | Q(kind=Kind.DIGEST))

    @property
    def lanes(self) -> QuerySet[Lane]:
        return Lane.objects.filter(**self._refs, kind__in=TO_TARGETS)

    @property
    def bucket(self) -> str:
        """The one row that says what was decided of all of them."""
        if self.target_ref is None:
            return campaign_key(self.campaign_ref or 0)
        if self.campaign_ref is None:
            return target_key(self.target_ref)
        return pair_key(self.campaign_ref, self.target_ref)

    @property
    def is_pair(self) -> bool:
        """A campaign's letters to one target: their lanes are told as well, since workers ask only those."""
        return self.campaign_ref is not None and self.target_ref is not None

    @property
    def _refs(self) -> dict[str, int]:
        refs = {"campaign_ref": self.campaign_ref, "target_ref": self.target_ref}
        return {name: ref for name, ref in refs.items() if ref is not None}


def pause(which: Letters, why: str = "") -> int:
    """None of them leaves until they are resumed; how many wait now."""
    Bucket.objects.update_or_create(key=which.bucket, defaults={"paused": True, "why_paused": why[:500]})
    if which.is_pair:
        _change_lanes(which, paused=True)
    return which.messages.filter(state__in=[State.WAITING, State.DEFERRED]).count()


def resume(which: Letters) -> int:
    """They leave again, at their pace; how many wait now. A target that was paused as dead is taken to be mended."""
    if which.is_pair:
        Bucket.objects.filter(key=which.bucket).update(paused=False, why_paused="")
        _change_lanes(which, paused=False)
    else:
        reopen(which.bucket)
    return which.messages.filter(state__in=[State.WAITING, State.DEFERRED]).count()


def schedule(which: Letters, not_before: datetime | None) -> None:
    """None of them leaves before that moment; None lifts it."""
    if which.target_ref is None or which.is_pair:
        Bucket.objects.update_or_create(key=which.bucket, defaults={"ready_at": not_before or Now()})
    if which.target_ref is not None:
        _change_lanes(which, not_before=not_before)
    if which.campaign_ref is None:  # what single campaigns were told of this target is overtaken
        campaigns = which.lanes.exclude(campaign_ref=None).values_list("campaign_ref", flat=True)
        pairs = [pair_key(ref or 0, which.target_ref or 0) for ref in campaigns]
        Bucket.objects.filter(key__in=pairs, ready_at__gt=Now()).update(ready_at=not_before or Now())


def scheduled_until(which: Letters) -> datetime | None:
    """The moment that `schedule` was given, if it is still to come. For all letters to a target: its latest lane's."""
    if which.campaign_ref is not None:
        return Bucket.objects.filter(key=which.bucket, ready_at__gt=Now()).values_list("ready_at", flat=True).first()
    latest: datetime | None = which.lanes.filter(not_before__gt=Now()).aggregate(at=Max("not_before"))["at"]
    return latest


def is_paused(which: Letters) -> bool:
    return Bucket.objects.filter(key=which.bucket, paused=True).exists()


def there_now(which: Letters) -> Letters:
    """Without those that are written from now on: who changes many is not to change what comes meanwhile."""
    last = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    return replace(which, up_to=last, as_of=database_now())


def hold(which: Mails, seconds: float = inf) -> int:
    """Each of them waits for staff; how many. Also those a worker has in hand, unless a server may have them. After so
    many seconds it ends, whatever is left."""
    if isinstance(which, Letters) and which.as_of:
        _hold_anew(which, which.as_of, seconds)
    waiting = Q(state__in=[State.WAITING, State.DEFERRED])
    return _take_from_workers(which) + _change(which, waiting, State.HELD, seconds)


def release(which: Mails, seconds: float = inf) -> int:
    """Those that are held may leave; how many. Where a job goes on with it later, what was held since stays held: that
    was decided last. A hold knows no such bound, and holds what it meets: too much rather than too little."""
    as_of = which.as_of if isinstance(which, Letters) else None
    still = Q(state=State.HELD) & ~Q(last_words__startswith=TAKEN_OUT) & ~_to_ourselves()
    return _change(which, still & Q(state_since__lte=as_of) if as_of else still, State.WAITING, seconds)


def cancel(which: Mails, seconds: float = inf) -> int:
    """Stops them for good, but for those that a server may have; how many."""
    _take_from_workers(which)
    return _change(which, Q(state__in=that_may_become(State.CANCELLED)), State.CANCELLED, seconds)


def reopen(key: str) -> bool:
    """Lets mails pass a bucket again that staff or the breaker had shut, with a clean slate. Whether it was shut."""
    return bool(reopen_all([key]))


@transaction.atomic
def reopen_all(keys: Collection[str]) -> int:
    """The same of many, in a few statements; how many were shut. Locked in the order in which workers lock them."""
    shut = Bucket.objects.filter(key__in=keys, paused=True)
    locked = list(shut.select_for_update(no_key=True).order_by("key").values_list("pk", flat=True))
    Bucket.objects.filter(pk__in=locked).update(paused=False, why_paused="", recent="", slow_until=None, ready_at=Now())
    for kind in (Notice.Kind.PAUSED, Notice.Kind.DEAD):
        settle_notices(kind, keys)
    return len(locked)


@transaction.atomic
def _change_lanes(which: Letters, **fields: object) -> None:
    """Locked in the order in which workers lock them."""
    locked = which.lanes.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    Lane.objects.filter(pk__in=list(locked)).update(**fields)


def _change(which: Mails, still: Q, then: State, seconds: float) -> int:
    """Some hundreds at once, so that nobody waits long for a lock."""
    total, ends = 0, time.monotonic() + seconds
    free = which.messages.filter(still, carrier=None).values_list("pk", flat=True)
    while read := list(free[:READ_AT_ONCE]):
        before = total
        for some in batched(read, AT_ONCE):
            total += change(some, Message.objects.filter(still), then)
            if time.monotonic() >= ends:
                return total
        if total == before:
            break
    return total


def _hold_anew(which: Letters, as_of: datetime, seconds: float) -> None:
    """What is held is held from now on, so that a release which is still under way does not come to it any more."""
    held = which.messages.filter(state=State.HELD, state_since__lt=as_of, carrier=None).values_list("pk", flat=True)
    ends = time.monotonic() + seconds
    while (some := list(held[:AT_ONCE])) and time.monotonic() < ends:
        Message.objects.filter(pk__in=some, state=State.HELD).update(state_since=Now())


@transaction.atomic
def _take_from_workers(which: Mails) -> int:
    """A worker asks before the dot whether the mail is still its own, and then finds that it is not."""
    in_hand = which.messages.filter(state=State.SENDING, carrier=None).select_for_update().order_by("pk")
    locked = list(in_hand.values_list("pk", flat=True))
    attempt = Delivery.objects.filter(message=OuterRef("pk"), number=OuterRef("attempts"))
    dots = Message.objects.filter(pk__in=locked).annotate(dot_at=Subquery(attempt.values("dot_at")[:1]))
    undone = list(dots.filter(dot_at=None).values_list("pk", flat=True))
    Delivery.objects.filter(message__in=undone, finished_at=None).update(
        finished_at=Now(), outcome=State.HELD, words=STOPPED
    )
    taken = Message.objects.filter(pk__in=undone).update(
        state=State.HELD, state_since=Now(), due_at=None, lease_until=None, lease_holder="", last_words=STOPPED
    )
    share_fate(undone)
    return taken


def goes_to_ourselves(message: Message) -> bool:
    """A letter whose target has no address is addressed to us, and waits to be written anew with one. Released, our own
    server would take it, and it would stand there as taken by the target's."""
    ours = bytes(message.to_digest) == address_digest(settings.TOCSIN_MAIL_FROM)
    return ours and message.target_ref is not None and not message.gathered


def _to_ourselves() -> Q:
    digest = address_digest(settings.TOCSIN_MAIL_FROM)
    return Q(to_digest=digest, target_ref__isnull=False, gathered=False)
