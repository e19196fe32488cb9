"""How an endpoint is doing: left alone for a moment where it fails, switched off where it only fails for days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.outbox.calls.models import Endpoint
from tocsin.outbox.calls.request import Answer
from tocsin.outbox.calls.verdict import Fate, Verdict, failed_long_enough, judge, rest_after
from tocsin.outbox.models import Notice
from tocsin.outbox.notices import raise_notice, settle_notice

# How well it is need not be written with every answer.
WELL_IS_NEWS_AFTER = timedelta(minutes=1)

type Said = Sequence[tuple[Answer, int]]


def note_health(said: Mapping[int, Said], now: datetime) -> None:
    """Of some endpoints, what their answers tell. In the caller's transaction, in the order of their numbers."""
    for endpoint in Endpoint.objects.select_for_update(no_key=True).filter(pk__in=said).order_by("pk"):
        verdicts = [(answer, judge(answer, tries)) for answer, tries in said[endpoint.pk]]
        if any(verdict.gone for _answer, verdict in verdicts):
            _switch_off(endpoint, Endpoint.Off.GONE, now)
        elif any(verdict.fate is Fate.DONE for _answer, verdict in verdicts):
            _well(endpoint, now)
        else:
            _failing(endpoint, verdicts, now)


def switched_on(endpoint: Endpoint) -> None:
    """With a clean slate. The fields are changed, not stored."""
    endpoint.off_at, endpoint.why_off = None, ""
    endpoint.failing_since = endpoint.quiet_until = None
    endpoint.failures = 0
    settle_notice(Notice.Kind.OFF, notice_about(endpoint))


def notice_about(endpoint: Endpoint) -> str:
    return f"endpoint:{endpoint.pk}"


def _well(endpoint: Endpoint, now: datetime) -> None:
    lately = endpoint.last_well_at is not None and now - endpoint.last_well_at < WELL_IS_NEWS_AFTER
    if lately and endpoint.failing_since is None:
        return
    endpoint.last_well_at, endpoint.failing_since, endpoint.quiet_until = now, None, None
    endpoint.failures, endpoint.last_words = 0, ""
    endpoint.save(update_fields=["last_well_at", "failing_since", "quiet_until", "failures", "last_words"])


def _failing(endpoint: Endpoint, verdicts: Sequence[tuple[Answer, Verdict]], now: datetime) -> None:
    answer = verdicts[-1][0]
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.last_words = str(answer.status or answer.words)[:40]
    if any(verdict.ails for _answer, verdict in verdicts):
        endpoint.failures += 1
        asked = max((one.wait for one, _verdict in verdicts if one.wait), default=None)
        endpoint.quiet_until = now + rest_after(endpoint.failures, asked)
    endpoint.save(update_fields=["failing_since", "last_words", "failures", "quiet_until"])
    if failed_long_enough(endpoint.failing_since, now):
        _switch_off(endpoint, Endpoint.Off.FAILING, now)


def _switch_off(endpoint: Endpoint, why: Endpoint.Off, now: datetime) -> None:
    """Staff are told; what waits for it is kept until they have looked."""
    if endpoint.off_at is not None:
        return
    endpoint.off_at, endpoint.why_off = now, why
    endpoint.save(update_fields=["off_at", "why_off"])
    raise_notice(Notice.Kind.OFF, notice_about(endpoint), endpoint.last_words if why == Endpoint.Off.FAILING else "410")
