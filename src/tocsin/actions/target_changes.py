"""What follows where staff, or other software, made a target or changed one: pace, pause, letters that wait, pages."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now

from tocsin.actions import repoint
from tocsin.campaigns.models import Target
from tocsin.campaigns.republish import changed, tell_of_targets
from tocsin.outbox import controls
from tocsin.outbox.controls import Letters
from tocsin.outbox.lanes import set_pace
from tocsin.outbox.models import Message
from tocsin.outbox.post import Pace
from tocsin.outbox.states import State


def follow_new(target: Target) -> None:
    """After a target was made."""
    _keep_pace(target)
    _keep_pause(Target(), target)


def follow_change(was: Target, target: Target) -> None:
    """After it was saved; `was` is what stood there before."""
    _begin_afresh(was, target)
    _keep_pace(target)
    _keep_pause(was, target)
    _let_gathered_go(was, target)
    # What was read before the forms of address were saved is old.
    for campaign in Target.objects.get(pk=target.pk).campaigns.all():
        changed(campaign)


def follow_import(made: list[dict[str, Any]]) -> None:
    """After rows of a file were brought in; `made` as the import noted it (campaigns/importing.py)."""
    tell_of_targets(line["target"] for line in made)
    repoint.begin_afresh([line["target"] for line in made if not line["new"] and "email" in line["after"]])


def _keep_pace(target: Target) -> None:
    """Tells the outbox the pace of this target's office, from the next letter on."""
    set_pace(target.pk, Pace(target.per_hour_by_day or None, target.per_hour_by_night, target.time_zone))


def _begin_afresh(was: Target, now: Target) -> None:
    """Whoever has another address now is no longer at a dead one, as where a file brings it."""
    if was.status == now.status == Target.Status.UNREACHABLE and was.email != now.email:
        now.status = Target.Status.ACTIVE
        now.save(update_fields=["status"])


def _keep_pause(was: Target, now: Target) -> None:
    """Tells the outbox what staff decided: pause, or go on. Another address is a fresh start, once what waits is
    written anew to it; but for one who is not in office: their letters wait whatever their address is."""
    if (now.paused and not was.paused) or (was.in_office and not now.in_office):
        controls.pause(Letters(target_ref=now.pk))
    elif now.in_office and not now.paused and (was.paused or was.email != now.email or not was.in_office):
        repoint.let_go_to_new_address(now.pk)


def _let_gathered_go(was: Target, now: Target) -> None:
    """Letters that waited for a digest or to be handed in leave one by one, if that is how they arrive now."""
    if was.mode != Target.Mode.EACH and now.mode == Target.Mode.EACH:
        gathered = Message.objects.filter(target_ref=now.pk, gathered=True, carrier=None, state=State.WAITING)
        gathered.update(gathered=False, due_at=Now())
