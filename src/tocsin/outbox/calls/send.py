"""Tells other software what it waits for: a line of the worker that leads, and threads that talk and know no database.

Each endpoint has threads of its own, so that one that is slow holds up no other, nor any mail. What a call says is made
when it is taken in hand (`build`, of a room above), from the rows as they are. A worker that dies leaves its calls to
their leases (claims.py).
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.utils import timezone

from tocsin.lib.outward import NotAllowed, place_of
from tocsin.lib.sealing import CannotOpen
from tocsin.outbox.calls.claims import Result, claim, note
from tocsin.outbox.calls.models import Call, Endpoint
from tocsin.outbox.calls.request import Answer, Wire, post, session_to
from tocsin.outbox.calls.secret import secrets_of, signed
from tocsin.outbox.calls.verdict import judge
from tocsin.outbox.failpoints import failpoint

THREADS_OF_AN_ENDPOINT = 2
AT_ONCE = 20
# A bundle begins nothing later than this: its lease must not run out while it is at work.
LONGEST_BUNDLE = 60.0
LOOK_EVERY = 0.2
# Results that come within this moment share a commit.
GATHERED_FOR = 0.02
# Shorter than the worker waits for its lines to end.
LONGEST_END = 6.0
log = logging.getLogger(__name__)

# What each of some calls says, by their numbers.
type Builder = Callable[[Sequence[Call]], Mapping[int, dict[str, Any]]]


@dataclass(slots=True)
class Bundle:
    """Calls of one endpoint, which one thread makes one after the other. `bodies` are by their numbers."""

    endpoint: Endpoint
    calls: Sequence[Call]
    bodies: Mapping[int, str]
    wire: Wire = field(default_factory=Wire)
    open: int = 0


@dataclass
class Calls:
    """The line of one worker."""

    build: Builder
    stop: Callable[[], bool] = lambda: False
    holder: str = field(default_factory=lambda: f"{os.getpid()}:{secrets.token_hex(6)}")
    bundles: list[Bundle] = field(default_factory=list)
    heard: SimpleQueue[tuple[Bundle, Result]] = field(default_factory=SimpleQueue)
    # What could not be written since the database was away. It goes with the next.
    unwritten: list[Result] = field(default_factory=list)

    def __call__(self) -> int:
        """Calls as long as there is somebody to call; how many calls it took in hand."""
        self._write()
        taken = self._begin()
        while self.bundles:
            self._listen()
            if self.stop():
                self._end()
                break
            taken += self._begin()
        return taken

    def _begin(self) -> int:
        """Takes in hand what there is room for, and starts a thread for each bundle of it."""
        calls = claim(self._room, self.holder)
        if not calls:
            return 0
        bodies = _bodies(calls, self.build(calls))
        for bundle in _bundles(calls, bodies):
            bundle.open = len(bundle.calls)
            self.bundles.append(bundle)
            name = f"endpoint {bundle.endpoint.pk}"
            threading.Thread(target=_carry, args=(bundle, self.heard, self.stop), name=name, daemon=True).start()
        return len(calls)

    def _room(self, endpoint: Endpoint) -> int:
        """While it fails, it is asked one thing at a time."""
        in_hand = Counter(bundle.endpoint.pk for bundle in self.bundles)[endpoint.pk]
        if endpoint.failures:
            return 0 if in_hand else 1
        return AT_ONCE * (THREADS_OF_AN_ENDPOINT - in_hand)

    def _listen(self) -> None:
        """Waits a moment for results, and writes down those that came; hangs up where somebody never ends."""
        for bundle in self.bundles:
            if bundle.wire.takes_too_long:
                bundle.wire.cut()
        for bundle, result in self._heard():
            bundle.open -= 1
            self.unwritten.append(result)
        self.bundles = [bundle for bundle in self.bundles if bundle.open]
        self._write()

    def _heard(self) -> Iterator[tuple[Bundle, Result]]:
        try:
            yield self.heard.get(timeout=LOOK_EVERY)
            time.sleep(GATHERED_FOR)
            while True:
                yield self.heard.get_nowait()
        except Empty:
            return

    def _write(self) -> None:
        note(self.unwritten)
        self.unwritten = []

    def _end(self) -> None:
        """What is not begun goes back, what is in hand is finished; what takes too long is left to its lease."""
        deadline = time.monotonic() + LONGEST_END
        while self.bundles and time.monotonic() < deadline:
            self._listen()


def _bodies(calls: Sequence[Call], data: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    return {call.pk: body_of(call, data.get(call.pk, {"id": call.about, "gone": True})) for call in calls}


def body_of(call: Call, data: dict[str, Any]) -> str:
    """What is sent, letter by letter: the signature is of this."""
    told = {"type": call.kind, "timestamp": call.happened_at.isoformat(timespec="milliseconds"), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _bundles(calls: Sequence[Call], bodies: Mapping[int, str]) -> Iterator[Bundle]:
    by_endpoint: dict[int, list[Call]] = {}
    for call in calls:
        by_endpoint.setdefault(call.endpoint_id, []).append(call)
    for theirs in by_endpoint.values():
        for some in batched(theirs, AT_ONCE):
            yield Bundle(theirs[0].endpoint, some, bodies)


def _carry(bundle: Bundle, heard: SimpleQueue[tuple[Bundle, Result]], stop: Callable[[], bool]) -> None:
    """In a thread: a result for each call of the bundle, whatever happens."""
    left = list(bundle.calls)
    try:
        for answer in _answers(bundle, stop):
            heard.put((bundle, Result(left.pop(0), answer)))
    except Exception as error:  # of our own; the call waits, and the others with it
        log.error("calls to endpoint %s broke off: %s", bundle.endpoint.pk, type(error).__name__)  # noqa: TRY400
        heard.put((bundle, Result(left.pop(0), Answer(None, type(error).__name__))))
    finally:
        for call in left:
            heard.put((bundle, Result(call, None)))


def _answers(bundle: Bundle, stop: Callable[[], bool]) -> Iterator[Answer]:
    """Until all are made, or one says that it is the endpoint that ails."""
    begun = time.monotonic()
    try:
        place = place_of(bundle.endpoint.url, settings.TOCSIN_WEBHOOKS_ALLOWED)
        with_secrets = secrets_of(bundle.endpoint)
    except (NotAllowed, CannotOpen) as error:
        yield Answer(None, f"{type(error).__name__} {error}".strip())
        return
    with session_to(place, bundle.wire) as session:
        for call in bundle.calls:
            if stop() or time.monotonic() - begun > LONGEST_BUNDLE:
                return
            body = bundle.bodies[call.pk]
            failpoint("before_call")
            headers = {**_headers(), **signed(call.ref, timezone.now(), body, with_secrets)}
            answer = post(session, place, body.encode(), headers, bundle.wire)
            failpoint("after_call")
            yield answer
            verdict = judge(answer, call.tries)
            if verdict.ails or verdict.gone:
                return


def _headers() -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Tocsin (+{settings.TOCSIN_BASE_URL.geturl()})",
    }
