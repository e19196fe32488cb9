"""The peer as it is measured: a Wagtail form page under gunicorn, two processes of four threads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bench.load import MARK, Browser, Form, letter
from bench.services import Missing, Service, free_port, get
from bench.stores import PostgresqlStore, SqliteStore, Store, count

HERE = Path(__file__).parent
VENV = HERE / ".peer-venv"
PINNED = HERE / "peer/requirements.txt"
TABLE = "wagtailforms_formsubmission"
THANKS = "<h1>Thank you</h1>"
PERSON = {
    "first_name": "Jane",
    "last_name": "Doe",
    "email": f"{MARK}@example.org",
    "country": "Canada",
    "message": letter(),
    "consent": "on",
}


def install() -> None:
    """The pinned versions in a virtual environment of their own, once."""
    marker = VENV / "made-for.txt"
    if marker.exists() and marker.read_text() == PINNED.read_text():
        return
    uv = shutil.which("uv")
    python = str(VENV / "bin/python")
    make = (
        [uv, "venv", "-q", "--clear", "-p", sys.executable, str(VENV)]
        if uv
        else [sys.executable, "-m", "venv", str(VENV)]
    )
    fill = [uv, "pip", "install", "-q", "-p", python] if uv else [python, "-m", "pip", "install", "-q"]
    for command in (make, [*fill, "-r", str(PINNED)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"The peer could not be installed:\n{done.stderr[-2000:]}")
    marker.write_text(PINNED.read_text())


@dataclass
class Peer:
    """One peer on one database."""

    name: str
    database: str
    port: int = field(default_factory=free_port)

    @cached_property
    def store(self) -> Store:
        return PostgresqlStore(self.database) if "://" in self.database else SqliteStore(Path(self.database))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/act/"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PEER_DATABASE": self.database, "DJANGO_SETTINGS_MODULE": "bench.peer.settings"}

    def prepare(self) -> None:
        made = subprocess.run(
            [str(VENV / "bin/python"), "-m", "bench.peer.prepare"],
            env=self.environment,
            cwd=HERE.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise Missing(f"{self.name} could not be prepared:\n{made.stderr[-2000:]}")

    def start(self, logs: Path) -> Service:
        words = ["-w", "2", "-k", "gthread", "--threads", "4", "--keep-alive", "60", "-b", f"127.0.0.1:{self.port}"]
        words += ["--control-socket", str(logs / f"{self.port}.ctl")]
        application = "django.core.wsgi:get_wsgi_application()"
        command = [str(VENV / "bin/python"), "-m", "gunicorn", application, *words]
        service = Service(self.name, command, logs, environment=self.environment)
        service.wait_until(lambda: get(self.url))
        return service

    def form(self) -> Form:
        """Filled in, with the cookie and the token that Django asks for."""
        browser = Browser()
        hidden = browser.hidden_fields(self.url)
        return Form(self.url, hidden | PERSON, browser.cookie)

    def reset(self) -> None:
        self.store.empty([TABLE])

    def stored(self) -> int:
        return count(self.store, TABLE)
