"""Places where a test may kill this process, to prove that nothing is lost there. Does nothing unless asked to."""

from __future__ import annotations

import os
import signal

FAIL_AT = os.environ.get("TOCSIN_FAIL_AT", "")
POINTS = frozenset({"before_claim", "after_claim", "after_connect", "after_data", "after_dot", "after_reply"})


# Of telling other software (calls/send.py).
POINTS_OF_CALLS = frozenset({"before_call", "after_call"})


def failpoint(name: str) -> None:
    """Dies here as if the power had failed, if TOCSIN_FAIL_AT names this place."""
    if name == FAIL_AT:
        os.kill(os.getpid(), signal.SIGKILL)
