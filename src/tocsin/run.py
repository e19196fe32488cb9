"""Starts the processes of Tocsin, watches them, starts again what dies, and ends all of them together.

Each process has a group of its own, and each command a session, by which, on Linux, whatever it started is found and
ended with it. The supervisor knows nothing of Django: it stays small, and nothing that can break them can break it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NamedTuple, Protocol

from tocsin.lib.endings import end_with_parent
from tocsin.lib.forks import fork

PROC = Path("/proc")
LOOK_EVERY = 0.1
# Longer than a nursery waits for those below it (nursery.py).
SECONDS_TO_END = 10.0
SECONDS_FOR_REMAINS = 3.0
# Of a nursery: a worker below it may have letters in hand, which it finishes in less.
SECONDS_FOR_ALL_BELOW = 8.0
# A process that lived this long is started again at once; one that keeps dying waits longer each time.
STEADY_AFTER = 20.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0

type Say = Callable[[str], None]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def nursery_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """Web server and worker, below a process that has loaded what both need."""
    return [sys.executable, "-m", "tocsin.nursery", host, *map(str, (port, workers, threads))]


def run_step(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Runs one process to its end and returns its exit code. It ends with us, should we be told to."""
    done = subprocess.run(  # noqa: S603  (our own command; one thread)
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
        preexec_fn=partial(end_with_parent, os.getpid()),
    )
    return done.returncode


def port_is_free(host: str, port: int) -> bool:
    """Asked before anything starts: the web server shares a port that is taken instead of complaining."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Process(Protocol):
    """A child, reaped once."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int: ...


@dataclass
class Member:
    """One process of the tree, with what it takes to start it again: a command, or work for a fork of this process."""

    name: str
    command: Sequence[str] | Callable[[], int]
    process: Process | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    deaths: int = 0

    def start(self, environment: Mapping[str, str]) -> None:
        self.started_at = time.monotonic()
        if callable(self.command):
            self.process = fork(self.name, self.command)
            return
        self.process = subprocess.Popen(  # noqa: S603  (our own command, without a shell)
            self.command,
            env={**environment, "TOCSIN_TREE": "yes"},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(end_with_parent, os.getpid()),  # noqa: PLW1509  (the supervisor has one thread)
        )

    @property
    def has_died(self) -> bool:
        """Whether it ended. It is not reaped yet: until then its group's number can belong to nobody else."""
        if self.process is None:
            return False
        ended = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is not None

    def bury(self) -> str:
        """Ends whatever it left running, and says how it died."""
        process = self.process
        if process is None:
            return ""
        # Where nobody can see what remains, each wait is as long as it may be, and there may be nobody left.
        nobody_works_on = callable(self.command) or not PROC.is_dir()
        self._end_what_it_left(process, SECONDS_FOR_REMAINS if nobody_works_on else SECONDS_FOR_ALL_BELOW)
        status = process.wait()
        self.process = None
        return f"killed by signal {-status}" if status < 0 else f"exit code {status}"

    @staticmethod
    def _end_what_it_left(process: Process, may_take: float) -> None:
        """A web worker whose master was killed keeps the port. It may finish what it answers, and then goes: one that
        hangs would take its share of the connections for ever, beside the new one."""
        for number, seconds in ((signal.SIGTERM, may_take), (signal.SIGKILL, 1.0)):
            for group in groups_of(process.pid):
                signal_group(group, number)
            deadline = time.monotonic() + seconds
            while remains(process.pid) and time.monotonic() < deadline:
                time.sleep(LOOK_EVERY / 2)

    def note_death(self) -> float:
        """The seconds until it is started again."""
        now = time.monotonic()
        self.deaths = 0 if now - self.started_at > STEADY_AFTER else self.deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.deaths)
        self.start_again_at = now + pause
        return pause


def signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class Place(NamedTuple):
    """Where a process stands, as /proc tells it."""

    pid: int
    state: str
    group: int
    session: int


def remains(leader: int) -> list[int]:
    """The processes of its group and of its session that still run: those that only wait to be reaped do not."""
    if not PROC.is_dir():  # macOS: there the time-out decides
        return [leader]
    return [place.pid for place in _places_below(leader)]


def groups_of(leader: int) -> set[int]:
    """Its own group, and those of the forks below it, which stay in its session when they make groups of their own."""
    return {leader, *(place.group for place in _places_below(leader))}


def _places_below(leader: int) -> list[Place]:
    places = (_place(folder) for folder in PROC.glob("[0-9]*"))
    return [place for place in places if place and leader in {place.group, place.session} and place.state not in "ZX"]


def _place(folder: Path) -> Place | None:
    try:
        stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, _parent, group, session = stat.rpartition(")")[2].split()[:4]
    return Place(int(folder.name), state, int(group), int(session))


@dataclass
class Tree:
    """Everything that runs. `watch` returns after Ctrl-C or SIGTERM, when all of it has ended."""

    members: list[Member]
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    say: Say = say
    seconds_to_end: float = SECONDS_TO_END
    within: bool = False
    ending: bool = False

    def watch(self, each_time: Callable[[], None] = lambda: None) -> None:
        """`each_time` is called at every look: whoever waits for the first answer uses it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        for member in self.members:
            member.start(self.environment)
        try:
            while not self.ending:
                self._look()
                each_time()
                time.sleep(LOOK_EVERY)
        finally:
            self._end_all()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.ending = True

    def _look(self) -> None:
        for member in self.members:
            if member.process is None:
                if time.monotonic() >= member.start_again_at:
                    member.start(self.environment)
            elif member.has_died:
                how = member.bury()
                pause = member.note_death()
                self.say(f"{member.name} ended ({how}); starting it again in {pause:.1f} s.")

    def _end_all(self) -> None:
        """Asks everybody at once, waits, then insists."""
        self.tell("Stopping …")
        running = [member for member in self.members if member.process is not None]
        for member in running:
            if member.process:
                signal_group(member.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + self.seconds_to_end
        while time.monotonic() < deadline and not all(member.has_died for member in running):
            time.sleep(LOOK_EVERY / 2)
        for member in running:
            if member.process and not member.has_died:
                self.say(f"{member.name} did not end by itself and is killed.")
                signal_group(member.process.pid, signal.SIGKILL)
            member.bury()
        self.tell("Stopped.")

    def tell(self, line: str) -> None:
        """What whoever sits before the screen is told once, by the outermost tree."""
        if not self.within:
            self.say(line)
