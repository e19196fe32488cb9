"""A worker is killed before and after it called: the call leaves again, with the same id, and is told at least once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.outbox.calls.receiver import Receiver
from tocsin.outbox.failpoints import POINTS_OF_CALLS

pytestmark = pytest.mark.once
HEARD = {"before_call": 1, "after_call": 2}


def ran(receiver: Receiver, folder: Path, *steps: str, fail_at: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.outbox.worker_settings",
        "DATABASE_URL": "",
        "TOCSIN_DIR": str(folder),
        "TOCSIN_FAIL_AT": fail_at,
        "TEST_RECEIVER": receiver.url,
    }
    command = [sys.executable, "-m", "tests.outbox.calls.worker", *steps]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("fail_at", sorted(POINTS_OF_CALLS))
def test_it_works(receiver: Receiver, tmp_path: Path, fail_at: str) -> None:
    killed = ran(receiver, tmp_path, "prepare", "call", fail_at=fail_at)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert len(receiver.heard) == HEARD[fail_at] - 1
    after = ran(receiver, tmp_path, "call", "report", "later", "call", "report")
    assert after.returncode == 0, after.stderr
    leased, done = (_the_call(line) for line in after.stdout.splitlines())
    assert (leased["attempts"], leased["status"]) == (1, None)
    assert (done["attempts"], done["status"]) == (2, 200)
    assert [heard.id for heard in receiver.heard] == [done["ref"]] * HEARD[fail_at]


def _the_call(line: str) -> dict[str, Any]:
    [found] = json.loads(line)
    return dict(found)
