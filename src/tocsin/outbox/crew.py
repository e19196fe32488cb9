"""The senders: threads that carry mails to the server, each over a connection of its own. None knows a database.

They talk to whoever leads them, who has the one connection to the database: “this mail's dot is next, may I?” and “this
is what became of it”. The leader answers many at once, after one commit for all. So a mail's dot is written down before
it is sent, and at most one mail of each sender is in that dangerous moment.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from tocsin.outbox.claims import Claim, ClaimIsLost
from tocsin.outbox.failpoints import failpoint
from tocsin.outbox.freeze import FrozenMail
from tocsin.outbox.models import Message
from tocsin.outbox.transports.base import NobodyKnows, NotHandedOver, ServerAway, Transport
from tocsin.outbox.verdict import Mood, Verdict, on_no_connection, on_own_fault, on_reply, on_silence

# A domain that has kept a sender waiting for so long gets no further sender meanwhile.
SLOW_AFTER = 2.0
# How long the leader waits for the other senders to come to their dots, so that one commit carries many.
GATHER = 0.010
log = logging.getLogger(__name__)


class DotNotNoted(Exception):
    """The leader could not write it down, so the dot must not be sent."""


@dataclass(slots=True)
class Dot:
    """A sender waits here to be told whether it may send the dot."""

    claim: Claim
    may: bool | None = None
    answered: threading.Event = field(default_factory=threading.Event)

    def answer(self, may: bool | None) -> None:  # noqa: FBT001
        """None: nobody could write it down."""
        self.may = may
        self.answered.set()

    def wait(self, leader_left: Callable[[], bool]) -> None:
        while not self.answered.wait(1.0):
            if leader_left():
                raise DotNotNoted
        if self.may is None:
            raise DotNotNoted
        if not self.may:
            raise ClaimIsLost


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mail. No verdict where it was lost to others, where nothing may be written of it, and where
    nobody was there to take it: what that means depends on whether the other senders found somebody."""

    claim: Claim
    verdict: Verdict | None
    away: ServerAway | None = None
    undone: bool = False
    # After a bad answer a sender waits until its consequences are drawn: the next would be as bad.
    heard: threading.Event = field(default_factory=threading.Event)

    @property
    def bad(self) -> bool:
        return self.verdict is not None and self.verdict.mood is Mood.BAD


