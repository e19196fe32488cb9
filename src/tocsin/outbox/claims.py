"""Who has which message in hand. A claim is the pair of a message in state “sending” and the number of its attempt.

All times are the database's: the clocks of two machines are never compared. Every change asks for the claim it was made
under, so a worker that was asleep for an hour finds out before it does harm. Transactions are as short as can be, and
few: on SQLite the web server waits for them. What becomes of many messages is written in one.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from tocsin.lib.sql import NOW, as_datetime, changed, database_now, flat, is_sqlite, lock, marks, moment, run, values
from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.carried import follow_carriers
from tocsin.outbox.lanes import OpenLane, in_turn, locked_lanes, open_lanes
from tocsin.outbox.models import Delivery, Kind, Message
from tocsin.outbox.states import State
from tocsin.outbox.suppress import TO_TARGETS, Picked, cancel_suppressed
from tocsin.outbox.tokens import Tokens
from tocsin.outbox.verdict import Verdict, storable

WORKER_DIED = "The worker ended before the mail was handed over."
NOBODY_KNOWS = "The worker ended after the mail was handed over and before the answer."
LEAST_OF_A_LANE = 10
COLUMNS = (
    "id", "key", "ref", "kind", "campaign_ref", "target_ref", "domain", "lane_id", "to_digest", "sealed", "sha256",
    "own_faults", "attempts", "attempts_before",
)  # fmt: skip


class ClaimIsLost(Exception):
    """The lease ran out and the message is in other hands, or in nobody's; or it was taken back before the dot."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One message in hand, with the number of this attempt. `troubled`: its domain refused lately, so that what it
    says next matters either way."""

    message: Message
    number: int
    holder: str
    troubled: bool = False

    @property
    def tries(self) -> int:
        """How often it was tried with this attempt, since it was new or staff let it go."""
        return self.number - self.message.attempts_before


def lease() -> timedelta:
    """Longer than the slowest handing over: greeting, TLS, login, three commands, the body and the answer."""
    return timedelta(seconds=10 * settings.TOCSIN_MAIL_TIMEOUT)


def claim(most: int, paused: frozenset[int] = frozenset()) -> list[Claim]:
    """Takes what is due in hand, lane by lane, as many as their buckets let by, each with the row of its attempt.

    Letters of the campaigns in `paused` stay, as does whatever is paused here.
    """
    lanes = open_lanes(database_now(), paused)
    if not lanes:  # asked first without a transaction, which on SQLite would keep the web server waiting
        return []
    with transaction.atomic():
        locked_lanes(lanes)
        tokens = Tokens.of(lanes, database_now())
        picked = cancel_suppressed(_picked(tokens, lanes, most))
        claims = _claimed(picked, tokens) if picked else []
        tokens.took(Counter(one.message.lane_id for one in claims))
    return claims


def _picked(tokens: Tokens, lanes: Sequence[OpenLane], most: int) -> list[Picked]:
    """What is next: one of each campaign, then the next of each; and so with the lanes of a campaign."""
    shares = tokens.shares(lanes, most, LEAST_OF_A_LANE)
    if not shares:
        return []
    one_lane = (
        "SELECT * FROM (SELECT id, kind, to_digest FROM outbox_message WHERE lane_id = %s AND due_at <= %s"
        " ORDER BY due_at, id LIMIT %s) AS lane{}"
    )
    queues = " UNION ALL ".join(
        f"SELECT {number}, numbered.* FROM ({one_lane.format(number)}) AS numbered" for number in range(len(shares))
    )
    rows = run(queues, flat((lane, tokens.now, share) for lane, share in shares.items()))
    served = [tokens.lanes[lane] for lane in shares]
    by_lane = in_turn(rows, lambda row: row[0], len(rows))
    by_campaign = in_turn(by_lane, lambda row: served[row[0]].campaign_ref, most)
    return [(pk, kind, bytes(digest), served[lane].campaign_ref) for lane, pk, kind, digest in by_campaign]


def _claimed(picked: Sequence[Picked], tokens: Tokens) -> list[Claim]:
    holder = f"{socket.gethostname()[:50]}:{os.getpid()}:{secrets.token_hex(4)}"
    ids = [row[0] for row in picked]
    _lock_in_order(ids)
    rows = run(
        "UPDATE outbox_message SET state = %s, state_since = %s, due_at = NULL, attempts = attempts + 1,"
        f" lease_until = %s, lease_holder = %s WHERE id IN ({marks(len(ids))}) AND due_at IS NOT NULL"
        f" AND state IN (%s, %s) RETURNING {', '.join(COLUMNS)}",
        [State.SENDING, tokens.now, tokens.now + lease(), holder, *ids, State.WAITING, State.DEFERRED],
    )
    found = {row[0]: Message(**dict(zip(COLUMNS, row, strict=True)), state=State.SENDING) for row in rows}
    claims = [Claim(found[pk], found[pk].attempts, holder, tokens.troubled(found[pk])) for pk in ids if pk in found]
    _begin_attempts(claims, tokens.now)
    return claims


def _begin_attempts(claims: Sequence[Claim], now: datetime) -> None:
    if claims:
        rows = [(one.message.pk, one.number, now) for one in claims]
        run(
            "INSERT INTO outbox_delivery (message_id, number, started_at, outcome, server, tls, words) VALUES "
            + ", ".join(["(%s, %s, %s, '', '', '', '')"] * len(rows)),
            flat(rows),
        )


def renew(claims: Collection[Claim]) -> None:
    """A further lease for what is still in hand."""
    if not claims:
        return
    ids = [one.message.pk for one in claims]
    with transaction.atomic():
        _lock_in_order(ids)
        run(
            f"UPDATE outbox_message SET lease_until = %s WHERE id IN ({marks(len(ids))}) AND state = %s",
            [database_now() + lease(), *ids, State.SENDING],
        )


def note(dots: Sequence[Claim], results: Sequence[tuple[Claim, Verdict]]) -> set[int]:
    """Writes down, in one commit, what became of some and that a server may have others from now on.

    Returns the numbers of those messages that may be handed over; the others are not ours any more, and must not.
    """
    with transaction.atomic():
        now, attempts = _locked({one.message.pk for one in (*dots, *(one for one, _verdict in results))})
        _settle(results, now)
        mine = _still_mine(dots, attempts)
        if mine:
            rows = [(one.message.pk, one.number) for one in mine]
            run(
                f"UPDATE outbox_delivery SET dot_at = %s WHERE (message_id, number) IN (SELECT * FROM {values(rows)})",
                [now, *flat(rows)],
            )
    return {one.message.pk for one in mine}


def _lock_in_order(ids: Collection[int]) -> None:
    """By their numbers, as staff's decisions do: otherwise each could wait for the other."""
    if ids and not is_sqlite():
        run(f"SELECT id FROM outbox_message WHERE id IN ({marks(len(ids))}) ORDER BY id {lock()}", [*ids])


