"""Tocsin as an operator runs it: `tocsin serve` with its processes, the embedded database, and the demonstration's
pages. What the promises about the whole house are tested on."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.empty_tables import DATABASE, clean_environment
from tocsin.lib.sealing import KeyRing, new_key, parse_key

HOST = "127.0.0.1"
PAGE = "/en/keep-the-door-open/"
SECONDS_TO_START = 60.0
SECONDS_TO_END = 20.0
KEYS = {"TOCSIN_KEYS": new_key(), "TOCSIN_DIGEST_KEY": new_key()}
keys = KeyRing([parse_key(KEYS["TOCSIN_KEYS"])], parse_key(KEYS["TOCSIN_DIGEST_KEY"]))


class Answer(NamedTuple):
    """What the server said to one request."""

    status: int
    headers: dict[str, str]
    body: bytes


def until(what: Callable[[], object], said: str, seconds: float = 30.0, *, now: Callable[[], object] = str) -> None:
    """Waits until `what` is true, which is `said` in words; fails when it takes too long, and tells how it is `now`."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {said}; {now()}"
        time.sleep(0.1)


# ── what is made once ───────────────────────────────────────────────────────────────────────────────────────────
def prepare(folder: Path, tables: Path) -> None:
    """Tables (a copy of those), static files and the demonstration's pages."""
    shutil.copy(tables, folder / DATABASE)
    _run("tocsin.prepare", "demo", str(folder / "demo.json"), folder=folder)


def _run(module: str, *arguments: str, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def environment(folder: Path, **changes: str) -> dict[str, str]:
    ours = {"DJANGO_SETTINGS_MODULE": "tocsin.settings", "TOCSIN_DIR": str(folder)}
    return clean_environment(**KEYS, **ours, **changes)


# ── what runs ───────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass
class Installation:
    """One that runs. Its processes are those of `tocsin serve`: a supervisor, the web's master and inner process, a
    worker."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    seconds_to_start: float = 0.0
    _process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def running(cls, prepared: Path, folder: Path, **settings: str) -> Iterator[Installation]:
        """A copy of what was prepared, started; ended when the block ends."""
        shutil.copytree(prepared, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("static"))
        (folder / "static").symlink_to(prepared / "static")
        here = cls(folder, settings, _free_port())
        here.start()
        try:
            yield here
        finally:
            here.stop()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def patience(self) -> float:
        """Seconds until something that was killed must be at work again, on a machine as fast as this one is now."""
        return 30 + 3 * self.seconds_to_start

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        ours = {"TOCSIN_BASE_URL": self.url, "TOCSIN_PORT": str(self.port), "TOCSIN_SQLITE_SYNCHRONOUS": "FULL"}
        began = time.monotonic()
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tocsin.cli", "serve"],
                env=environment(self.folder, **ours, **self.settings),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: self.answers() and self.process("worker"), "it runs", SECONDS_TO_START, now=lambda: self.log)
        self.seconds_to_start = time.monotonic() - began

    def stop(self) -> None:
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(SECONDS_TO_END)

    # ── over HTTP ───────────────────────────────────────────────────────────────────────────────────────────────
    def ask(self, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """GET, or POST of a form as a browser on our own page sends it. Raises OSError or HTTPException."""
        line = http.client.HTTPConnection(HOST, self.port, timeout=30)
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"} if form else {}
        try:
            line.request("POST" if form else "GET", path, urlencode(form) if form else None, {**sent, **headers})
            said = line.getresponse()
            return Answer(said.status, dict(said.getheaders()), said.read())
        finally:
            line.close()

    def answers(self) -> bool:
        try:
            return self.ask("/health/ready").status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False

    def address_of_form(self, path: str = PAGE) -> str:
        found = re.search(r'action="(/act/\d+/)"', self.ask(path).body.decode())
        assert found
        return found[1]

    # ── its processes ───────────────────────────────────────────────────────────────────────────────────────────
    def process(self, name: str) -> int | None:
        """The number of a process that runs: “nursery” (which forked the rest), “worker”, “post” (which the worker
        forked), “master” or “inner” (those two are the web's)."""
        assert self._process
        above, called = {
            "nursery": ("", "tocsin.nursery"),
            "master": ("nursery", "tocsin web"),
            "worker": ("nursery", "tocsin worker"),
            "inner": ("master", "tocsin web"),
            "post": ("worker", "tocsin post"),
        }[name]
        parent = self.process(above) if above else self._process.pid
        return next(iter(_children(parent, called)), None) if parent else None

    def kill(self, name: str) -> None:
        """As if the power had failed for this one process."""
        until(lambda: self.process(name), f"the {name} runs", self.patience, now=lambda: self.log)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process(name) or 0, signal.SIGKILL)

    # ── its database ────────────────────────────────────────────────────────────────────────────────────────────
    def rows(self, query: str, *values: object) -> list[Any]:
        """Reads (or changes) the database from outside, as staff with `sqlite3` would."""
        with contextlib.closing(sqlite3.connect(self.folder / DATABASE, timeout=20)) as database, database:
            return database.execute(query, values).fetchall()

    def figure(self, query: str, *values: object) -> Any:
        return self.rows(query, *values)[0][0]


def _children(parent: int, called: str) -> list[int]:
    """The running processes that `parent` started and that are called so, or whose command has the word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, its_parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (folder / "cmdline").read_bytes().split(b"\0")
            names = [*command, (folder / "comm").read_bytes().strip()]
            if int(its_parent) == parent and state not in "ZX" and called.encode() in names:
                found.append(int(folder.name))
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
