"""Who has which call in hand, and what became of it. A claim is a call with its attempt's number and its holder.

A call in hand is due again at the end of its lease: whoever dies leaves nothing that another does not find. What was
sent and not noted is then sent a second time, with the same webhook-id. All times are the database's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from tocsin.lib.sql import database_now
from tocsin.lib.vault import vault
from tocsin.outbox.calls.health import note_health
from tocsin.outbox.calls.models import Call, Endpoint
from tocsin.outbox.calls.request import Answer
from tocsin.outbox.calls.verdict import Fate, judge

# Longer than the slowest bundle: it begins nothing after a minute.
LEASE = timedelta(minutes=2)
UNWANTED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call in hand; no answer at all where it was not begun, and goes back."""

    call: Call
    answer: Answer | None


def claim(room: Callable[[Endpoint], int], holder: str) -> list[Call]:
    """Takes in hand what is due, as many for each endpoint as there is room for. What an endpoint was narrowed not to
    be told of is removed instead, however long it waited: here alone, since what noted it may end after the change."""
    wanted = [pk for endpoint in _with_something_due() for pk in _due(endpoint, room(endpoint))]
    if not wanted:  # asked first without a transaction, which on SQLite keeps whoever signs waiting
        return []
    with transaction.atomic():
        now = database_now()
        free = Call.objects.select_for_update(skip_locked=_can_skip(), of=("self",)).select_related("endpoint")
        found = free.filter(pk__in=wanted, due_at__lte=now, endpoint__off_at=None, endpoint__removed_at=None)
        mine, unwanted = _split(found.order_by("pk"))
        _remove_unwanted(unwanted, now)
        Call.objects.filter(pk__in=[call.pk for call in mine]).update(
            due_at=now + LEASE, holder=holder, attempts=F("attempts") + 1
        )
    for call in mine:
        call.holder, call.attempts = holder, call.attempts + 1
    return mine


def _split(calls: Iterable[Call]) -> tuple[list[Call], dict[int, Endpoint]]:
    """Those that their endpoints want, and the endpoints that do not want one of them."""
    mine, narrowed = [], {}
    for call in calls:
        if call.is_wanted:
            mine.append(call)
        else:
            narrowed[call.endpoint_id] = call.endpoint
    return mine, narrowed


def _remove_unwanted(narrowed: dict[int, Endpoint], now: datetime) -> None:
    """A thousand of each in one round, so that a long backlog holds up what is wanted for seconds."""
    for endpoint in narrowed.values():
        due = Call.objects.filter(endpoint=endpoint, due_at__lte=now).exclude(endpoint.wanted())
        free = due.select_for_update(skip_locked=_can_skip()).order_by("due_at", "pk")
        some = list(free.values_list("pk", flat=True)[:UNWANTED_AT_ONCE])
        Call.objects.filter(pk__in=some).delete()


def _can_skip() -> bool:
    return connection.features.has_select_for_update_skip_locked


def _with_something_due() -> Iterable[Endpoint]:
    due = Call.objects.filter(endpoint=OuterRef("pk"), due_at__lte=Now())
    awake = Q(quiet_until=None) | Q(quiet_until__lte=Now())
    return Endpoint.objects.filter(awake, Exists(due), off_at=None)


def _due(endpoint: Endpoint, most: int) -> list[int]:
    if most <= 0:
        return []
    due = Call.objects.filter(endpoint=endpoint, due_at__lte=Now()).order_by("due_at", "pk")
    return list(due.values_list("pk", flat=True)[:most])


def note(results: Collection[Result]) -> None:
    """Writes down, in one commit, what became of some. What another has taken in hand meanwhile is left to it."""
    if not results:
        return
    with transaction.atomic():
        now = database_now()
        for one in sorted(results, key=lambda result: result.call.pk):
            _still(one.call).update(**_changes(one, now))
        note_health(_by_endpoint(results), now)


def _still(call: Call) -> Any:
    return Call.objects.filter(pk=call.pk, attempts=call.attempts, holder=call.holder)


def _changes(one: Result, now: datetime) -> dict[str, Any]:
    """The row as it is then."""
    if one.answer is None:
        return {"due_at": now, "holder": "", "attempts": F("attempts") - 1}
    verdict = judge(one.answer, one.call.tries)
    again = verdict.fate is Fate.AGAIN
    words = one.answer.words
    return {
        "holder": "",
        "due_at": now + verdict.wait if again else None,
        "done_at": now if verdict.fate is Fate.DONE else None,
        "given_up_at": now if verdict.fate is Fate.GIVEN_UP else None,
        "status": one.answer.status,
        "sealed_words": vault().seal(words, one.call.context) if words else b"",
        "tried_at": now,
    }


def _by_endpoint(results: Iterable[Result]) -> dict[int, Sequence[tuple[Answer, int]]]:
    found: dict[int, list[tuple[Answer, int]]] = {}
    for one in results:
        if one.answer is not None:
            found.setdefault(one.call.endpoint_id, []).append((one.answer, one.call.tries))
    return {endpoint: found[endpoint] for endpoint in sorted(found)}
