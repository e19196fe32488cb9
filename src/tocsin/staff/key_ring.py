"""Makes API keys, finds the one that is shown, and ends them. A key is shown once, when it is made; kept is its hash.

A key is 256 random bits, so a plain hash of it cannot be guessed back, and needs no slow one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db.models import Q
from django.utils import timezone

from tocsin.campaigns.models import Campaign
from tocsin.staff.models import ApiKey, Scope

BEGINS = "tocsin_"
LONGEST = 100
# Noted no oftener: a program that asks a hundred times a minute would write a hundred times.
NOTED_EVERY = timedelta(minutes=1)


def make_key(  # noqa: PLR0913  (what a key is)
    *,
    name: str,
    scopes: Collection[Scope],
    by_name: str,
    expires_at: datetime,
    campaign: Campaign | None = None,
    networks: str = "",
) -> tuple[ApiKey, str]:
    """The kept row, and the key itself, which nobody can read again."""
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = f"{BEGINS}{prefix}_{secret}"
    kept = ApiKey.objects.create(
        name=name,
        prefix=prefix,
        sha256=_hash(key),
        scopes=[scope.value for scope in Scope if scope in scopes],
        campaign=campaign,
        networks=networks,
        expires_at=expires_at,
        made_by_name=by_name,
    )
    return kept, key


def key_shown(shown: str) -> ApiKey | None:
    """The key that somebody shows, also one that works no longer; None where there is no such key."""
    if len(shown) > LONGEST or not shown.startswith(BEGINS):
        return None
    prefix = shown.removeprefix(BEGINS).partition("_")[0].replace("\x00", "")
    kept = ApiKey.objects.select_related("campaign").filter(prefix=prefix).first()
    return kept if kept and compare_digest(kept.sha256, _hash(shown)) else None


def note_use(key: ApiKey) -> None:
    """That it was used about now."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > NOTED_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def end_key(key: ApiKey, by_name: str) -> bool:
    """It opens nothing from now on; whether it still did."""
    still = ApiKey.objects.filter(pk=key.pk, ended_at=None)
    return bool(still.update(ended_at=timezone.now(), ended_by_name=by_name))


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
