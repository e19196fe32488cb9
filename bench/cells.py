"""One cell: one target under one load for some seconds, with what it cost, and what was stored of what was accepted.

A cell during which strangers used the processors is measured again, as long as there is time for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.load import Load
from bench.machine import ProcessorTime, memory_below
from bench.services import Service

# Cores of load that nobody we know explains.
MOST_FOREIGN = 0.15
MOST_TRIES = 3
LONGEST_TO_SETTLE = 6.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is measured. `services` serve it: their processor time is named in the results."""

    name: str
    operation: str
    load: Load
    clients: Sequence[int] = (64,)
    services: Sequence[Service] = ()
    reset: Callable[[], None] | None = None
    stored: Callable[[], int] | None = None
    followed: Callable[[], int] | None = None
    # A supervisor whose processes' memory is of interest. Its worker must not work on into the next cell.
    whole: Service | None = None


@dataclass(slots=True)
class Budget:
    """Until when measuring may go on, and for how long noisy cells may be repeated."""

    end: float
    repeats: float
    everybody: dict[str, int] = field(default_factory=dict)


def measure(target: Target, clients: int, seconds: float, budget: Budget) -> dict[str, Any]:
    """The quietest of a few tries."""
    tries: list[dict[str, Any]] = []
    while True:
        start = time.monotonic()
        tries.append(_try(target, clients, seconds, budget.everybody))
        quietest = min(tries, key=lambda row: float(row["foreign"]))
        spent = time.monotonic() - start
        if quietest["foreign"] <= MOST_FOREIGN or len(tries) >= MOST_TRIES or budget.repeats < spent:
            return quietest | {"tries": len(tries), "lost": _most_lost(tries)}
        budget.repeats -= spent


def _most_lost(tries: list[dict[str, Any]]) -> int | None:
    """Of all tries, the noisy ones too: what is lost is lost."""
    return max((row["lost"] for row in tries if row["lost"] is not None), default=None)


def _try(target: Target, clients: int, seconds: float, everybody: dict[str, int]) -> dict[str, Any]:
    if target.reset:
        target.reset()
    _settle(everybody)
    rows_before = target.stored() if target.stored else 0
    before = ProcessorTime.now(everybody)
    outcome = target.load(clients, seconds)
    used = ProcessorTime.now(everybody).since(before)
    row = {"target": target.name, "operation": target.operation, "clients": clients, **asdict(outcome)}
    row["cpu_ms"] = {
        service.name: round(1000 * used.trees[service.name] / max(1, outcome.accepted), 4)
        for service in target.services
    }
    row |= {"load_generator_cores": round(used.bench / used.span, 2), "foreign": round(used.foreign_cores, 3)}
    row["memory_mb"] = round(memory_below(target.whole.pid), 1) if target.whole else None
    row["followed_a_second"] = round(target.followed() / used.span, 1) if target.followed else None
    row |= _kept(target, rows_before, outcome.accepted)
    if target.whole and target.reset:
        target.reset()
    return row


def _kept(target: Target, rows_before: int, accepted: int) -> dict[str, int | None]:
    """What is in the database now. It may be more than was accepted: answers still under way when the load ended."""
    if target.stored is None:
        return {"stored": None, "lost": None}
    time.sleep(0.5)
    stored = target.stored() - rows_before
    return {"stored": stored, "lost": max(0, accepted - stored)}


def _settle(everybody: dict[str, int]) -> None:
    """Waits until the services have done what the last cell left them."""
    deadline = time.monotonic() + LONGEST_TO_SETTLE
    while time.monotonic() < deadline:
        before = ProcessorTime.now(everybody)
        time.sleep(0.3)
        used = ProcessorTime.now(everybody).since(before)
        if sum(used.trees.values()) < 0.05 * used.span * 2:
            return
