"""The supervisor: what dies is started again, nothing is left behind, and everything ends together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tocsin import run
from tocsin.run import FIRST_PAUSE, LONGEST_PAUSE, Member, port_is_free, remains

pytestmark = pytest.mark.once
# A member writes its number into a file and sleeps. With “child” it leaves somebody behind who ignores SIGTERM, and
# with “apart” in a group of its own, as the nursery does.
MEMBER = """
import os, signal, sys, time
name = sys.argv[1]
def live(file):
    open(file + ".new", "w").write(str(os.getpid()))
    os.replace(file + ".new", file)
    time.sleep(60)
    os._exit(0)
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "child" in sys.argv and os.fork() == 0:
    if "apart" in sys.argv:
        os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    live(name + ".child")
live(name)
"""
SUPERVISOR = """
import sys
from tocsin import run
run.SECONDS_FOR_ALL_BELOW = 0.5
members = [run.Member(name, [sys.executable, "-c", {member!r}, *words.split()]) for name, words in {members!r}.items()]
run.Tree(members, seconds_to_end=0.5).watch()
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(holds: Callable[[], object], seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a supervisor in a process of its own, with members that are described by words."""
    started: list[subprocess.Popen[str]] = []

    def supervise(**members: str) -> subprocess.Popen[str]:
        code = SUPERVISOR.format(member=MEMBER, members={name: f"{name} {words}" for name, words in members.items()})
        # Of the code that is tested, wherever the supervisor is started.
        environment = {**os.environ, "PYTHONPATH": str(Path(run.__file__).parents[1])}
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        files = [*members, *(f"{name}.child" for name, words in members.items() if "child" in words)]
        until(lambda: all((tmp_path / name).exists() for name in files))
        return process

    yield supervise
    for process in started:
        process.terminate()
        process.communicate()


def number(path: Path) -> int:
    return int(path.read_text())


def test_what_dies_is_started_again(supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    supervisor = supervise(web="", worker="")
    before, other = number(tmp_path / "web"), number(tmp_path / "worker")

    os.kill(before, signal.SIGKILL)
    until(lambda: number(tmp_path / "web") != before)

    assert alive(number(tmp_path / "web"))
    assert number(tmp_path / "worker") == other
    supervisor.terminate()
    assert "web ended (killed by signal 9); starting it again in 0.4 s." in supervisor.communicate(timeout=5)[0]


@pytest.mark.parametrize("words", ["child", "child apart"])
def test_what_it_left_running_is_ended_first(
    supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path, words: str
) -> None:
    supervise(web=words)
    before, left = number(tmp_path / "web"), number(tmp_path / "web.child")

    os.kill(before, signal.SIGKILL)
    until(lambda: number(tmp_path / "web") != before)

    assert not alive(left)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_everything_ends_together(
    supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path, how: signal.Signals
) -> None:
    supervisor = supervise(web="child", worker="stubborn", nursery="child apart")
    numbers = [number(tmp_path / name) for name in ("web", "worker", "nursery", "web.child", "nursery.child")]

    supervisor.send_signal(how)
    said = supervisor.communicate(timeout=8)[0]

    assert supervisor.returncode == 0
    assert not any(alive(pid) for pid in numbers)
    assert "worker did not end by itself and is killed." in said
    assert said.endswith("Stopped.\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
def test_a_supervisor_that_is_killed_takes_everything_with_it(
    supervise: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    supervisor = supervise(web="", worker="")
    numbers = [number(tmp_path / name) for name in ("web", "worker")]

    supervisor.kill()

    until(lambda: not any(alive(pid) for pid in numbers))


def test_what_keeps_dying_waits_longer_each_time() -> None:
    member = Member("web", [], started_at=time.monotonic())

    pauses = [member.note_death() for _ in range(12)]

    assert pauses[:3] == [FIRST_PAUSE * 2, FIRST_PAUSE * 4, FIRST_PAUSE * 8]
    assert pauses[-1] == LONGEST_PAUSE
    member.started_at -= 60
    assert member.note_death() == FIRST_PAUSE


def test_a_taken_port_is_noticed() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # as the web server does
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        assert not port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", port)


def test_a_group_that_has_ended_has_no_remains() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, process_group=0)
    assert remains(process.pid) == [process.pid]

    process.kill()
    until(lambda: not remains(process.pid))

    process.communicate()
