"""Whether a provider may be asked now: a number a minute, and none at all for a while after it failed.

```
 well ──failed──► away for 30 s ──► one may try ──failed──► away for 1, 2, 5, then 10 min
   ▲                                     │
   └───────────────went well─────────────┘
```

The state is one row in the database, changed by conditional updates only: whoever changed the row has the turn. So all
processes together keep to the pace, and one of them alone tries whether a provider is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tocsin.campaigns.models import ProviderHealth

PER_MINUTE = 60
WAITS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600))
# For how long nobody else tries while one does. Longer than an answer may take.
TRYING = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """Leave to ask once. `failures` is how often it had failed in a row by then."""

    provider: str
    failures: int


def turn_to_ask(provider: str, *, per_minute: int = PER_MINUTE) -> Turn | None:
    """Leave to ask now, or None while the provider is to be left alone."""
    now = timezone.now()
    ProviderHealth.objects.bulk_create([ProviderHealth(provider=provider)], ignore_conflicts=True)
    health = ProviderHealth.objects.get(provider=provider)
    if health.failures and not _alone_to_try(health, now):
        return None
    return Turn(provider, health.failures) if _counted(provider, now, per_minute) else None


def went_well(turn: Turn) -> None:
    if turn.failures:
        _of(turn.provider).filter(failures=turn.failures).update(failures=0, away_until=None)


def failed(turn: Turn, *, wait: timedelta | None = None) -> None:
    """Leaves it alone for longer each time; `wait` is how long it asked for itself. Failures that were under way
    together count as one."""
    step = WAITS[min(turn.failures, len(WAITS) - 1)]
    pause = min(max(step, wait or step), WAITS[-1])
    again = _of(turn.provider).filter(failures=turn.failures)
    again.update(failures=min(turn.failures + 1, 1000), away_until=timezone.now() + pause)


def away_since_failing(provider: str) -> ProviderHealth | None:
    """The provider's row while it is left alone, for screens; None while it is well or was never asked."""
    return _of(provider).filter(failures__gt=0).first()


def _alone_to_try(health: ProviderHealth, now: datetime) -> bool:
    """While it is away, nobody; afterwards one."""
    if health.away_until and health.away_until > now:
        return False
    same = _of(health.provider).filter(failures=health.failures, away_until=health.away_until)
    return bool(same.update(away_until=now + TRYING))


def _counted(provider: str, now: datetime, per_minute: int) -> bool:
    """Takes one of the minute's turns, if there is one."""
    minute = now.replace(second=0, microsecond=0)
    health = _of(provider)
    if health.filter(Q(minute=None) | Q(minute__lt=minute)).update(minute=minute, asked_in_minute=1):
        return True
    return bool(
        health.filter(minute__gte=minute, asked_in_minute__lt=per_minute).update(
            asked_in_minute=F("asked_in_minute") + 1
        )
    )


def _of(provider: str) -> QuerySet[ProviderHealth]:
    return ProviderHealth.objects.filter(provider=provider)
