"""`tocsin demo`: from an empty folder to a page that can be signed, in one command.

Everything it makes lives in one folder. It speaks to nobody but this machine: mails become files, and the server
listens on 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import fcntl
import http.client
import json
import os
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from tocsin.lib.sealing import new_key
from tocsin.run import Member, Tree, nursery_command, port_is_free, run_step, say

HOST = "127.0.0.1"
USUAL_PORT = 8000
USUAL_FOLDER = "demo-data"
SECRETS = "secrets.env"
THREADS = 8
SECONDS_UNTIL_WORRIED = 60.0


class CannotStart(Exception):
    """The demo cannot start, for the reason given as a sentence."""


def demo(arguments: Sequence[str]) -> int:
    """Prepares what is missing, runs the tree, and says when the pages answer."""
    wanted = _options(arguments)
    folder: Path = wanted.dir.resolve()
    say(f"Tocsin’s demo: everything it makes lives in {folder}")
    try:
        with _locked(folder):
            _check_port(wanted.port)
            environment = _environment(folder, wanted.port)
            facts = _prepared(folder, environment)
            _run(wanted.port, environment, facts)
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        say("\nStopped before it was ready. The next start goes on from here.")
        return 1
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    words = argparse.ArgumentParser(
        prog="tocsin demo", description="Sets up everything in one folder and runs it. No mail leaves this machine."
    )
    words.add_argument("--port", type=_port, default=USUAL_PORT, help=f"on 127.0.0.1 (default: {USUAL_PORT})")
    words.add_argument(
        "--dir", type=Path, default=_usual_folder(), help="where everything it makes lives (default: %(default)s)"
    )
    return words.parse_args(arguments)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return int(text)


def _usual_folder() -> Path:
    """Inside the clone, where git ignores it; for an installed package, where you are."""
    clone = Path(__file__).parents[2]
    return (clone if (clone / "pyproject.toml").exists() else Path.cwd()) / USUAL_FOLDER


# ── the folder and what is secret in it ─────────────────────────────────────────────────────────────────────────
def _locked(folder: Path) -> IO[str]:
    """An open file that says: this folder is in use. Two trees on one embedded database would disturb each other."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise CannotStart(f"The folder {folder} cannot be used: {error.strerror}.") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise CannotStart(f"A demo runs in {folder} already. Stop it first, or choose another with --dir.") from None
    return file


def _check_port(port: int) -> None:
    if not port_is_free(HOST, port):
        raise CannotStart(f"Port {port} is taken. Choose another, for example: tocsin demo --port {port + 1}")


def _environment(folder: Path, port: int) -> dict[str, str]:
    """What the demo's processes are started with: whatever is set for a real installation must not reach them."""
    ours = {
        **_secrets(folder),
        "DJANGO_SETTINGS_MODULE": "tocsin.settings",
        "TOCSIN_DIR": str(folder),
        "TOCSIN_BASE_URL": f"http://{HOST}:{port}",
        "TOCSIN_HOST": HOST,
        "TOCSIN_PORT": str(port),
        "TOCSIN_EXTRA_HOSTS": "localhost",
        "TOCSIN_MAIL_URL": "mailbox:",
        "TOCSIN_MAIL_FROM": "letters@tocsin.example",
        "TOCSIN_TRUSTED_PROXIES": "0",
        "TOCSIN_WEB_WORKERS": "1",
        "TOCSIN_BOUNCE_DOMAIN": "",
        "TOCSIN_SECOND_FACTOR": "offered",
        "TOCSIN_OIDC_URL": "",
        "DATABASE_URL": "",
    }
    files = {f"{name}_FILE" for name in ours}
    return {name: value for name, value in os.environ.items() if name not in files} | ours


def _secrets(folder: Path) -> dict[str, str]:
    """The keys and the login of this demo: made once, kept in a file that only its owner can read."""
    path = folder / SECRETS
    if not path.exists():
        made = {
            "TOCSIN_KEYS": new_key(),
            "TOCSIN_DIGEST_KEY": new_key(),
            "TOCSIN_DEMO_PASSWORD": secrets.token_urlsafe(9),
        }
        text = "".join(f"{name}={value}\n" for name, value in made.items())
        _write_privately(path, text)
    pairs = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, _equals, value in pairs}


def _write_privately(path: Path, text: str) -> None:
    """All of it or nothing: half a file of keys would be worse than none."""
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    unfinished.replace(path)


# ── start ───────────────────────────────────────────────────────────────────────────────────────────────────────
def _prepared(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    say("Loading …")
    facts = folder / "demo.json"
    if run_step([sys.executable, "-m", "tocsin.prepare", "demo", str(facts)], environment):
        raise CannotStart("The demo could not be prepared. What went wrong is said above.")
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


def _run(port: int, environment: dict[str, str], facts: dict[str, Any]) -> None:
    say("Starting the servers …")
    tree = Tree([Member("servers", nursery_command(HOST, port, 1, THREADS))], environment=environment)
    paths = [urlsplit(page["url"]).path for page in facts["pages"]]
    tree.watch(Announcement(port, ["/health/ready", *paths[:1]], ready_lines(port, facts, environment)))


def ready_lines(port: int, facts: dict[str, Any], environment: dict[str, str]) -> list[str]:
    pages = [(f"{page['title']} ({page['language']})", page["url"]) for page in facts["pages"]]
    rows = [
        *pages,
        ("Desk, for campaigners", facts["desk_url"]),
        ("Mailbox: what would have left", f"{facts['desk_url']}mailbox/"),
        ("Login", facts["username"]),
        ("Password", facts["password"] or environment["TOCSIN_DEMO_PASSWORD"]),
    ]
    width = max(len(label) for label, _value in rows) + 2
    return [
        f"Ready: http://{HOST}:{port}/",
        *(f"  {label:{width}}{value}" for label, value in rows),
        "Ctrl-C stops it.",
    ]


@dataclass
class Announcement:
    """Asks the pages until they answer, and then says so, once."""

    port: int
    paths: list[str]
    lines: list[str]
    made_at: float = 0.0
    worried: bool = False

    def __call__(self) -> None:
        if not self.lines:
            return
        self.made_at = self.made_at or time.monotonic()
        if all(self._answers(path) for path in self.paths):
            say("\n".join(self.lines))
            self.lines = []
        elif not self.worried and time.monotonic() - self.made_at > SECONDS_UNTIL_WORRIED:
            self.worried = True
            say("The pages do not answer yet. What is wrong may be said above; this goes on trying.")

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