def _locked(ids: Collection[int]) -> tuple[datetime, dict[int, int]]:
    """Locks messages in order; the database's time, and which attempt each is in that is still being sent.

    Whoever recovers them meanwhile sees either no dot or the one that is noted now.
    """
    rows = run(
        f"SELECT id, attempts, state, {NOW[connection.vendor]} FROM outbox_message WHERE id IN ({marks(len(ids))})"
        f" ORDER BY id {lock()}",
        [*ids],
    )
    now = as_datetime(rows[0][3]) if rows else database_now()
    return now, {pk: attempt for pk, attempt, state, _now in rows if state == State.SENDING}


def _still_mine(claims: Sequence[Claim], attempts: Mapping[int, int]) -> list[Claim]:
    return [one for one in claims if attempts.get(one.message.pk) == one.number]


def _settle(results: Sequence[tuple[Claim, Verdict]], now: datetime) -> None:
    """If others have recovered a message as uncertain meanwhile, the answer is the better word."""
    if not results:
        return
    rows = [_row(one, verdict, now) for one, verdict in results]
    done = run(
        "UPDATE outbox_message SET state = v.column3, state_since = %s,"
        f" due_at = {moment('v.column4')}, own_faults = own_faults + v.column5, lease_until = NULL, lease_holder = '',"
        f" last_words = v.column6 FROM {values(rows)} WHERE outbox_message.id = v.column1"
        " AND outbox_message.attempts = v.column2 AND outbox_message.state IN (%s, %s) RETURNING outbox_message.id",
        [now, *flat(rows), State.SENDING, State.UNCERTAIN],
    )
    written = {pk for (pk,) in done}
    _end_attempts([(one, verdict) for one, verdict in results if one.message.pk in written], now)
    follow_carriers(one.message.pk for one, _verdict in results if one.message.kind == Kind.DIGEST)
    letters = [(one.message.pk, verdict.state) for one, verdict in results if one.message.kind in TO_TARGETS]
    tell_of_letters(written.intersection(pk for pk, _state in letters), *{state for _pk, state in letters})


