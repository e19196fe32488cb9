"""The second database: finds PostgreSQL, or starts a cluster of our own, and runs the same tests on it meanwhile."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.core.management.color import no_style
from django.db import connections
from django.test import TransactionTestCase

# Speed for a cluster that lives for minutes: nothing in it needs to outlive a power cut.
FAST = "-F -c synchronous_commit=off -c full_page_writes=off -c listen_addresses='' -c max_connections=60"
PROGRAMS = ("initdb", "pg_ctl", "postgres")
# What Django makes with the tables, and no test changes.
MADE_WITH_THE_TABLES = {"django_content_type", "auth_permission"}


def empty_the_tables(case: TransactionTestCase) -> None:
    """After a test without a transaction of its own. Django's own way empties all of them, and making every kind of row
    and every permission anew takes longer than most tests do."""
    for alias in case._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        connection = connections[alias]
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        emptied = [table for table in tables if table not in MADE_WITH_THE_TABLES]
        connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), emptied))


def folder_of_binaries() -> Path | None:
    """Where PostgreSQL's own programs are: Debian's newest, else wherever the PATH says."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    in_path = [Path(folder) for folder in os.get_exec_path()]
    return next((path for path in [*debian, *in_path] if all((path / name).exists() for name in PROGRAMS)), None)


class Cluster:
    """A PostgreSQL server in a temporary folder, reached by a socket in it and by nobody else."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        # In /tmp itself: a socket's path has room for about a hundred characters, and a URL's host has no capitals.
        self.folder = Path(tempfile.mkdtemp(prefix="tocsin-pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)

    @property
    def url(self) -> str:
        host = str(self.folder).replace("/", "%2F")
        return f"postgresql://postgres@{host}/postgres"

    def start(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8")
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{FAST} -k {self.folder}", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            user=self._user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,  # the server would keep a pipe open
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"PostgreSQL’s {program} failed with {done.returncode}; its folder is {self.folder}")


@dataclass
class Outcome:
    """How the tests went on one database."""

    database: str = "PostgreSQL"
    status: int = 1
    counts: dict[str, int] = field(default_factory=dict)
    output: str = ""

    @property
    def failed(self) -> bool:
        return self.status not in {0, 5}  # 5: none of the tests asked for runs there

    def __str__(self) -> str:
        counts = ", ".join(f"{number} {what}" for what, number in self.counts.items() if number)
        return f"{self.database}: {counts or 'no tests'}"


class SecondRun:
    """The same tests on PostgreSQL, in a second process that runs beside this one."""

    def __init__(self, arguments: Sequence[str], url: str = "") -> None:
        self._arguments = arguments
        self._url = url
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self.outcome = Outcome()
        self._thread = threading.Thread(target=self._run, name="tests-on-postgresql", daemon=True)

    @classmethod
    def wherever_found(cls, arguments: Sequence[str]) -> SecondRun | None:
        url = os.environ.get("TOCSIN_TEST_DATABASE_URL", "")
        return cls(arguments, url) if url or folder_of_binaries() else None

    def start(self) -> None:
        self._thread.start()

    def wait(self) -> Outcome:
        self._thread.join()
        return self.outcome

    def stop(self) -> None:
        """Ends it early: the run was interrupted."""
        self._stopped = True
        if self._process:
            self._process.terminate()
        self._thread.join()

    def _run(self) -> None:
        cluster = None if self._url else self._own_cluster()
        try:
            if cluster:
                cluster.start()
            if not self._stopped:
                self._test(self._url or (cluster.url if cluster else ""))
        except (OSError, RuntimeError) as error:
            self.outcome.output = str(error)
        finally:
            if cluster:
                cluster.stop()

    @staticmethod
    def _own_cluster() -> Cluster | None:
        binaries = folder_of_binaries()
        return Cluster(binaries) if binaries else None

    def _test(self, url: str) -> None:
        with tempfile.TemporaryDirectory(prefix="tocsin-tests-") as folder:
            summary = Path(folder) / "summary.json"
            environment = {
                **os.environ,
                "TOCSIN_TEST_ON": "postgresql",
                "TOCSIN_TEST_DATABASE_URL": url,
                "TOCSIN_TEST_SUMMARY": str(summary),
            }
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *self._arguments, "-o", "cache_dir=.pytest_cache/postgresql"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            self.outcome.output = self._process.communicate()[0]
            self.outcome.status = self._process.returncode
            if summary.exists():
                said = json.loads(summary.read_text())
                self.outcome.database, self.outcome.counts = said["database"], said["counts"]
