"""What staff must know of and do something about. Said once, however often it happens, until it is settled."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models.functions import Now

from tocsin.outbox.models import Notice


def raise_notice(kind: Notice.Kind, about: str, words: str = "") -> None:
    """Tells staff, unless they have been told of the same already and have not dealt with it yet."""
    Notice.objects.bulk_create([Notice(kind=kind, about=about, words=words[:500])], ignore_conflicts=True)


def settle_notice(kind: Notice.Kind, about: str) -> bool:
    """It is dealt with. Whether it was open."""
    return bool(settle_notices(kind, [about]))


def settle_notices(kind: Notice.Kind, about: Collection[str]) -> int:
    """The same of many things; how many were open."""
    return Notice.objects.filter(kind=kind, about__in=about, settled_at=None).update(settled_at=Now())
