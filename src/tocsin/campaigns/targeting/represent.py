"""Asks Open North's Represent for the divisions of a postal code: kindly, briefly, and with a memory.

Its answer is kept for a month and used for half a year while it is away. Every way in which it can fail is one thing
here: away. The requests of all processes share one pace and one back-off (health.py).
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings

from tocsin.campaigns.models import Provider
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp
from tocsin.campaigns.targeting.health import failed, turn_to_ask, went_well
from tocsin.campaigns.targeting.memory import recall, remember
from tocsin.campaigns.targeting.represent_shape import Answer, NotTheirShape, read_answer, remembered
from tocsin.lib.postalcode import CANADIAN

NAME = str(Provider.REPRESENT)
CONNECT_SECONDS, READ_SECONDS = 2.0, 3.0
# For the whole answer: one that drips in byte by byte would never run into the time-out of a single read.
ALL_SECONDS = 5.0
LARGEST = 2 * 1024 * 1024
MOST_MOVES = 2


class IsAway(Exception):
    """Represent could not say. `wait` is for how long it asked to be left alone."""

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


def look_up_at_represent(postal_code: str) -> LookUp:
    answer = answer_for(postal_code)
    return answer.look_up() if answer else UNAVAILABLE


def recall_from_represent(postal_code: str) -> LookUp:
    """What it said of a code before, without asking."""
    known, _fresh = _recalled(postal_code)
    return known.look_up() if known else UNAVAILABLE


def answer_for(postal_code: str) -> Answer | None:
    """What it says of a code, from memory where that is fresh, or where it is away; None where nobody can say."""
    if not CANADIAN.fullmatch(postal_code):
        return Answer(())
    known, fresh = _recalled(postal_code)
    if fresh:
        return known
    turn = turn_to_ask(NAME)
    if turn is None:
        return known
    try:
        answer = _ask(postal_code)
    except IsAway as away:
        failed(turn, wait=away.wait)
        return known
    went_well(turn)
    remember(NAME, postal_code, {**answer.as_data(), "set": settings.TOCSIN_REPRESENT_SET})
    return answer


def _recalled(postal_code: str) -> tuple[Answer | None, bool]:
    """What was answered of the set that counts now; memories of another set are none."""
    data, fresh = recall(NAME, postal_code)
    if data is None or data.get("set") != settings.TOCSIN_REPRESENT_SET:
        return None, False
    return remembered(data), fresh


def _ask(postal_code: str) -> Answer:
    """One question. That it knows no such code is an answer; everything else that is not one raises IsAway."""
    data = _get(f"/postcodes/{postal_code.replace(' ', '')}/")
    if data is None:
        return Answer(())
    try:
        return read_answer(data, settings.TOCSIN_REPRESENT_SET)
    except NotTheirShape:
        raise IsAway("its answer has another shape") from None


def _get(path: str) -> Any:
    """The JSON at a path of its own, or None where there is nothing. It may move, but only within its own host."""
    url = settings.TOCSIN_REPRESENT_URL.geturl().rstrip("/") + path
    until = time.monotonic() + ALL_SECONDS
    for _move in range(MOST_MOVES + 1):
        with _response(url) as response:
            if response.status_code == requests.codes.not_found:
                return None
            if not response.is_redirect:
                return _json(response, until)
            url = _moved(url, response.headers["Location"])
    raise IsAway("it sends us round in circles")


def _response(url: str) -> requests.Response:
    try:
        return requests.get(
            url,
            headers={"Accept": "application/json", "User-Agent": f"Tocsin (+{settings.TOCSIN_BASE_URL.geturl()})"},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
    except requests.RequestException as error:
        raise IsAway(type(error).__name__) from None


def _moved(url: str, location: str) -> str:
    here, there = urlsplit(url), urlsplit(urljoin(url, location))
    if there.hostname != here.hostname or there.scheme not in {here.scheme, "https"}:
        raise IsAway("it sends us to another host")
    return there.geturl()


def _json(response: requests.Response, until: float) -> Any:
    if response.status_code != requests.codes.ok:
        raise IsAway(f"it answered {response.status_code}", _asked_to_wait(response))
    try:
        return json.loads(_body(response, until))
    except (ValueError, RecursionError):
        raise IsAway("its answer is no JSON") from None
    except requests.RequestException as error:
        raise IsAway(type(error).__name__) from None


def _body(response: requests.Response, until: float) -> bytes:
    body = bytearray()
    for piece in response.iter_content(16 * 1024):
        body += piece
        if len(body) > LARGEST:
            raise IsAway("its answer is too large")
        if time.monotonic() > until:
            raise IsAway("its answer takes too long")
    return bytes(body)


def _asked_to_wait(response: requests.Response) -> timedelta | None:
    said = response.headers.get("Retry-After", "")
    return timedelta(seconds=int(said[:6])) if said.isascii() and said.isdigit() else None