def _row(one: Claim, verdict: Verdict, now: datetime) -> tuple[object, ...]:
    due_at = now + verdict.wait if verdict.wait else None
    return one.message.pk, one.number, str(verdict.state), due_at, int(verdict.own_fault), kept_words(one, verdict)


def kept_words(one: Claim, verdict: Verdict) -> str:
    """A target's address may stand in a server's words; a supporter's may not."""
    return storable(verdict.words, public_domain=one.message.domain if one.message.kind == Kind.LETTER else "")


def _end_attempts(results: Sequence[tuple[Claim, Verdict]], now: datetime) -> None:
    if results:
        rows = [
            (
                one.message.pk,
                one.number,
                str(verdict.state),
                verdict.server[:255],
                verdict.tls,
                kept_words(one, verdict),
            )
            for one, verdict in results
        ]
        run(
            "UPDATE outbox_delivery SET finished_at = %s, outcome = v.column3, server = v.column4, tls = v.column5,"
            f" words = v.column6 FROM {values(rows)}"
            " WHERE message_id = v.column1 AND outbox_delivery.number = v.column2",
            [now, *flat(rows)],
        )


def give_back(claims: Sequence[Claim], wait: timedelta = timedelta()) -> int:
    """What was claimed and not begun, as it was before: for whoever comes next, and not an attempt. How many."""
    if not claims:
        return 0
    with transaction.atomic():
        now, attempts = _locked([one.message.pk for one in claims])
        rows = [(one.message.pk, one.number) for one in _without_dot(_still_mine(claims, attempts))]
        if rows:
            changed(
                "UPDATE outbox_message SET state = CASE WHEN attempts > 1 THEN %s ELSE %s END, state_since = %s,"
                " due_at = %s, attempts = attempts - 1, lease_until = NULL, lease_holder = ''"
                f" WHERE id IN ({marks(len(rows))})",
                [State.DEFERRED, State.WAITING, now, now + wait, *(pk for pk, _number in rows)],
            )
            run(
                f"DELETE FROM outbox_delivery WHERE (message_id, number) IN (SELECT * FROM {values(rows)})",
                flat(rows),
            )
    return len(rows)


def _without_dot(claims: Sequence[Claim]) -> list[Claim]:
    if not claims:
        return []
    ids = [one.message.pk for one in claims]
    open_ones = Delivery.objects.filter(message__in=ids, dot_at__isnull=False, finished_at=None)
    dotted = set(open_ones.values_list("message_id", "number"))
    return [one for one in claims if (one.message.pk, one.number) not in dotted]


def recover() -> int:
    """What dead workers had in hand: without a dot it waits again, with one nobody knows. How many there were."""
    expired = Message.objects.filter(state=State.SENDING, lease_until__lt=Now())
    if not expired.exists():
        return 0
    with transaction.atomic():
        locked = expired.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
        found = list(locked.values_list("pk", flat=True))
        attempt = Delivery.objects.filter(message=OuterRef("pk"), number=OuterRef("attempts"))
        rows = Message.objects.filter(pk__in=found).annotate(dot_at=Subquery(attempt.values("dot_at")[:1]))
        dots = dict(rows.values_list("pk", "dot_at"))
        _end([pk for pk, dot in dots.items() if dot is None], State.WAITING, WORKER_DIED)
        _end([pk for pk, dot in dots.items() if dot is not None], State.UNCERTAIN, NOBODY_KNOWS)
    return len(dots)


def _end(messages: list[int], state: State, words: str) -> None:
    Message.objects.filter(pk__in=messages).update(
        state=state,
        state_since=Now(),
        due_at=Now() if state == State.WAITING else None,
        lease_until=None,
        lease_holder="",
        last_words=words,
    )
    open_attempts = Delivery.objects.filter(message__in=messages, finished_at=None)
    open_attempts.update(finished_at=Now(), outcome=state, words=words)
    follow_carriers(messages)
    tell_of_letters(messages, state)
