"""Load: wrk reading a page or posting forms, for a fixed time, from a fixed number of clients."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener
from urllib.response import addinfourl

from bench.services import Missing, program

SCRIPTS = Path(__file__).parent / "wrk"
THREADS = 2
LETTER_LENGTH = 1500
# Eight characters that every request replaces by its own.
MARK = "00MARK00"
# Roughly what a browser sends along with a form.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-CA,en;q=0.8,fr;q=0.5",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-User": "?1",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the load generator saw. `refused` are answers of 400 and above, `broken` connections that failed."""

    seconds: float
    accepted: int
    rate: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    refused: int = 0
    broken: int = 0


type Load = Callable[[int, float], Outcome]


def letter(length: int = LETTER_LENGTH) -> str:
    """Words of an exact length: about one page of a real letter."""
    sentence = "I ask you to drop the appeal and to let everyone who comes here for protection be heard. "
    return (sentence * (length // len(sentence) + 1))[:length]


def reading(url: str, folder: Path) -> Load:
    return lambda clients, seconds: _wrk(_options(clients, seconds, "get.lua", url), folder, {})


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a browser would send it: where to, its fields, and the cookies that belong to it."""

    url: str
    fields: Mapping[str, str]
    cookie: str = ""

    def body(self, who: str) -> str:
        return urllib.parse.urlencode(self.fields).replace(MARK, who)

    def headers(self) -> dict[str, str]:
        site = "://".join(urllib.parse.urlsplit(self.url)[:2])
        return BROWSER | {"Origin": site, "Referer": f"{site}/"} | ({"Cookie": self.cookie} if self.cookie else {})


def posting(form: Callable[[], Form], folder: Path) -> Load:
    """Posts the form, which is fetched anew for every cell, from a different person each time."""

    def load(clients: int, seconds: float) -> Outcome:
        one, run = form(), f"{time.time_ns():x}"
        headers = "|".join(f"{name}: {value}" for name, value in one.headers().items())
        words = {"FORM": one.body(f"{MARK}.{run}"), "HEADERS": headers, "MARK": MARK}
        return _wrk(_options(clients, seconds, "post.lua", one.url), folder, words)

    return load


def _options(clients: int, seconds: float, script: str, url: str) -> list[str]:
    # wrk knows whole seconds only.
    how = ["-t", str(min(THREADS, clients)), "-c", str(clients), "-d", f"{max(1, round(seconds))}s", "--timeout", "30s"]
    return [*how, "-s", str(SCRIPTS / script), url]


def _wrk(options: list[str], folder: Path, words: Mapping[str, str]) -> Outcome:
    result = folder / "wrk.json"
    result.unlink(missing_ok=True)
    environment = {**os.environ, **words, "SCRIPTS": str(SCRIPTS), "RESULT": str(result)}
    subprocess.run([program("wrk", "wrk"), *options], env=environment, capture_output=True, check=True, timeout=120)
    return Outcome(**json.loads(result.read_text()))


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Browser:
    """Looks at a page and sends its form once, to see that what is measured is what is meant."""

    def __init__(self) -> None:
        self._jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._jar), _Stay())
        self._opener.addheaders = []

    def hidden_fields(self, url: str) -> dict[str, str]:
        page = self._read(Request(url)).read().decode()
        inputs = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", page)]
        return {one["name"]: unescape(one.get("value", "")) for one in inputs if one.get("type") == "hidden"}

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def send(self, form: Form, who: str) -> tuple[int, str]:
        """The status, and where it leads to or else what it says."""
        headers = form.headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._read(Request(form.url, form.body(who).encode(), headers))
        return answer.status or 0, answer.headers.get("Location") or answer.read().decode()

    def _read(self, request: Request) -> addinfourl:
        try:
            answer: addinfourl = self._opener.open(request, timeout=30)
        except HTTPError as error:
            return error  # an answer all the same
        return answer


def must_lead_to(form: Form, place: str) -> None:
    """Sends one form: what is answered must be the thank-you, or there is nothing to measure."""
    status, there = Browser().send(form, f"first{time.time_ns():x}")
    if place not in there:
        raise Missing(f"{form.url} answered {status}, and not with “{place}”: {there[:300]}")
