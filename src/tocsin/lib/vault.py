"""The key ring of this installation, made once from the settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from tocsin.lib.sealing import KeyRing


@cache
def vault() -> KeyRing:
    return KeyRing(settings.TOCSIN_SEALING_KEYS, settings.TOCSIN_DIGEST_KEY)
