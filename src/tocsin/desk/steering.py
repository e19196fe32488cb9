"""Pause, hold, release, schedule and stop many letters at once: of a campaign, to a target, or both.

Plain conditional updates, a few hundred rows in each transaction: on SQLite the web server waits for every writer. Run
again, each goes on where it ended. Numbers, not rows, are passed: the outbox knows neither campaigns nor targets.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Now

from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox.models import Bucket, Kind, Lane, Message
from tocsin.outbox.states import State, that_may_become

AT_ONCE = 500
WAITING = (State.WAITING, State.DEFERRED)
HELD = (State.HELD,)
STOPPABLE = tuple(that_may_become(State.CANCELLED))
NOT_GONE = (*WAITING, *HELD)
RELEASED: dict[str, object] = {
    "state": State.WAITING,
    "state_since": Now(),
    "due_at": Case(When(gathered=True, then=Value(None)), default=Now()),
    "own_faults": 0,
}
# The last words of what was held because nobody knew whether it had left before the database was restored.
RESTORED = "restored"


def pause(*, campaign: int | None = None, target: int | None = None) -> int:
    """Nothing leaves until it is resumed; new letters wait as well. How many letters wait."""
    _switch(campaign, target, paused=True)
    return number_of_letters(WAITING, campaign=campaign, target=target)


def resume(*, campaign: int | None = None, target: int | None = None) -> int:
    _switch(campaign, target, paused=False)
    return number_of_letters(WAITING, campaign=campaign, target=target)


def hold(*, campaign: int | None = None, target: int | None = None) -> int:
    """Each waiting letter waits until somebody releases it."""
    return _each(WAITING, campaign, target, state=State.HELD, state_since=Now(), due_at=None)


def release(*, campaign: int | None = None, target: int | None = None) -> int:
    """Held letters join the others; those that a digest or a hand will carry have no time of their own."""
    return _each(HELD, campaign, target, **RELEASED)


def schedule(at: datetime, *, campaign: int | None = None, target: int | None = None) -> int:
    """What waits leaves from that moment on."""
    if campaign is not None and target is None:
        Campaign.objects.filter(pk=campaign).update(letters_not_before=at)
    Lane.objects.filter(_of(campaign, target)).update(not_before=at)
    rows = letters(WAITING, campaign=campaign, target=target)
    return _in_batches(rows.filter(due_at__isnull=False).exclude(due_at=at), {"due_at": at})


def cancel(*, campaign: int | None = None, target: int | None = None) -> int:
    """Stops for good what no server can have yet."""
    return _each(STOPPABLE, campaign, target, state=State.CANCELLED, state_since=Now(), due_at=None)


def reopen(bucket_key: str) -> bool:
    """Lets mail to a paused receiver flow again; its bad memories are forgotten."""
    paused = Bucket.objects.filter(key=bucket_key, paused=True)
    return bool(paused.update(paused=False, why_paused="", recent="", slow_until=None, ready_at=Now()))


def release_restored() -> int:
    """Lets go what a restore held, and nothing else that is held."""
    held = Message.objects.filter(state=State.HELD, last_words=RESTORED)
    return _in_batches(held, {**RELEASED, "last_words": ""})


def lane_is_paused(*, campaign: int, target: int) -> bool:
    """Whether a campaign's letters to one target are paused, whatever else is."""
    return Lane.objects.filter(campaign_ref=campaign, target_ref=target, kind=Kind.LETTER, paused=True).exists()


def number_of_letters(states: tuple[State, ...], *, campaign: int | None, target: int | None) -> int:
    return letters(states, campaign=campaign, target=target).count()


def letters(states: tuple[State, ...], *, campaign: int | None, target: int | None) -> QuerySet[Message]:
    return Message.objects.filter(_of(campaign, target), kind=Kind.LETTER, state__in=states)


def _of(campaign: int | None, target: int | None) -> Q:
    if campaign is None and target is None:
        raise ValueError("Say whose letters: a campaign's, a target's, or both.")
    asked = {"campaign_ref": campaign, "target_ref": target}
    return Q(**{name: number for name, number in asked.items() if number is not None})


def _switch(campaign: int | None, target: int | None, *, paused: bool) -> None:
    """The mark is on the campaign, on the target, or, for a campaign's letters to one target, on their lane: resuming
    one does not undo what somebody paused by another."""
    if campaign is not None and target is None:
        Campaign.objects.filter(pk=campaign).update(letters_paused=paused)
    elif target is not None and campaign is None:
        Target.objects.filter(pk=target).update(paused=paused)
        Bucket.objects.filter(key=f"target:{target}").update(paused=paused)
    else:
        Lane.objects.filter(_of(campaign, target), kind__in=[Kind.LETTER, Kind.DIGEST]).update(paused=paused)


def _each(states: tuple[State, ...], campaign: int | None, target: int | None, **then: object) -> int:
    return _in_batches(letters(states, campaign=campaign, target=target), then)


def _in_batches(rows: QuerySet[Message], then: dict[str, object]) -> int:
    """Whatever changed its state between the look and the write is left alone."""
    changed, last = 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        changed += rows.filter(pk__in=ids).update(**then)
        last = ids[-1]
    return changed
