"""How often one network may have somebody else asked on its behalf. Kept in memory for a minute, and written nowhere.

All look-ups of an installation share what the provider allows, so that a single visitor could use it up for everybody.
Whoever goes beyond their share is no worse off than while the provider is away: their action is taken, and who gets the
letter is found later. Each web process counts for itself; with several of them the share is somewhat larger.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from tocsin.lib.readeraddress import network_of, reader_address

LOOK_UPS_A_MINUTE = 20


class Share:
    """Counts what each network had in this minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = 0
        self._had: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, network: str) -> bool:
        """Whether something was left of the share of this network; then it is one less."""
        minute = int(time.time() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._had = minute, Counter()
            self._had[network] += 1
            return self._had[network] <= self._most

    def forget(self) -> None:
        with self._lock:
            self._had.clear()


_look_ups = Share(LOOK_UPS_A_MINUTE)


def forget() -> None:
    """For tests, which are all one visitor."""
    _look_ups.forget()


def may_have_looked_up(environ: Mapping[str, Any]) -> bool:
    return _look_ups.take(network_of(reader_address(environ, settings.TOCSIN_TRUSTED_PROXIES)))
