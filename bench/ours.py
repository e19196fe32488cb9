"""Tocsin as it is measured: installations with the demonstration's pages, started as `tocsin serve` starts them."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.load import MARK, Form, letter
from bench.services import Missing, Service, free_port, get
from bench.stores import PostgresqlStore, SqliteStore, Store, count
from tocsin.lib.sealing import new_key

KEYS = {"TOCSIN_KEYS": new_key(), "TOCSIN_DIGEST_KEY": new_key()}
SUPPORTER = {
    "given_name": "Jane",
    "family_name": "Doe",
    "email": f"{MARK}@example.org",
    "postal_code": "K1A 0A6",
    "city": "Ottawa",
    "province": "ON",
    "country": "CA",
    "consent_news": "yes",
    "homepage": "",
    "subject": "End the Safe Third Country Agreement",
    "text": letter(),
}
# What each stored action of the full store looks like: as long as a real one, and as random, since it is sealed.
FILL_POSTGRESQL = """
INSERT INTO actions_action
  (campaign_id, edition_id, email_digest, sealed, source, signs, accepted_at, state, reason, attempts)
SELECT %s, %s, sha256(int8send(n)), substr(%s, 1 + (random() * 1000000)::int, %s), '{}', '[]',
  now() - random() * interval '30 days', 'followed', '', 0
FROM generate_series(1, %s) AS n
"""
FILL_SQLITE = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
INSERT INTO actions_action
  (campaign_id, edition_id, email_digest, sealed, source, signs, accepted_at, state, reason, attempts)
SELECT ?, ?, randomblob(32), randomblob(?), '{}', '[]', datetime('now', '-' || (n % 2592000) || ' seconds'), 'followed',
  '', 0 FROM numbers
"""
TALLY = (
    "INSERT INTO campaigns_tally (campaign_id, counted, letters_taken, changed_at) "
    "VALUES ({campaign}, {rows}, 0, current_timestamp)"
)


@dataclass
class Installation:
    """One database with what belongs to it. `url` is empty for the embedded one."""

    name: str
    folder: Path
    url: str = ""
    mail_port: int = 25
    port: int = field(default_factory=free_port)
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def database(self) -> str:
        return "PostgreSQL" if self.url else "SQLite"

    @cached_property
    def store(self) -> Store:
        return PostgresqlStore(self.url) if self.url else SqliteStore(self.folder / "tocsin.sqlite3")

    def environment(self, **more: str) -> dict[str, str]:
        """Nothing of ours from outside: only what a careful operator sets."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TOCSIN_", "DATABASE_"))}
        own = {
            "DJANGO_SETTINGS_MODULE": "tocsin.settings",
            "TOCSIN_DIR": str(self.folder),
            "TOCSIN_BASE_URL": f"http://127.0.0.1:{self.port}",
            "TOCSIN_PORT": str(self.port),
            "TOCSIN_MAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            # No domain of examples: `tocsin serve` refuses those. The mail sink takes it and keeps nothing.
            "TOCSIN_MAIL_FROM": "letters@bench.internal",
            # Five domains stand for all the world's: their pace is not what is measured.
            "TOCSIN_DOMAIN_PER_MINUTE": "0",
            "DATABASE_URL": self.url,
        }
        return inherited | KEYS | own | more

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "bench.prepare"]
        made = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)
        if made.returncode:
            raise Missing(f"{self.name} could not be prepared:\n{made.stderr[-2000:]}")
        self.known = json.loads(made.stdout.splitlines()[-1])

    def twin(self, name: str, folder: Path, url: str = "") -> Installation:
        """The same again with files of its own. A database of PostgreSQL must have been copied already."""
        shutil.copytree(self.folder, folder)
        return Installation(name, folder, url, self.mail_port, known=self.known)

    def start_web(self, logs: Path, cache_seconds: int = 5, *, again: bool = False) -> Service:
        """The web server alone, without a worker. `again`: a second one of the same database, on a port of its own."""
        port = free_port() if again else self.port
        sizes = map(str, (port, self.known["workers"], self.known["threads"]))
        command = [sys.executable, "-m", "bench.web", "127.0.0.1", *sizes]
        environment = self.environment(TOCSIN_CACHE_SECONDS=str(cache_seconds))
        name = f"{self.name} {'rendering' if again else 'web'}"
        return self._ready(Service(name, command, logs, environment=environment), port)

    def start_all(self, logs: Path) -> Service:
        """`tocsin serve` itself: supervisor, web server and worker."""
        command = [sys.executable, "-m", "tocsin.cli", "serve"]
        return self._ready(Service(f"{self.name} serve", command, logs, environment=self.environment()), self.port)

    def _ready(self, service: Service, port: int) -> Service:
        service.wait_until(lambda: get(f"http://127.0.0.1:{port}{self.known['path']}"))
        service.port = port
        return service

    def page(self, service: Service) -> str:
        return f"http://127.0.0.1:{service.port}{self.known['path']}"

    def form(self, service: Service) -> Form:
        """As a supporter finds it on the page, filled in."""
        found = re.search(rb'<form[^>]*action="(/act/\d+/)"', get(self.page(service)))
        if not found:
            raise Missing(f"The page of {self.name} has no form.")
        return Form(f"http://127.0.0.1:{service.port}{found[1].decode()}", SUPPORTER)

    def reset(self) -> None:
        self.store.empty(self.known["tables"])

    def stored(self) -> int:
        return count(self.store, "actions_action")

    def followed(self) -> int:
        return count(self.store, "actions_action WHERE state = 'followed'")

    def fill(self, rows: int, sealed_bytes: int) -> None:
        """Puts so many actions into it, as if they had all been taken and followed last month."""
        campaign, edition = self.known["campaign"], self.known["edition"]
        if self.url:
            noise = secrets.token_bytes(1_000_000 + sealed_bytes + 1)
            self.store.rows(FILL_POSTGRESQL, (campaign, edition, noise, sealed_bytes, rows))
            afterwards = ["VACUUM (ANALYZE) actions_action", "CHECKPOINT"]
        else:
            self.store.rows(FILL_SQLITE, (rows, campaign, edition, sealed_bytes))
            afterwards = ["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"]
        self.store.rows("DELETE FROM campaigns_tally")
        for statement in [TALLY.format(campaign=campaign, rows=rows), *afterwards]:
            self.store.rows(statement)
