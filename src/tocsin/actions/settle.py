"""Settles a notice about mail: does what its button says, once."""

from __future__ import annotations

from django.db.models.functions import Now

from tocsin.actions import steering
from tocsin.actions.repoint import let_go_to_new_address
from tocsin.campaigns.models import Target
from tocsin.outbox.models import Endpoint, Notice


def settle(notice: Notice) -> bool:
    """Whether it still was open. In the caller's transaction: a notice that is gone while what it is about goes on
    would be seen by nobody again. An endpoint that is off stays one until it is switched on or removed."""
    if _is_still_off(notice) or not Notice.objects.filter(pk=notice.pk, settled_at=None).update(settled_at=Now()):
        return False
    _do(notice)
    return True


def _is_still_off(notice: Notice) -> bool:
    if notice.kind != Notice.Kind.OFF:
        return False
    return Endpoint.objects.filter(pk=number_of(notice, "endpoint") or 0).exclude(off_at=None).exists()


def number_of(notice: Notice, wanted: str) -> int | None:
    """From “target:12”, where it is about a target."""
    kind, _colon, number = notice.about.partition(":")
    return int(number) if kind == wanted and number.isascii() and number.isdigit() else None


def target_number(notice: Notice) -> int | None:
    return number_of(notice, "target")


def _do(notice: Notice) -> None:
    if notice.kind == Notice.Kind.DEAD and (target := Target.objects.filter(pk=target_number(notice) or 0).first()):
        let_go_to_new_address(target.pk)
    elif notice.kind in {Notice.Kind.PAUSED, Notice.Kind.DEAD}:
        steering.reopen(notice.about)
    elif notice.kind == Notice.Kind.RESTORED:
        steering.release_restored()
