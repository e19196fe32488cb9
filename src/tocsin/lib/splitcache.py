"""Django's cache in two: what all processes must agree on is in the database, everything else in each one's memory.

Limits of attempts and used codes (django-allauth) are the first kind. They are few and small, and must hold on every
web process at once. A reader's page asks for the second kind only, and no query is made for it.
"""

from __future__ import annotations

from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.locmem import LocMemCache

from tocsin.lib.vault import vault

SHARED = ("allauth", "jwt:")
MOST_SHARED = 100_000


class SplitCache(BaseCache):
    """`LOCATION` is the table; its model is staff.SharedNote."""

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._near = LocMemCache("", params)
        self._shared = _InTheDatabase(table, {**params, "OPTIONS": {"MAX_ENTRIES": MOST_SHARED}})

    def _where(self, key: str) -> BaseCache:
        return self._shared if str(key).startswith(SHARED) else self._near

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._where(key).add(key, value, timeout, version)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        return self._where(key).get(key, default, version)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._where(key).set(key, value, timeout, version)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._where(key).touch(key, timeout, version)

    def delete(self, key: str, version: int | None = None) -> bool:
        return self._where(key).delete(key, version)

    def clear(self) -> None:
        self._near.clear()
        self._shared.clear()


class _InTheDatabase(DatabaseCache):
    """Keys hold addresses of readers: the table gets a keyed digest of each instead."""

    def make_key(self, key: str, version: int | None = None) -> str:
        return vault().digest(super().make_key(key, version), "shared").hex()
