"""The time zones that there are."""

from __future__ import annotations

import zoneinfo
from functools import cache


@cache
def known_zones() -> frozenset[str]:
    """Their names, once in a process: to say which there are, Python opens all of their 600 files."""
    return frozenset(zoneinfo.available_timezones())


def is_zone(name: str) -> bool:
    """Whether it names one, as America/Toronto does."""
    return name in known_zones()
