"""Carries what waits in the outbox to its server, one batch at a time.

For each message: claimed with a lease and the row of its attempt, committed; sent up to its last line; that the server
may have it from now on, committed; the final dot; the answer, committed. A worker may die between any two of these, and
it is known what became of the message: it waits again, or nobody knows and it is never sent again by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.db import Error as DatabaseError
from django.db import transaction

from tocsin.outbox.claims import Claim, ClaimIsLost, claim, give_back, lease, note_dot, recover, renew, settle
from tocsin.outbox.failpoints import failpoint
from tocsin.outbox.post import open_mail
from tocsin.outbox.transports import transport
from tocsin.outbox.transports.base import NobodyKnows, NotHandedOver, ServerAway, Transport
from tocsin.outbox.verdict import Verdict, on_no_connection, on_own_fault, on_reply, on_silence

BATCH = 50
log = logging.getLogger(__name__)


def deliver_batch(
    most: int = BATCH,
    *,
    paused: frozenset[int] = frozenset(),
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Carries what is due; how many messages it took in hand, so that 0 means there is time to rest.

    `paused` are the campaigns whose letters stay. `stop` is asked before each message: what is not begun is given back.
    """
    recover()
    failpoint("before_claim")
    claims = claim(most, paused)
    failpoint("after_claim")
    if claims:
        way_out = transport()
        try:
            _carry_all(claims, way_out, stop)
        finally:
            way_out.close()
    return len(claims)


def _carry_all(claims: list[Claim], way_out: Transport, stop: Callable[[], bool]) -> None:
    leased_at = time.monotonic()
    for index, one in enumerate(claims):
        if stop():
            give_back(claims[index:])
            return
        if time.monotonic() - leased_at > lease().total_seconds() / 3:
            renew(claims[index:])
            leased_at = time.monotonic()
        try:
            _carry(one, way_out)
        except ServerAway as error:
            # Nobody is there: the others need not wait for the same silence, one time-out each.
            _settle_all(claims[index:], error)
            return


def _carry(one: Claim, way_out: Transport) -> None:
    """One message to its server, and the result into the database. Raises ServerAway, and then writes nothing."""
    try:
        verdict = _handed_over(one, way_out)
    except ClaimIsLost:
        log.warning("message %s: the lease ran out before the mail was handed over", one.message.pk)
        return
    failpoint("after_reply")
    settle(one, verdict)


def _handed_over(one: Claim, way_out: Transport) -> Verdict:
    dotted = False

    def before_dot() -> None:
        nonlocal dotted
        failpoint("after_data")
        note_dot(one)
        dotted = True

    try:
        mail = open_mail(one.message)
        return on_reply(way_out.hand_over(mail, before_dot), one.number)
    except NobodyKnows as error:
        return on_silence(error)
    except (ServerAway, ClaimIsLost, DatabaseError):
        raise
    except NotHandedOver as error:
        return on_no_connection(error, one.number)
    except Exception as error:
        # No content goes to the log, and so no traceback, which may hold some.
        log.error("message %s: %s", one.message.pk, type(error).__name__)  # noqa: TRY400
        if dotted:
            return on_silence(NobodyKnows(type(error).__name__))
        return on_own_fault(error, one.message.own_faults)


def _settle_all(claims: list[Claim], error: ServerAway) -> None:
    log.warning("the mail server cannot be reached; %s messages wait", len(claims))
    with transaction.atomic():
        for one in claims:
            settle(one, on_no_connection(error, one.number))
