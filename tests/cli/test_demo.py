"""The demo, really started and really killed: it comes up, mends itself, keeps what it was given, and ends."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.empty_tables import clean_environment

pytestmark = pytest.mark.once
# A machine that does much else at once may be slow; none of this waits for the clock.
PATIENCE = 240.0


@dataclass
class Running:
    """A demo in a process of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tocsin.cli", "demo", "--port", str(self.port), "--dir", str(self.folder / "d")],
                env=clean_environment(
                    DATABASE_URL="postgresql://nobody@nowhere/real", TOCSIN_MAIL_URL="smtp://real", TOCSIN_PORT="none"
                ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.until(lambda: "Ctrl-C stops it." in self.said)

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def said(self) -> str:
        return self.log.read_text()

    def until(self, holds: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)

    def children(self, pid: int) -> list[int]:
        path = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in path.read_text().split()] if path.exists() else []

    def find(self, called: str) -> int:
        """The child of the nursery that is called so."""
        for child in self.children(self.nursery):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text().strip() == called:
                    return child
        return 0

    @property
    def nursery(self) -> int:
        return next(iter(self.children(self.process.pid)), 0)

    @property
    def master(self) -> int:
        return self.find("tocsin web")

    @property
    def worker(self) -> int:
        return self.find("tocsin worker")

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            if form is None:
                connection.request("GET", path)
            else:
                kind = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
                connection.request("POST", path, urlencode(form), kind)
            response = connection.getresponse()
            return response.status, response.headers.get("Location", ""), response.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, "", ""
        finally:
            connection.close()

    def answers(self) -> bool:
        return self.ask("/health/ready")[0] == 200

    def end(self) -> float:
        """The seconds that it took."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
        return time.monotonic() - asked


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Running(tmp_path_factory.mktemp("demo"), port)
    try:
        running.start()
        yield running
    finally:
        if running.process.poll() is None:
            running.end()


def test_it_says_where_everything_is(demo: Running) -> None:
    lines = demo.said.splitlines()
    (ready,) = [line for line in lines if line.startswith("Ready:")]

    assert ready == f"Ready: http://127.0.0.1:{demo.port}/"
    for label in ("Desk, for campaigners", "Mailbox", "Login", "Password", "(en)", "(fr)"):
        assert any(label in line for line in lines[lines.index(ready) :])
    assert lines[0] == f"Tocsin’s demo: everything it makes lives in {demo.folder / 'd'}"
    assert re.search(r"Preparing the database … (\d+) of \1$", demo.said, re.MULTILINE)


def test_its_secrets_are_its_owners(demo: Running) -> None:
    folder = demo.folder / "d"

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "secrets.env").stat().st_mode & 0o777 == 0o600


def page_path(demo: Running) -> str:
    found = re.search(rf"http://127\.0\.0\.1:{demo.port}(/en/\S+)", demo.said)
    assert found
    return found[1]


def count(demo: Running) -> int:
    status, _, body = demo.ask(page_path(demo) + "count.json")
    found = re.search(r'"count": ?(\d+)', body)
    return int(found[1]) if status == 200 and found else -1


def test_a_letter_goes_all_the_way(demo: Running) -> None:
    page = demo.ask(page_path(demo))[2]
    action = re.search(r'action="(/act/\d+/)"', page)
    assert action
    before = count(demo)
    form = {
        "given_name": "Jane",
        "family_name": "Doe",
        "email": "jane.doe@example.org",
        "city": "Ottawa",
        "postal_code": "K1A 0A6",
        "subject": "Please listen",
        "text": "Please listen to every family.",
    }

    status, location, _ = demo.ask(action[1], form)

    assert (status, location.partition("/thanks/")[0]) == (303, "")
    demo.until(lambda: len(list((demo.folder / "d/mailbox").glob("*.eml"))) == 2)
    demo.until(lambda: count(demo) == before + 1)


def test_a_taken_port_and_a_folder_in_use_are_said(demo: Running, tmp_path: Path) -> None:
    def second(folder: Path, port: int) -> str:
        command = [sys.executable, "-m", "tocsin.cli", "demo", "--port", str(port), "--dir", str(folder)]
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 1
        return done.stderr

    assert second(tmp_path, demo.port).startswith(f"Port {demo.port} is taken.")
    assert second(demo.folder / "d", demo.port).startswith("A demo runs in ")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds the processes to kill in /proc")
def test_what_is_killed_comes_back(demo: Running) -> None:
    inner, worker = demo.children(demo.master)[0], demo.worker
    os.kill(inner, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    demo.until(lambda: demo.worker not in {0, worker} and demo.answers())

    master = demo.master
    left = demo.children(master)[0]
    os.kill(master, signal.SIGKILL)
    demo.until(lambda: demo.master not in {0, master})
    demo.until(demo.answers)

    nursery = demo.nursery
    os.kill(nursery, signal.SIGKILL)
    demo.until(lambda: demo.nursery not in {0, nursery} and demo.worker)
    demo.until(demo.answers)

    assert not Path(f"/proc/{left}/fd").exists() or left not in demo.children(1)
    assert "web ended (killed by signal 9)" in demo.said
    assert "worker ended (killed by signal 9)" in demo.said
    assert "servers ended (killed by signal 9)" in demo.said


def test_it_ends_and_starts_again_with_all_it_had(demo: Running) -> None:
    before, password = count(demo), re.findall(r"Password +(\S+)", demo.said)
    processes = [demo.nursery, demo.master, demo.worker, *demo.children(demo.master), *demo.children(demo.worker)]

    assert demo.end() < 10
    assert demo.process.returncode == 0
    assert not [pid for pid in processes if Path(f"/proc/{pid}/cmdline").exists()]
    assert not demo.answers()

    demo.start()
    assert re.findall(r"Password +(\S+)", demo.said) == password
    assert "Preparing the database" not in demo.said
    assert count(demo) == before
