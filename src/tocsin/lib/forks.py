"""Forks this process for a piece of work: what is loaded here is there at once, and in memory only once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Never

from tocsin.lib.endings import call_it, end_with_parent


@dataclass(frozen=True, slots=True)
class Fork:
    """A forked child of ours."""

    pid: int

    def wait(self) -> int:
        """Reaps it; its exit code, or the signal that killed it as a negative number."""
        _pid, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def fork(name: str, work: Callable[[], int]) -> Fork:
    """Does the work in a child with a group of its own, which ends with us.

    Never while there are threads or database connections here: neither survives being doubled.
    """
    here = os.getpid()
    child = os.fork()
    if child == 0:
        _work_and_leave(name, work, here)
    with contextlib.suppress(OSError):  # it has done so itself, or is gone
        os.setpgid(child, child)
    return Fork(child)


def _work_and_leave(name: str, work: Callable[[], int], parent: int) -> Never:
    """Leaves without running what the parent keeps for its own end."""
    code = 1
    try:
        os.setpgid(0, 0)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        end_with_parent(parent)
        call_it(f"tocsin {name}")
        code = work()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # nothing above it may go on in a second process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
