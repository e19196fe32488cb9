"""One request to an endpoint: to exactly the address that was judged, without following anybody, and not for long."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from django.utils import timezone
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from tocsin.lib.outward import Place

SECONDS = 5.0
# One that drips its answer byte by byte would never run into the time-out of a single read.
ALL_SECONDS = 8.0
LARGEST = 64 * 1024
KEPT_WORDS = 200
# The authorities that certificates are judged by; a test has one of its own.
TRUSTED: bool | str = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. `status` is None where there was no answer, and `words` say why."""

    status: int | None
    words: str = ""
    wait: timedelta | None = None


@dataclass(slots=True)
class Wire:
    """The connection of one thread, which another may cut."""

    sockets: list[socket.socket] = field(default_factory=list)
    until: float = 0.0

    def begin(self) -> None:
        self.until = time.monotonic() + ALL_SECONDS

    def end(self) -> None:
        self.until = 0.0

    @property
    def takes_too_long(self) -> bool:
        return bool(self.until) and time.monotonic() > self.until

    def cut(self) -> None:
        """Whoever waits at it gets an error at once."""
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def session_to(place: Place, wire: Wire) -> requests.Session:
    """A session that reaches this place and nothing else, whatever the environment says of proxies."""
    session = requests.Session()
    session.trust_env = False
    session.verify = TRUSTED
    session.mount(f"{place.scheme}://", _ToOnePlace(place, wire))
    return session


def post(
    session: requests.Session, place: Place, body: bytes, headers: Mapping[str, str], wire: Wire | None = None
) -> Answer:
    """Sends it once. Never raises."""
    wire = wire or Wire()
    host = f"[{place.address}]" if ":" in place.address else place.address
    wire.begin()
    try:
        with session.post(
            f"{place.scheme}://{host}:{place.port}{place.path}",
            data=body,
            headers={**headers, "Host": place.authority},
            timeout=(SECONDS, SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            return _read(response, wire)
    except (requests.RequestException, OSError, ValueError) as error:
        return Answer(None, _said(error, too_long=wire.takes_too_long))
    finally:
        wire.end()


def _read(response: requests.Response, wire: Wire) -> Answer:
    body = bytearray()
    with suppress(requests.RequestException):  # it answered, and what else it says is not needed
        for piece in response.iter_content(8 * 1024):
            body += piece
            if len(body) > LARGEST or wire.takes_too_long:
                response.close()
                break
    words = " ".join(bytes(body[:LARGEST]).decode("utf-8", "replace").replace("\0", " ").split())
    return Answer(response.status_code, words[:KEPT_WORDS], _asked_to_wait(response))


def _asked_to_wait(response: requests.Response) -> timedelta | None:
    """Retry-After, in seconds or as a date."""
    said = response.headers.get("Retry-After", "").strip()[:40]
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said), 10**6))
    with suppress(ValueError, TypeError):
        return max(timedelta(), parsedate_to_datetime(said) - timezone.now())
    return None


def _said(error: Exception, *, too_long: bool) -> str:
    """Its class: what a library says of an error names addresses and more."""
    return "TakesTooLong" if too_long else type(error).__name__


class _ToOnePlace(HTTPAdapter):
    """Connects to the address that was judged; the certificate must be the host's."""

    def __init__(self, place: Place, wire: Wire) -> None:
        self.place, self.wire = place, wire
        super().__init__(pool_maxsize=1)

    def init_poolmanager(self, *_: Any, **__: Any) -> None:
        names: dict[str, Any] = {}
        if self.place.scheme == "https":
            names = {"assert_hostname": self.place.host, "server_hostname": self.place.host}
        self.poolmanager = PoolManager(num_pools=1, maxsize=1, **names)
        self.poolmanager.pool_classes_by_scheme = _pools(self.wire)


def _pools(wire: Wire) -> dict[str, type[HTTPConnectionPool]]:
    """Pools whose connections tell the wire of their sockets."""

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            wire.sockets = [made := super()._new_conn()]
            return made

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            wire.sockets = [made := super()._new_conn()]
            return made

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
