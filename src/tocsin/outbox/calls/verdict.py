"""What an endpoint's answer means for the call, and for the endpoint. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from tocsin.outbox.calls.request import Answer

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# After the first attempt, the second, …: almost three days in all, and then the call is given up.
WAITS = (
    *(timedelta(seconds=5), MINUTE, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, DAY),
)
LONGEST_WAIT = DAY
# For so long an endpoint may fail and do nothing else.
FAILING_FOR = timedelta(days=3)
# So often, so far apart: one call alone that fails until it is given up comes to five.
LEAST_SETBACKS, SETBACKS_APART = 4, 6 * HOUR
# While it fails, it is left alone between two attempts: longer with each, and never for longer than this.
LEAST_REST, MOST_REST = timedelta(seconds=5), MINUTE
GONE = 410
# What speaks of this call alone. Every other no is about the endpoint: it moved, its door is shut, it is overrun.
OF_THE_CALL = frozenset({400, 409, 413, 415, 422})


class Fate(Enum):
    DONE = "done"
    AGAIN = "again"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`ails`: it is the endpoint, and not only this call. `gone`: it wants nothing any more."""

    fate: Fate
    wait: timedelta = timedelta()
    ails: bool = False
    gone: bool = False


def judge(answer: Answer, attempts: int) -> Verdict:
    """`attempts` with this one."""
    status = answer.status or 0
    if 200 <= status < 300:
        return Verdict(Fate.DONE)
    if status == GONE:
        return Verdict(Fate.GIVEN_UP, gone=True)
    ails = status not in OF_THE_CALL
    if attempts > len(WAITS):
        return Verdict(Fate.GIVEN_UP, ails=ails)
    return Verdict(Fate.AGAIN, wait_after(attempts, answer.wait), ails)


def wait_after(attempts: int, asked: timedelta | None) -> timedelta:
    """At least as long as it asked for, but not for longer than a day."""
    return max(WAITS[attempts - 1], min(asked or timedelta(), LONGEST_WAIT))


def rest_after(failures: int, asked: timedelta | None) -> timedelta:
    """For how long an endpoint that fails is left alone."""
    own = min(MOST_REST, LEAST_REST * int(2 ** min(failures - 1, 10)))
    return max(own, min(asked or timedelta(), LONGEST_WAIT))


def is_another_setback(last: datetime | None, now: datetime) -> bool:
    return last is None or now - last >= SETBACKS_APART


def failed_long_enough(failing_since: datetime | None, setbacks: int, now: datetime) -> bool:
    """For days, and again and again in them: a failure, silence and a failure are two bad moments."""
    return failing_since is not None and now - failing_since >= FAILING_FOR and setbacks >= LEAST_SETBACKS
