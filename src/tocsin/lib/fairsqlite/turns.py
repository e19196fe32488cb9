"""Turns at something that only one may do at a time, in whatever process: files that the kernel locks, and takes back
from whoever dies.

There are two, since the kernel hands a lock to whoever asks first once it is free, and whoever has just given it back
asks before those who sleep have woken: two busy writers passed a third by a hundred times and more. So one waits at the
turn, and the others, also the one who comes back, wait behind it at the gate.
(docs/decisions/0010-writers-take-turns.md)
"""

from __future__ import annotations

import fcntl
import os

GATE, TURN = "-gate", "-turn"


def take_turn(name: str) -> int:
    """Waits for it, as long as those before take; the file to close when it is over."""
    gate = _locked(name + GATE)
    try:
        return _locked(name + TURN)
    finally:
        os.close(gate)


def _locked(name: str) -> int:
    file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except BaseException:
        os.close(file)
        raise
    return file
