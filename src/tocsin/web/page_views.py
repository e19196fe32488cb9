"""Counts how often action pages are given out: no cookie, no further request, nothing kept of any reader.

A WSGI wrapper around everything, the small cache too. A page says whose it is in a header of its own (look/policy.py),
which is taken off here. Sums stand in memory; a thread adds them to the database every few seconds, so that no reader
waits. What a process had not added when it was killed is lost: some seconds of views, and of nothing else.
"""

from __future__ import annotations

import atexit
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db import connections

from tocsin.actions.cells import Cell
from tocsin.actions.page_views import add_views
from tocsin.lib.sources import OTHER, site_name, source_name, source_of
from tocsin.look.policy import WHOSE_PAGE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SECONDS = 5.0
# Beyond this, what is new goes to “other”, so that nobody fills the memory with invented sources.
MOST_CELLS = 2000
# Roughly: programs that say what they are. Those that do not are counted as readers.
PROGRAMS = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|fetch|preview|monitor|uptime|curl|wget|python|java/|go-http|okhttp|headless|"
    r"facebookexternalhit|embedly|lighthouse|\+https?:",
    re.IGNORECASE,
)
# Whose page it is, the hour since 1970, and the source: made into a Cell only when it is added.
type Key = tuple[str, int, str]
type Headers = list[tuple[str, str]]
log = logging.getLogger(__name__)


class PageViews:
    """Wraps a WSGI application. Each web process has its own, and all add to the same rows."""

    def __init__(self, application: WSGIApplication, add: Callable[[Counter[Cell]], None] = add_views) -> None:
        self._application = application
        self._add = add
        self._seen: dict[Key, int] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def begin(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
            for place, (name, whose) in enumerate(headers):
                if name == WHOSE_PAGE:
                    headers = headers[:place] + headers[place + 1 :]
                    if status.startswith("200") and is_a_reader(environ):
                        self._count(whose, environ)
                    break
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]

        return self._application(environ, begin)

    def _count(self, whose: str, environ: WSGIEnvironment) -> None:
        get = environ.get
        source = where_from(get("QUERY_STRING", ""), get("HTTP_REFERER", ""), get("HTTP_HOST", ""))
        key = (whose, int(time.time()) // 3600, source)
        with self._lock:
            if key not in self._seen and len(self._seen) >= MOST_CELLS:
                key = (*key[:2], OTHER)
            self._seen[key] = self._seen.get(key, 0) + 1
        if self._thread is None:
            self._begin_adding()

    def _begin_adding(self) -> None:
        """Not before the first view: a thread does not live through the fork that makes web workers."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep_adding, name="page-views", daemon=True)
                self._thread.start()
                atexit.register(self.add_what_was_seen)

    def _keep_adding(self) -> None:
        rest = threading.Event()
        while not rest.wait(SECONDS):
            self.add_what_was_seen()

    def add_what_was_seen(self) -> None:
        """To the database; what it does not take now is added next time."""
        with self._lock:
            seen, self._seen = self._seen, {}
        if not seen:
            return
        try:
            self._add(Counter({_view(*key): number for key, number in seen.items()}))
        except Exception as error:
            log.error("page views wait: %s", type(error).__name__)  # noqa: TRY400
            with self._lock:
                for key, number in seen.items():
                    self._seen[key] = self._seen.get(key, 0) + number
        finally:
            connections.close_all()


def is_a_reader(environ: WSGIEnvironment) -> bool:
    """Neither a program that says so, nor staff, nor a page that a browser fetches in case it is wanted."""
    return (
        environ["REQUEST_METHOD"] == "GET"
        and "sessionid=" not in environ.get("HTTP_COOKIE", "")
        and "prefetch" not in str(environ.get("HTTP_SEC_PURPOSE", environ.get("HTTP_PURPOSE", "")))
        and not is_a_program(environ.get("HTTP_USER_AGENT", ""))
    )


@lru_cache(maxsize=2048)
def is_a_program(user_agent: str) -> bool:
    return not user_agent or PROGRAMS.search(user_agent) is not None


@lru_cache(maxsize=1024)
def where_from(query: str, referrer: str, host: str) -> str:
    """The source in the address, or else the site that led here, or nothing."""
    if query and (named := source_name(source_of(query[:1000]))):
        return named
    return site_name(referrer[:500], host) if referrer else ""


def _view(whose: str, hour: int, source: str) -> Cell:
    campaign, _, language = whose.partition(" ")
    return Cell(int(campaign), datetime.fromtimestamp(hour * 3600, UTC), language, source)
