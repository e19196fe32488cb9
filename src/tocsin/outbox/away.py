"""Whether our own mail server can be reached: how long it has not been, and that staff are told after a quarter of an
hour. Kept in the database, since one worker dies and another takes over."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from tocsin.outbox.models import Bucket, Notice
from tocsin.outbox.notices import raise_notice, settle_notice

TOLD_AFTER = timedelta(minutes=15)


def note_away(words: str) -> None:
    """Nobody answers. Told once this has gone on for long enough."""
    bucket, new = Bucket.objects.get_or_create(key=_key(), defaults={"paused": True, "why_paused": words[:500]})
    if new or not bucket.paused:
        Bucket.objects.filter(pk=bucket.pk, paused=new).update(
            paused=True, why_paused=words[:500], filled_at=Now(), ready_at=Now() + TOLD_AFTER
        )
    elif Bucket.objects.filter(pk=bucket.pk, ready_at__lte=Now()).exists():
        raise_notice(Notice.Kind.AWAY, _key(), words)


def note_reached() -> None:
    """It answered."""
    if Bucket.objects.filter(key=_key(), paused=True).update(paused=False, why_paused=""):
        settle_notice(Notice.Kind.AWAY, _key())


def _key() -> str:
    return f"server:{settings.TOCSIN_MAIL_URL.hostname or settings.TOCSIN_MAIL_URL.scheme}"
