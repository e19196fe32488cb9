"""Carries what waits in the outbox to its server.

For each message: claimed with a lease and the row of its attempt, committed; sent up to its last line; that the server
may have it from now on, into the journal and committed; the final dot; the answer, committed. A worker may die between
any two of these, and it is known what became of the message: it waits again, or nobody knows and it is never sent again
by itself. Senders (`crew.py`) do the talking, this leads them, and one commit serves them all.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DatabaseError

from tocsin.lib.sql import waited_for_turns
from tocsin.outbox import journal
from tocsin.outbox.away import note_away, note_reached
from tocsin.outbox.breaker import hear, leave_alone
from tocsin.outbox.carried import refs_carried
from tocsin.outbox.claims import Claim, claim, give_back, lease, note, recover, renew
from tocsin.outbox.crew import Crew, Dot, Result, verdicts
from tocsin.outbox.failpoints import failpoint
from tocsin.outbox.journal import What
from tocsin.outbox.lanes import adopt_strays, closed_lanes
from tocsin.outbox.models import Kind
from tocsin.outbox.post import open_mail
from tocsin.outbox.states import State
from tocsin.outbox.transports import transport
from tocsin.outbox.transports.base import ServerAway
from tocsin.outbox.verdict import Verdict, on_no_connection

LOOK_ROUND_EVERY = 1.0
# Connections are kept for so long after the last mail: at a slow pace the next one is due within the second.
LINGER = 5.0
# While the mail server cannot be reached, it is not asked more often than this.
REST_WHILE_AWAY = 60.0
# What it leaves to others who write between two commits; less was nobody's turn.
LEAST_ROOM, MOST_ROOM = 0.001, 0.1
# Shorter than the worker waits for its lines to end.
LONGEST_END = 4.0
log = logging.getLogger(__name__)

type Paused = Callable[[], frozenset[int]]


def never() -> bool:
    return False


def no_campaign() -> frozenset[int]:
    return frozenset()


@dataclass
class Post:
    """The post of one worker: claims, lets its crew carry, and writes down what they say."""

    paused: Paused = no_campaign
    stop: Callable[[], bool] = never
    linger: float = 0.0
    most: int = 200  # in hand at once
    away_until: float = 0.0
    asked_again: float = 0.0
    # Results that could not be written since the database was away. They go with the next.
    unwritten: list[tuple[Claim, Verdict]] = field(default_factory=list)
    was_away: bool = True  # as far as this process knows
    troubled: set[str] = field(default_factory=set)
    looked_round: float = field(default_factory=time.monotonic)
    leased_at: float = field(default_factory=time.monotonic)
    waited: float = 0.0

    def __call__(self) -> int:
        """Carries as long as there is something to carry, and a moment longer; how many it took in hand.

        `paused` are campaigns whose letters stay. `stop` is asked now and then: what is not begun is given back.
        """
        if time.monotonic() < self.away_until:
            return 0
        recover()
        adopt_strays()
        failpoint("before_claim")
        claims = claim(self.most, self.paused())
        failpoint("after_claim")
        return self._carried_by_crew(claims) if claims else 0

    # ── leading ─────────────────────────────────────────────────────────────────────────────────────────────────
    def _carried_by_crew(self, claims: list[Claim]) -> int:
        crew = Crew(settings.TOCSIN_MAIL_CONNECTIONS, transport, open_mail)
        crew.give(claims)
        try:
            return len(claims) + self._lead(crew)
        finally:
            self._dismiss(crew)

    def _lead(self, crew: Crew) -> int:
        """Until nothing is left; how many more it took in hand meanwhile."""
        taken, last_work = 0, time.monotonic()
        while not self.stop():
            self._listen(crew, LOOK_ROUND_EVERY)
            self._give_way()
            self._look_round(crew)
            further = self._claimed_more(crew)
            crew.give(further)
            taken += len(further)
            if crew.open:
                last_work = time.monotonic()
            elif time.monotonic() - last_work >= self.linger or crew.gave_up:
                break
        return taken

    def _give_way(self) -> None:
        """Rests as long as it waited for others who write: whoever signs comes before what already waits here."""
        waited = waited_for_turns()
        rest, self.waited = min(MOST_ROOM, waited - self.waited), waited
        if rest > LEAST_ROOM:
            time.sleep(rest)

    def _listen(self, crew: Crew, patience: float) -> None:
        dots, results = crew.listen(patience)
        if dots or results:
            try:
                self._write(crew, dots, results)
                self._draw_consequences(crew, results)
            finally:
                for one in results:
                    one.heard.set()

    def _write(self, crew: Crew, dots: Sequence[Dot], results: Sequence[Result]) -> None:
        """One flush of the journal and one commit, for all that was said. Only then may the dots be sent."""
        self.unwritten += verdicts(results)
        if not dots and not self.unwritten:
            return
        mine: set[int] | None = None
        try:
            journal.note(_with_letters([*_answers(crew, results), *((dot.claim, "dot") for dot in dots)]))
            mine = note([dot.claim for dot in dots], self.unwritten)
            self.unwritten = []
        finally:
            for dot in dots:
                dot.answer(None if mine is None else dot.claim.message.pk in mine)
        crew.dotted |= mine

    def _draw_consequences(self, crew: Crew, results: Sequence[Result]) -> None:
        for one in results:
            if one.away is not None:
                self._nobody_there(crew, one.claim, one.away)
            elif one.verdict is not None and self.was_away:
                self.was_away = False
                note_reached()
        if hear(verdicts(results), self.troubled):
            self.looked_round = 0.0  # something was paused: what is not begun is to stay
            self._look_round(crew)

    def _nobody_there(self, crew: Crew, refused: Claim, error: ServerAway) -> None:
        """The sender that found nobody has ended. As long as others still have their connection, the server only wants
        fewer of them; without any, the rest of the batch need not wait for the same silence."""
        if not crew.gave_up:
            if refused.message.pk in crew.dotted:
                # An API has its dot before the connection: noted, and yet nobody took it. Given back it would be taken
                # for one that nobody knows of.
                self._write(crew, [], [Result(refused, on_no_connection(error, refused.tries))])
            else:
                give_back([refused])
            return
        if time.monotonic() >= self.away_until:
            log.warning("the mail server cannot be reached; %s messages wait", len(crew.open) + 1)
        self.was_away, self.away_until = True, time.monotonic() + REST_WHILE_AWAY
        waiting = [refused, *crew.take_back()]
        self._write(crew, [], [Result(one, on_no_connection(error, one.tries)) for one in waiting])
        note_away(error.words)

    def _look_round(self, crew: Crew) -> None:
        """Now and then: leases are renewed, and what must not leave any more, or not now, is given back."""
        now = time.monotonic()
        if now - self.looked_round < LOOK_ROUND_EVERY:
            return
        self.looked_round = now
        if now - self.leased_at > lease().total_seconds() / 3:
            renew(crew.open.values())
            recover()
            self.leased_at = now
        lanes = {one.message.lane_id for one in crew.waiting()}
        if lanes and (closed := closed_lanes(lanes, self.paused())):
            give_back(crew.take_back(lambda one: one.message.lane_id in closed))
        if slow := crew.slow_domains():
            leave_alone(slow)
            give_back(crew.take_back(lambda one: one.message.domain in slow))

    def _claimed_more(self, crew: Crew) -> list[Claim]:
        """The next batch when the last is half done; not oftener than each second where there was none."""
        if crew.gave_up or len(crew.waiting()) > self.most // 2 or time.monotonic() < self.asked_again:
            return []
        claims = claim(self.most, self.paused())
        if not claims:
            self.asked_again = time.monotonic() + LOOK_ROUND_EVERY
        return claims

    def _dismiss(self, crew: Crew) -> None:
        """What is not begun is given back, what is in hand is finished; what takes too long is given back as well,
        unless a server may have it."""
        crew.end()
        try:
            with suppress(DatabaseError):  # then they are left to their leases
                give_back(crew.take_back())
                deadline = time.monotonic() + LONGEST_END
                while crew.open and time.monotonic() < deadline:
                    self._listen(crew, 0.2)
                give_back([*crew.open.values(), *crew.undone])
        finally:
            crew.close()


def _answers(crew: Crew, results: Sequence[Result]) -> list[tuple[Claim, What]]:
    """The journal's second line, for those whose first it has. Where nobody knows, there is none."""
    answered = [(claim, said) for claim, said in verdicts(results) if claim.message.pk in crew.dotted]
    # Where nobody was there it is not said yet what becomes of the mail: that comes as a second result.
    crew.dotted -= {one.claim.message.pk for one in results if one.away is None}
    return [
        (claim, "sent" if said.state == State.SENT else "refused")
        for claim, said in answered
        if said.state != State.UNCERTAIN
    ]


def _with_letters(said: Sequence[tuple[Claim, What]]) -> list[tuple[str, What]]:
    """The journal's lines: of these mails, and of the letters in the digests among them. A backup may be older than the
    digest: then it is by their own lines alone that a restore knows the letters."""
    digests = [claim.message.pk for claim, _what in said if claim.message.kind == Kind.DIGEST]
    carried = refs_carried(digests) if digests else {}
    return [(ref, what) for claim, what in said for ref in (claim.message.ref, *carried.get(claim.message.pk, ()))]
