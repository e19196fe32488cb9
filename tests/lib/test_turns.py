"""Turns: whoever waits comes next, however busy the others are."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tocsin.lib.fairsqlite.turns import take_turn

pytestmark = pytest.mark.once
# Each turn of theirs is a letter in the file, and three thousandths of a second of work.
BUSY = """
import os, sys, time
from tocsin.lib.fairsqlite.turns import take_turn
turns = os.open(sys.argv[1] + ".turns", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
while True:
    turn = take_turn(sys.argv[1])
    os.write(turns, b"x")
    over = time.monotonic() + 0.003
    while time.monotonic() < over:
        pass
    os.close(turn)
"""


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[str]:
    """Two processes that do nothing but take turns; the name of what they take them at."""
    name = str(tmp_path / "x")
    processes = [subprocess.Popen([sys.executable, "-c", BUSY, name]) for _ in range(2)]
    while not Path(f"{name}.turns").exists():
        time.sleep(0.01)
    yield name
    for process in processes:
        process.kill()
        process.wait()


def test_whoever_waits_is_not_passed_by_again_and_again(busy: str) -> None:
    """Counted, not timed: machines are busy. With one lock in place of two it was a hundred times and more."""
    turns, passed_by = Path(f"{busy}.turns"), []
    for _ in range(50):
        before = turns.stat().st_size
        turn = take_turn(busy)
        passed_by.append(turns.stat().st_size - before)
        os.close(turn)
        time.sleep(0.002)
    assert sorted(passed_by)[40] <= 4


def test_whoever_dies_gives_the_turn_back(busy: str) -> None:
    """They are killed when the test ends, in the midst of a turn or not; here one holds it and is gone."""
    script = (
        f"import os; from tocsin.lib.fairsqlite.turns import take_turn; take_turn({busy!r}); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    os.close(take_turn(busy))
