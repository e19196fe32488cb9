"""Pause, hold, release, schedule and stop many letters at once: of a campaign, to a target, or both.

What the outbox decides by (outbox/controls.py), together with the marks that staff read and change on the campaign and
on the target. A campaign's pause is its own mark alone: the worker asks for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import task
from django.utils import timezone

from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox import controls, restore
from tocsin.outbox.controls import Letters
from tocsin.outbox.states import State

WAITING = (State.WAITING, State.DEFERRED)
HELD = (State.HELD,)
NOT_GONE = (*WAITING, *HELD)
# Some 6,000 letters a second are changed: nobody is kept waiting for a million, nor is a proxy.
WAITED_FOR, MANY = 5.0, 20_000
ONE_BY_ONE: dict[str, Callable[..., int]] = {
    "hold": controls.hold,
    "release": controls.release,
    "cancel": controls.cancel,
}


def pause(*, campaign: int | None = None, target: int | None = None) -> int:
    """Nothing leaves until it is resumed; new letters wait as well. How many letters wait."""
    if target is None:
        Campaign.objects.filter(pk=campaign or 0).update(letters_paused=True)
    else:
        _mark_target(campaign, target, paused=True)
        controls.pause(Letters(campaign, target))
    return number_of_letters(WAITING, campaign=campaign, target=target)


def resume(*, campaign: int | None = None, target: int | None = None) -> int:
    if target is None:
        Campaign.objects.filter(pk=campaign or 0).update(letters_paused=False)
    else:
        _mark_target(campaign, target, paused=False)
        controls.resume(Letters(campaign, target))
    return number_of_letters(WAITING, campaign=campaign, target=target)


def hold(*, campaign: int | None = None, target: int | None = None) -> int:
    """Each waiting letter waits until somebody releases it."""
    return _begin("hold", controls.there_now(Letters(campaign, target)))


def release(*, campaign: int | None = None, target: int | None = None) -> int:
    """Held letters join the others; those that a digest or a hand will carry have no time of their own."""
    return _begin("release", controls.there_now(Letters(campaign, target)))


def schedule(at: datetime, *, campaign: int | None = None, target: int | None = None) -> int:
    """What waits leaves from that moment on."""
    if target is None:
        Campaign.objects.filter(pk=campaign or 0).update(letters_not_before=at)
    controls.schedule(Letters(campaign, target), at)
    return number_of_letters(WAITING, campaign=campaign, target=target)


def unschedule(*, campaign: int | None = None, target: int | None = None) -> int:
    """What waited for a moment leaves in its turn."""
    if target is None:
        Campaign.objects.filter(pk=campaign or 0).update(letters_not_before=None)
    controls.schedule(Letters(campaign, target), None)
    return number_of_letters(WAITING, campaign=campaign, target=target)


def scheduled_until(*, campaign: int | None, target: int | None) -> datetime | None:
    """Before when none of them leaves, where somebody named a moment that is still to come."""
    return controls.scheduled_until(Letters(campaign, target))


def cancel(*, campaign: int | None = None, target: int | None = None) -> int:
    """Stops for good what no server can have yet."""
    return _begin("cancel", controls.there_now(Letters(campaign, target)))


def _begin(step: str, which: Letters) -> int:
    """What can be done while somebody waits for it; a job does the rest. How many were changed here. The job is left
    together with the first of them: whatever ends this process later, it finds what is left to do."""
    began = time.monotonic()
    with transaction.atomic():
        changed = ONE_BY_ONE[step](which, 0.0)
        left = changed >= controls.AT_ONCE
        if left:
            _leave_the_rest(step, which)
    if not goes_on(began):
        changed += ONE_BY_ONE[step](which, WAITED_FOR - (time.monotonic() - began))
    if goes_on(began) and not left:
        _leave_the_rest(step, which)
    return changed


def _leave_the_rest(step: str, which: Letters) -> None:
    """To a job that comes when nobody waits any more; mostly it finds that all is done."""
    later = go_on.using(run_after=timezone.now() + timedelta(seconds=WAITED_FOR))
    as_of = which.as_of.isoformat() if which.as_of else ""
    later.enqueue(step, which.campaign_ref, which.target_ref, which.up_to, as_of)


def goes_on(began: float) -> bool:
    """Whether a step that began then took so long that a job goes on with it."""
    return time.monotonic() - began >= WAITED_FOR


@task()
def go_on(step: str, campaign: int | None, target: int | None, up_to: int | None, as_of: str) -> None:
    ONE_BY_ONE[step](Letters(campaign, target, up_to, datetime.fromisoformat(as_of) if as_of else None))


def reopen(bucket_key: str) -> bool:
    """Lets mail to a paused receiver flow again; its bad memories are forgotten."""
    return controls.reopen(bucket_key)


def release_restored() -> int:
    """Lets go what a restore held, and nothing else that is held."""
    return restore.release_restored()


def lane_is_paused(*, campaign: int, target: int) -> bool:
    """Whether a campaign's letters to one target are paused, whatever else is."""
    return controls.is_paused(Letters(campaign, target))


def number_of_letters(states: tuple[State, ...], *, campaign: int | None, target: int | None) -> int:
    return Letters(campaign, target).messages.filter(state__in=states).count()


def _mark_target(campaign: int | None, target: int, *, paused: bool) -> None:
    if campaign is None:
        Target.objects.filter(pk=target).update(paused=paused)
