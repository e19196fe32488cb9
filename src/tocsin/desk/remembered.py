"""Numbers that take long to count are remembered by this process for a while, so that a screen asked for often does not
keep the database busy. Small ones are counted each time."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.core.cache import cache

SLOW = 0.05
TIMES_AS_LONG = 20


def remembered[T](key: str, count: Callable[[], T]) -> T:
    """What `count` finds. If that took long, it is what it found then, for twenty times as long."""
    kept: tuple[T] | None = cache.get(key)
    if kept is not None:
        return kept[0]
    began = time.perf_counter()
    found = count()
    took = time.perf_counter() - began
    if took > SLOW:
        cache.set(key, (found,), took * TIMES_AS_LONG)
    return found


def forget(key: str) -> None:
    """What is remembered is not so any more: it is counted anew."""
    cache.delete(key)
