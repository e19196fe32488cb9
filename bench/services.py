"""Starts what the measurements need, each on loopback with its files in one folder, and ends it by its own number."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import psycopg

from bench.stores import PostgresqlStore
from tocsin.lib.endings import end_with_parent

SECONDS_TO_START = 60.0
SECONDS_TO_END = 15.0
# Durable, as a careful operator runs it; only the sizes are set for a machine of some gigabytes.
POSTGRESQL_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
}


class Missing(Exception):
    """A program is not installed, or did not start."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        body: bytes = answer.read()
        return body


class Service:
    """One process tree of ours. Its name is who is named in the results."""

    def __init__(  # noqa: PLR0913  (as Popen)
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        end_by: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.port = 0
        self.name, self._end_by, self.log = name, end_by, folder / f"{name.replace(' ', '-')}.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                list(command),
                env=environment,
                cwd=Path(__file__).parents[1],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=user,
                process_group=0,
                preexec_fn=partial(end_with_parent, os.getpid()),  # noqa: PLW1509  (nobody else starts threads yet)
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until(self, ready: Callable[[], object]) -> None:
        """Until `ready` neither raises nor says no."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, urllib.error.URLError, psycopg.Error):
                if ready():
                    return
            time.sleep(0.1)
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        raise Missing(f"{self.name} did not start:\n{last}")

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(self._end_by)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(SECONDS_TO_END)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)  # whatever it left
        self._process.wait()


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Missing(f"“{name}” is not installed. On Debian: apt-get install --no-install-recommends {package}")
    return found


class Postgresql:
    """A cluster of our own, which waits for the disk at every commit."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        # It refuses to run as root.
        self._user = "postgres" if os.geteuid() == 0 else None

    def start(self) -> Service:
        data, binaries = self._folder / "postgresql", self._binaries()
        data.mkdir(mode=0o700)
        if self._user:
            shutil.chown(data, self._user)
        words = ("-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        subprocess.run([str(binaries / "initdb"), *words], user=self._user, cwd="/", check=True, capture_output=True)
        settings = POSTGRESQL_SETTINGS | {"port": str(self.port), "unix_socket_directories": str(data)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [str(binaries / "postgres"), "-D", str(data), *options]
        service = Service("postgresql", command, self._folder, user=self._user, end_by=signal.SIGINT)
        service.wait_until(lambda: self.store("postgres").rows("SELECT 1"))
        return service

    @staticmethod
    def _binaries() -> Path:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        return found[-1] if found else Path(program("postgres", "postgresql")).parent

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def store(self, database: str) -> PostgresqlStore:
        return PostgresqlStore(self.url(database))


NGINX = """
daemon off; worker_processes auto; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; default_type text/html; keepalive_requests 1000000;
  sendfile on; tcp_nopush on;
  client_body_temp_path {folder}/nginx-body; proxy_temp_path {folder}/nginx-proxy; fastcgi_temp_path {folder}/nginx-f;
  uwsgi_temp_path {folder}/nginx-u; scgi_temp_path {folder}/nginx-s;
  server {{ listen 127.0.0.1:{static_port}; root {folder}/static; }}
  include {folder}/tocsin.conf;
}}
"""


class Nginx:
    """One static page, and beside it what docs/operators/nginx.conf makes of Tocsin."""

    EXAMPLE = Path(__file__).parents[1] / "docs/operators/nginx.conf"

    def __init__(self, folder: Path) -> None:
        self.static_port, self.port, self._folder = free_port(), free_port(), folder

    def start(self, page: bytes, tocsin_port: int) -> Service:
        static = self._folder / "static"
        static.mkdir()
        (static / "page.html").write_bytes(page)
        (self._folder / "tocsin.conf").write_text(self._example(tocsin_port))
        settings = self._folder / "nginx.conf"
        settings.write_text(NGINX.format(folder=self._folder, static_port=self.static_port))
        service = Service("nginx", [program("nginx", "nginx-light"), "-c", str(settings)], self._folder)
        service.wait_until(lambda: get(f"http://127.0.0.1:{self.static_port}/page.html"))
        return service

    def _example(self, tocsin_port: int) -> str:
        """The operators' own example: only where things are is different, and there is no certificate."""
        text = self.EXAMPLE.read_text()
        changes = {
            "/var/cache/nginx/tocsin": f"{self._folder}/nginx-cache",
            "127.0.0.1:8000": f"127.0.0.1:{tocsin_port}",
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen [::]:80;": "",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port};",
            "listen [::]:443 ssl http2;": "",
            "server_name act.example.org;": "server_name 127.0.0.1;",
            "ssl_certificate /etc/ssl/act.example.org.pem;": "",
            "ssl_certificate_key /etc/ssl/act.example.org.key;": "",
        }
        for there, here in changes.items():
            if there not in text:
                raise Missing(f"docs/operators/nginx.conf has no “{there}” any more: tell bench/services.py.")
            text = text.replace(there, here)
        return text
