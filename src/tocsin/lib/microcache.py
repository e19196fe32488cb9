"""A small shared HTTP cache inside the web process, so that a peak of readers costs one rendering every few seconds.

A WSGI wrapper that does what nginx or a CDN would, and only what the answer itself allows (RFC 9111, RFC 5861):
`Cache-Control: public, max-age`, `stale-while-revalidate`, `stale-if-error`, and `No-Vary-Search: params` for pages
that are the same whatever the query says. Readers with a cookie (staff) pass by. When an answer grows old, one reader
has it made again while the others get the old one.

A page that has two wordings to try says so (`Wordings: 2`). Then both are kept, and each reader gets one by chance; the
application is told which to make in `environ["tocsin.wording"]`.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_ANSWERS = 512
LARGEST = 512 * 1024
PATH_PARTS = 4
type Headers = list[tuple[str, str]]


class _Answer:
    __slots__ = ("body", "fresh_until", "headers", "made_again", "status", "usable_if_failing", "usable_until")

    def __init__(self, status: str, headers: Headers, body: bytes, ages: dict[str, int]) -> None:
        now = time.monotonic()
        self.status, self.headers, self.body = status, headers, body
        self.fresh_until = now + ages.get("max-age", 0)
        self.usable_until = self.fresh_until + ages.get("stale-while-revalidate", 0)
        self.usable_if_failing = self.fresh_until + ages.get("stale-if-error", 0)
        self.made_again = threading.Lock()


class Microcache:
    """Wraps a WSGI application. Each web process has its own; nothing in it is needed by another."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._answers: OrderedDict[tuple[str, ...], _Answer] = OrderedDict()
        self._lock = threading.Lock()
        self._in_wordings: set[tuple[str, ...]] = set()

    @property
    def size(self) -> int:
        """How many answers are remembered; never more than MOST_ANSWERS."""
        return len(self._answers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_COOKIE" in environ or "HTTP_RANGE" in environ:
            return self._application(environ, start_response)
        path, query = self._key(environ)
        if path in self._in_wordings:
            environ["tocsin.wording"] = turn = random.randrange(2)  # noqa: S311  (no secret)
            path = (*path, f"wording {turn}")
        known = self._answers.get(path) or (self._answers.get((*path, query)) if query else None)
        if known is None:
            return self._pass_through(environ, start_response, path, query)
        return self._from_memory(known, environ, start_response, path, query)

    @staticmethod
    def _key(environ: WSGIEnvironment) -> tuple[tuple[str, ...], str]:
        get = environ.get
        host = get("HTTP_HOST", "")
        return (host, get("wsgi.url_scheme", ""), get("HTTP_X_FORWARDED_PROTO", ""), environ["PATH_INFO"]), get(
            "QUERY_STRING", ""
        )

    def _from_memory(
        self, known: _Answer, environ: WSGIEnvironment, start_response: StartResponse, path: tuple[str, ...], query: str
    ) -> Iterable[bytes]:
        now = time.monotonic()
        if now < known.fresh_until or (now < known.usable_until and not known.made_again.acquire(blocking=False)):
            return _say(known, environ, start_response)
        try:
            status, headers, body = self._ask(environ)
        except Exception:
            if now < known.usable_if_failing:
                return _say(known, environ, start_response)
            raise
        finally:
            if known.made_again.locked():
                known.made_again.release()
        if status.startswith("5") and now < known.usable_if_failing:
            return _say(known, environ, start_response)
        answer = self._remember(status, headers, body, path, query)
        return _say(answer, environ, start_response)

    def _pass_through(
        self, environ: WSGIEnvironment, start_response: StartResponse, path: tuple[str, ...], query: str
    ) -> Iterable[bytes]:
        head: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
            head.append((status, headers))
            return start_response(status, headers, exc_info)  # type: ignore[arg-type]

        body = self._application(environ, note)
        if not head or _ages(*head[-1]) is None or environ["REQUEST_METHOD"] == "HEAD":
            return body
        whole = _joined(body)
        self._remember(*head[-1], whole, path, query)
        return [whole]

    def _ask(self, environ: WSGIEnvironment) -> tuple[str, Headers, bytes]:
        head: list[tuple[str, Headers]] = []

        def note(status: str, headers: Headers, _exc_info: object = None) -> Callable[[bytes], object]:
            head.append((status, headers))
            return lambda _data: None

        body = _joined(self._application({**environ, "REQUEST_METHOD": "GET"}, note))
        return *head[-1], body

    def _remember(self, status: str, headers: Headers, body: bytes, path: tuple[str, ...], query: str) -> _Answer:
        ages = _ages(status, headers)
        answer = _Answer(status, headers, body, ages or {})
        if ages is None or len(body) > LARGEST:
            with self._lock:
                # What was taken down must not come back when the application fails a day later.
                self._answers.pop(path, None)
            return answer
        in_wordings = any(name == "Wordings" for name, _value in headers)
        page = path[:PATH_PARTS]
        if not in_wordings:
            self._in_wordings.discard(page)
        elif path == page:
            self._in_wordings.add(page)  # from the next reader on
            return answer
        ignores_query = any(name.lower() == "no-vary-search" and value == "params" for name, value in headers)
        with self._lock:
            key = path if ignores_query or not query else (*path, query)
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
        return answer


_AGE = re.compile(r"(max-age|stale-while-revalidate|stale-if-error)=(\d+)")


def _ages(status: str, headers: Headers) -> dict[str, int] | None:
    """The seconds that an answer allows, or None if it may not be kept by a shared cache."""
    if not status.startswith("200"):
        return None
    control = ""
    for name, value in headers:
        lower = name.lower()
        if lower == "cache-control":
            control = value
        elif lower == "set-cookie" or (lower == "vary" and value.lower() not in {"", "accept-encoding"}):
            return None
    if "public" not in control:
        return None
    ages = {name: int(seconds) for name, seconds in _AGE.findall(control)}
    return ages if ages.get("max-age") else None


def _joined(body: Iterable[bytes]) -> bytes:
    try:
        return b"".join(body)
    finally:
        close = getattr(body, "close", None)
        if close:
            close()


def _say(answer: _Answer, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response(answer.status, list(answer.headers))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
