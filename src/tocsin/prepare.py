"""What must be there before the servers start: tables, static files, and for the demo something to see.

Run as a process of its own (`python -m tocsin.prepare demo|serve`), which says how far it is and then leaves. What is
there already costs next to nothing: a second start takes seconds.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import logging
import os
import pkgutil
import re
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tocsin.lib.environment import WrongSetting
from tocsin.run import say

MADE_FOR = ".made-for"


class Meter(io.TextIOBase):
    """Reads what `migrate` prints and says how many steps are done: in one line on a terminal, else now and then."""

    SECONDS_BETWEEN = 2.0

    def __init__(self, label: str, total: int) -> None:
        self._label, self._total, self._done = label, total, 0
        self._on_terminal = sys.stdout.isatty()
        self._said_at = 0.0
        self._show()

    def write(self, text: str) -> int:
        if steps := len(re.findall(r" OK\b", text)):
            self._done += steps
            self._show()
        return len(text)

    def _show(self) -> None:
        line = f"{self._label} … {self._done} of {self._total}"
        last = self._done >= self._total
        if self._on_terminal:
            sys.stdout.write(f"\r{line}" + ("\n" if last else ""))
            sys.stdout.flush()
        elif last or time.monotonic() - self._said_at >= self.SECONDS_BETWEEN:
            self._said_at = time.monotonic()
            say(line)


def make_tables() -> None:
    """Runs the migrations that are missing, if any."""
    if missing := len(missing_migrations()):
        call_command("migrate", verbosity=1, interactive=False, stdout=Meter("Preparing the database", missing))


def missing_migrations() -> list[str]:
    """The names of the migrations that the database does not have yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def make_static_files() -> None:
    """Collects style, script and pictures of the pages, unless those collected are still the same."""
    marker, now = Path(settings.STATIC_ROOT) / MADE_FOR, _fingerprint()
    if marker.exists() and marker.read_text() == now:
        return
    say("Collecting style, script and pictures …")
    call_command("collectstatic", verbosity=0, interactive=False)
    marker.write_text(now)


def _fingerprint() -> str:
    """Changes with any static file of ours or of a package: name, size, time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            about = Path(storage.path(name)).stat()
            digest.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def begin(arguments: Sequence[str]) -> int:
    """`tocsin begin`"""
    words = argparse.ArgumentParser(
        prog="tocsin begin",
        description="Makes the home page of each language where it is missing, and gives the site its public address.",
    )
    words.parse_args(arguments)
    make_beginning = pkgutil.resolve_name("tocsin.pages.beginning:make_beginning")
    make_beginning(say)
    say(f"Campaigners can write pages at {settings.TOCSIN_BASE_URL.geturl().rstrip('/')}/desk/")
    return 0


def for_demo(facts: Path) -> int:
    """Everything there is to try. What to tell the person who started it is written into `facts`."""
    make_tables()
    make_static_files()
    prepare_demo = pkgutil.resolve_name("tocsin.pages.demo:prepare_demo")
    base_url = settings.TOCSIN_BASE_URL.geturl()
    made = prepare_demo(say, base_url, password=os.environ.get("TOCSIN_DEMO_PASSWORD", ""))
    facts.write_text(json.dumps(asdict(made)))
    return 0


def for_serving() -> int:
    """Refuses a set-up that is wrong; changes nothing but the static files, which are this machine's own."""
    look_over = pkgutil.resolve_name("tocsin.checks:look_over")
    if not look_over(quiet=True):
        return 1
    make_static_files()
    return 0


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback; the next start goes on from here
    try:
        django.setup()
    except WrongSetting as wrong:
        print(wrong, file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    if sys.argv[1] == "demo":
        return for_demo(Path(sys.argv[2]))
    return for_serving()


if __name__ == "__main__":
    sys.exit(main())
