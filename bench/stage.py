"""Sets up everything that is measured, in one folder and on ports of its own, and lists what is measured of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from bench.cells import Target
from bench.limits import PostgresqlLimit, SqliteLimit
from bench.load import must_lead_to, posting, reading
from bench.ours import Installation
from bench.services import Missing, Nginx, Postgresql, Service, free_port, get
from bench.theirs import THANKS, Peer, install

DATABASES = ("raw", "peer", "ours")
MANY = (64, 16)


class Stage:
    """`services` is everything that runs; leaving `stack` ends it."""

    def __init__(self, folder: Path, stack: ExitStack, say: Callable[[str], None], *, full: int) -> None:
        self.folder, self.full, self._stack, self._say = folder, full, stack, say
        self.services: list[Service] = []

    def build(self) -> list[Target]:
        install()
        self._say("Starting PostgreSQL")
        cluster = Postgresql(self.folder)
        self.postgresql = self._started(cluster.start())
        for database in DATABASES:
            cluster.store("postgres").rows(f"CREATE DATABASE {database}")
        mail_port = free_port()
        self._started(Service("mail sink", [sys.executable, "-m", "bench.sink", str(mail_port)], self.folder))
        self.pg_limit, self.sqlite_limit = PostgresqlLimit(cluster.url("raw"), self.folder), SqliteLimit(self.folder)
        self._say("Making the installations")
        self._prepare_all(cluster, mail_port)
        self._copy_ours(cluster)
        self._say("Starting Tocsin and the peer")
        self._start_ours()
        self._start_peers()
        self._say(f"Storing {self.full:,} actions, twice")
        self._fill()
        return [*self._posts(), *self._posts_to_the_full(), *self._gets()]

    @property
    def everybody(self) -> dict[str, int]:
        return {service.name: service.pid for service in self.services}

    def _started(self, service: Service) -> Service:
        self._stack.callback(service.stop)
        self.services.append(service)
        return service

    def _prepare_all(self, cluster: Postgresql, mail_port: int) -> None:
        ours = self.folder / "ours"
        self.pg = Installation("ours PostgreSQL", ours / "pg", cluster.url("ours"), mail_port)
        self.lite = Installation("ours SQLite", ours / "lite", "", mail_port)
        self.pg_peer = Peer("peer PostgreSQL", cluster.url("peer"))
        self.lite_peer = Peer("peer SQLite", str(self.folder / "peer.sqlite3"))
        everyone = (self.pg, self.lite, self.pg_peer, self.lite_peer)
        with ThreadPoolExecutor() as together:
            list(together.map(lambda one: one.prepare(), everyone))

    def _copy_ours(self, cluster: Postgresql) -> None:
        ours = self.folder / "ours"
        for name in ("served", "filled"):
            cluster.store("postgres").rows(f"CREATE DATABASE {name} TEMPLATE ours")
        self.pg_serve = self.pg.twin("ours PostgreSQL", ours / "pg-serve", cluster.url("served"))
        self.pg_full = self.pg.twin("ours PostgreSQL full", ours / "pg-full", cluster.url("filled"))
        self.lite_serve = self.lite.twin("ours SQLite", ours / "lite-serve")
        self.lite_full = self.lite.twin("ours SQLite full", ours / "lite-full")

    def _start_ours(self) -> None:
        self.pg_web = self._started(self.pg.start_web(self.folder))
        self.pg_rendering = self._started(self.pg.start_web(self.folder, 0, again=True))
        self.lite_web = self._started(self.lite.start_web(self.folder))
        self.lite_rendering = self._started(self.lite.start_web(self.folder, 0, again=True))
        self.pg_all = self._started(self.pg_serve.start_all(self.folder))
        self.lite_all = self._started(self.lite_serve.start_all(self.folder))
        self.nginx = Nginx(self.folder)
        self.nginx_service = self._started(self.nginx.start(get(self.pg.page(self.pg_web)), self.pg.port))
        for installation, service in ((self.pg, self.pg_web), (self.lite, self.lite_web)):
            must_lead_to(installation.form(service), "/thanks/")

    def _start_peers(self) -> None:
        self.pg_peer_service = self._started(self.pg_peer.start(self.folder))
        self.lite_peer_service = self._started(self.lite_peer.start(self.folder))
        for peer in (self.pg_peer, self.lite_peer):
            must_lead_to(peer.form(), THANKS)

    def _fill(self) -> None:
        """With actions as long as the one that was just taken. Both at once: one waits for its disk, one computes."""
        length = int(self.pg.store.rows("SELECT max(length(sealed)) FROM actions_action")[0][0])
        with ThreadPoolExecutor() as both:
            list(both.map(lambda one: one.fill(self.full, length), (self.pg_full, self.lite_full)))
        self.pg_full_web = self._started(self.pg_full.start_web(self.folder, 0))
        self.lite_full_web = self._started(self.lite_full.start_web(self.folder, 0))
        for installation, service in ((self.pg_full, self.pg_full_web), (self.lite_full, self.lite_full_web)):
            shown = json.loads(get(f"{installation.page(service)}count.json"))["count"]
            if shown < self.full:
                raise Missing(f"{installation.name} counts {shown}, though {self.full} actions are stored.")

    def _posts(self) -> list[Target]:
        peers = [
            self._peer_post(peer, service)
            for peer, service in ((self.pg_peer, self.pg_peer_service), (self.lite_peer, self.lite_peer_service))
        ]
        return [
            Target("limit PostgreSQL", "POST", self.pg_limit.load, MANY, [self.postgresql], reset=self.pg_limit.reset),
            peers[0],
            self._our_post("ours PostgreSQL", self.pg, self.pg_web),
            self._our_post("ours PostgreSQL, worker at work", self.pg_serve, self.pg_all, worker=True),
            Target("limit SQLite", "POST", self.sqlite_limit.load, (64,)),
            peers[1],
            self._our_post("ours SQLite", self.lite, self.lite_web),
            self._our_post("ours SQLite, worker at work", self.lite_serve, self.lite_all, worker=True),
        ]

    def _posts_to_the_full(self) -> list[Target]:
        return [
            self._our_post("ours PostgreSQL, full", self.pg_full, self.pg_full_web, keep=True),
            self._our_post("ours SQLite, full", self.lite_full, self.lite_full_web, keep=True),
        ]

    def _peer_post(self, peer: Peer, service: Service) -> Target:
        load, services = posting(peer.form, self.folder), self._serving(service, "://" in peer.database)
        return Target(peer.name, "POST", load, (64,), services, reset=peer.reset, stored=peer.stored)

    def _our_post(
        self, name: str, ours: Installation, service: Service, *, worker: bool = False, keep: bool = False
    ) -> Target:
        return Target(
            name,
            "POST",
            posting(lambda: ours.form(service), self.folder),
            MANY,
            self._serving(service, bool(ours.url)),
            reset=None if keep else ours.reset,
            stored=ours.stored,
            followed=ours.followed if worker else None,
            whole=service if worker else None,
        )

    def _serving(self, service: Service, on_postgresql: bool) -> list[Service]:  # noqa: FBT001
        return [service, self.postgresql] if on_postgresql else [service]

    def _gets(self) -> list[Target]:
        page, static = self.pg.known["path"], f"http://127.0.0.1:{self.nginx.static_port}/page.html"
        behind = f"http://127.0.0.1:{self.nginx.port}{page}"
        both = [self.nginx_service, self.pg_web]
        return [
            self._get("limit nginx static", static, self.nginx_service),
            self._get("ours behind nginx", behind, *both),
            self._get("peer PostgreSQL", self.pg_peer.url, self.pg_peer_service, self.postgresql),
            self._get("peer SQLite", self.lite_peer.url, self.lite_peer_service),
            self._get("ours PostgreSQL", self.pg.page(self.pg_web), self.pg_web),
            self._get("ours SQLite", self.lite.page(self.lite_web), self.lite_web),
            self._get("count.json", f"{self.pg.page(self.pg_web)}count.json", self.pg_web),
            self._get("count.json behind nginx", f"{behind}count.json", *both),
            self._get("rendered PostgreSQL", self.pg.page(self.pg_rendering), self.pg_rendering, self.postgresql),
            self._get(
                "rendered PostgreSQL, full", self.pg_full.page(self.pg_full_web), self.pg_full_web, self.postgresql
            ),
            self._get("rendered SQLite", self.lite.page(self.lite_rendering), self.lite_rendering),
            self._get("rendered SQLite, full", self.lite_full.page(self.lite_full_web), self.lite_full_web),
        ]

    def _get(self, name: str, url: str, *services: Service) -> Target:
        return Target(name, "GET", reading(url, self.folder), (64,), services)
