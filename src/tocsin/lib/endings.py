"""Lets a process end with the one that started it, even if that one was killed, and gives it a name for lists of
processes. On Linux; elsewhere nothing happens."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
LONGEST_NAME = 15
# Loaded now: between fork and exec, nothing may be imported or loaded any more.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int) -> None:
    """From now on, SIGTERM comes when the parent dies. `parent` is its number: it may have died just before."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def call_it(name: str) -> None:
    """What this process is called where processes are listed (`ps -o comm`, `top`)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_NAME, name.encode()[:LONGEST_NAME], 0, 0, 0)
