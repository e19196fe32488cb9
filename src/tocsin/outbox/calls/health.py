"""How an endpoint is doing: left alone for a moment where it fails, switched off where it only fails for days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.outbox.calls.models import Endpoint
from tocsin.outbox.calls.request import Answer
from tocsin.outbox.calls.verdict import Fate, failed_long_enough, is_another_setback, judge, rest_after
from tocsin.outbox.models import Notice
from tocsin.outbox.notices import raise_notice, settle_notice

# How well it is need not be written with every answer.
WELL_IS_NEWS_AFTER = timedelta(minutes=1)
OF_FAILURES = ("failing_since", "quiet_until", "failures", "setbacks", "setback_at")

type Said = Sequence[tuple[Answer, int]]


def note_health(said: Mapping[int, Said], now: datetime) -> None:
    """Of some endpoints, what their answers tell. In the caller's transaction, in the order of their numbers."""
    for endpoint in Endpoint.objects.select_for_update(no_key=True).filter(pk__in=said).order_by("pk"):
        verdicts = [(answer, judge(answer, tries)) for answer, tries in said[endpoint.pk]]
        if any(verdict.gone for _answer, verdict in verdicts):
            _switch_off(endpoint, Endpoint.Off.GONE, now)
        elif any(verdict.fate is Fate.DONE for _answer, verdict in verdicts):
            _well(endpoint, now)
        elif of_the_endpoint := [answer for answer, verdict in verdicts if verdict.ails]:
            _failing(endpoint, of_the_endpoint, now)


def switched_on(endpoint: Endpoint) -> None:
    """With a clean slate. The fields are changed, not stored."""
    endpoint.off_at, endpoint.why_off = None, ""
    _forget_failures(endpoint)
    settle_notice(Notice.Kind.OFF, notice_about(endpoint))


def notice_about(endpoint: Endpoint) -> str:
    return f"endpoint:{endpoint.pk}"


def _well(endpoint: Endpoint, now: datetime) -> None:
    lately = endpoint.last_well_at is not None and now - endpoint.last_well_at < WELL_IS_NEWS_AFTER
    if lately and endpoint.failing_since is None:
        return
    endpoint.last_well_at, endpoint.last_words = now, ""
    _forget_failures(endpoint)
    endpoint.save(update_fields=["last_well_at", "last_words", *OF_FAILURES])


def _forget_failures(endpoint: Endpoint) -> None:
    endpoint.failing_since = endpoint.quiet_until = endpoint.setback_at = None
    endpoint.failures = endpoint.setbacks = 0


def _failing(endpoint: Endpoint, answers: Sequence[Answer], now: datetime) -> None:
    """These are the endpoint's own fault. What is of one call alone says nothing of it."""
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.last_words = str(answers[-1].status or answers[-1].words)[:40]
    endpoint.failures += 1
    asked = max((answer.wait for answer in answers if answer.wait), default=None)
    endpoint.quiet_until = now + rest_after(endpoint.failures, asked)
    if is_another_setback(endpoint.setback_at, now):
        endpoint.setbacks, endpoint.setback_at = endpoint.setbacks + 1, now
    endpoint.save(update_fields=["last_words", *OF_FAILURES])
    if failed_long_enough(endpoint.failing_since, endpoint.setbacks, now):
        _switch_off(endpoint, Endpoint.Off.FAILING, now)


def _switch_off(endpoint: Endpoint, why: Endpoint.Off, now: datetime) -> None:
    """Staff are told; what waits for it is kept until they have looked."""
    if endpoint.off_at is not None:
        return
    endpoint.off_at, endpoint.why_off = now, why
    endpoint.save(update_fields=["off_at", "why_off"])
    raise_notice(Notice.Kind.OFF, notice_about(endpoint), endpoint.last_words if why == Endpoint.Off.FAILING else "410")
