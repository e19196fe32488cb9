"""What staff must know of and do something about. Said once, however often it happens, until it is settled."""

from __future__ import annotations

from django.db.models.functions import Now

from tocsin.outbox.models import Notice


def raise_notice(kind: Notice.Kind, about: str, words: str = "") -> None:
    """Tells staff, unless they have been told of the same already and have not dealt with it yet."""
    Notice.objects.bulk_create([Notice(kind=kind, about=about, words=words[:500])], ignore_conflicts=True)


def settle_notice(kind: Notice.Kind, about: str) -> bool:
    """It is dealt with. Whether it was open."""
    return bool(Notice.objects.filter(kind=kind, about=about, settled_at=None).update(settled_at=Now()))