class Crew:
    """So many senders at most; each is started when there is a mail for it."""

    def __init__(self, most: int, way_out: Callable[[], Transport], open_mail: Callable[[Message], FrozenMail]) -> None:
        self._most, self._way_out, self._open_mail = most, way_out, open_mail
        # What a single domain may take of the senders, so that another domain always finds one.
        self._most_to_a_domain = max(1, most * 3 // 4)
        self._to_do: deque[Claim] = deque()
        self._in_hand: dict[int, tuple[Claim, float]] = {}
        self._at_domain: Counter[str] = Counter()
        self._told: SimpleQueue[Dot | Result] = SimpleQueue()
        self._change = threading.Condition()
        # How many dots the leader has not been told yet, and that nobody else is left to come to a dot.
        self._asking = 0
        self._all_ask = threading.Event()
        self._started = 0
        self._ended = self._closed = False
        # The leader's own notes: what was given and not yet answered for, what came back since its dot could not be
        # noted, and whose dot may be on its way.
        self.open: dict[int, Claim] = {}
        self.undone: list[Claim] = []
        self.dotted: set[int] = set()

    # ── the leader's side ───────────────────────────────────────────────────────────────────────────────────────
    def give(self, claims: Sequence[Claim]) -> None:
        self.open |= {one.message.pk: one for one in claims}
        with self._change:
            self._to_do.extend(claims)
            self._change.notify(len(claims))
            missing = min(self._most, len(self._to_do) + len(self._in_hand)) - self._started
            self._started += max(0, missing)
        for _number in range(missing):
            # Daemons: a mail server that is silent for half a minute must not hold up the end of the worker.
            threading.Thread(target=self._send, name="sender", daemon=True).start()

    def take_back(self, which: Callable[[Claim], bool] = lambda _claim: True) -> list[Claim]:
        """Those that no sender has begun."""
        with self._change:
            back = [one for one in self._to_do if which(one)]
            gone = {one.message.pk for one in back}
            self._to_do = deque(one for one in self._to_do if one.message.pk not in gone)
        for pk in gone:
            self.open.pop(pk, None)
        return back

    def waiting(self) -> list[Claim]:
        with self._change:
            return list(self._to_do)

    @property
    def gave_up(self) -> bool:
        """No sender found a server."""
        return self._most == 0

    def slow_domains(self) -> set[str]:
        """Domains that keep a sender waiting, although the server can be reached."""
        with self._change:
            return self._slow_domains()

    def listen(self, patience: float) -> tuple[list[Dot], list[Result]]:
        """What the senders say: at once if it is urgent to all of them, else what comes within a moment."""
        said = self._said(patience)
        results = [one for one in said if isinstance(one, Result)]
        for one in results:
            self.open.pop(one.claim.message.pk, None)
            if one.undone:
                self.undone.append(one.claim)
        return [one for one in said if isinstance(one, Dot)], results

    def _said(self, patience: float) -> list[Dot | Result]:
        """Waits for the first word and then once more, not for each: every waking costs all of them their turn."""
        said: list[Dot | Result] = []
        with suppress(Empty):
            said.append(self._told.get(timeout=patience))
            self._all_ask.wait(GATHER)
            while True:
                said.append(self._told.get_nowait())
        with self._change:
            self._asking -= sum(isinstance(one, Dot) for one in said)
            if self._asking < max(1, len(self._in_hand)):
                self._all_ask.clear()
        return said

    def end(self) -> None:
        """Senders hang up after the mail in hand."""
        with self._change:
            self._ended = True
            self._change.notify_all()

    def close(self) -> None:
        """Nobody leads any more: whoever still waits for a slow server sends no dot."""
        self.end()
        self._closed = True

    # ── a sender's side ─────────────────────────────────────────────────────────────────────────────────────────
    def _send(self) -> None:
        way_out = self._way_out()
        try:
            while (one := self._next()) is not None:
                result = self._carried(one, way_out)
                failpoint("after_reply")
                self._done(one, result)
                if result.away is not None:
                    break
                while result.bad and not result.heard.wait(1.0) and not self._closed:
                    pass
        finally:
            way_out.close()

    def _next(self) -> Claim | None:
        with self._change:
            while not self._ended:
                one = self._allowed()
                if one is not None:
                    self._in_hand[one.message.pk] = one, time.monotonic()
                    self._at_domain[one.message.domain] += 1
                    return one
                self._change.wait()
        return None

    def _allowed(self) -> Claim | None:
        """The first whose domain has a sender left to it."""
        slow = self._slow_domains() if self._in_hand else set()
        for number, one in enumerate(self._to_do):
            domain = one.message.domain
            if domain not in slow and self._at_domain[domain] < self._most_to_a_domain:
                del self._to_do[number]
                return one
        return None

    def _slow_domains(self) -> set[str]:
        long_ago = time.monotonic() - SLOW_AFTER
        return {one.message.domain for one, since in self._in_hand.values() if since < long_ago}

    def _ask(self, dot: Dot) -> None:
        with self._change:
            self._told.put(dot)
            self._asking += 1
            if self._asking >= len(self._in_hand):
                self._all_ask.set()

    def _done(self, one: Claim, result: Result) -> None:
        with self._change:
            del self._in_hand[one.message.pk]
            self._at_domain[one.message.domain] -= 1
            if result.away is not None:
                self._most -= 1
                self._started -= 1
            self._change.notify()
        self._told.put(result)

    def _carried(self, one: Claim, way_out: Transport) -> Result:
        """One mail to its server, and what that makes of it."""
        dotted = False

        def before_dot() -> None:
            nonlocal dotted
            failpoint("after_data")
            dot = Dot(one)
            self._ask(dot)
            dot.wait(lambda: self._closed)
            dotted = True

        try:
            reply = way_out.hand_over(self._open_mail(one.message), before_dot)
            return Result(one, on_reply(reply, one.tries, to_target=one.message.target_ref is not None))
        except NobodyKnows as error:
            return Result(one, on_silence(error))
        except ClaimIsLost:
            log.warning("message %s: the claim was lost before the mail was handed over", one.message.pk)
            return Result(one, None)
        except DotNotNoted:
            return Result(one, None, undone=True)
        except ServerAway as error:
            return Result(one, None, error)
        except NotHandedOver as error:
            return Result(one, on_no_connection(error, one.tries))
        except Exception as error:
            # No content goes to the log, and so no traceback, which may hold some.
            log.error("message %s: %s", one.message.pk, type(error).__name__)  # noqa: TRY400
            if dotted:
                return Result(one, on_silence(NobodyKnows(type(error).__name__)))
            return Result(one, on_own_fault(error, one.message.own_faults))


def verdicts(results: Iterable[Result]) -> list[tuple[Claim, Verdict]]:
    return [(one.claim, one.verdict) for one in results if one.verdict is not None]
