"""Many copies of one mail: the bucket that all of them pass sets their pace, and shuts when they are paused."""

from __future__ import annotations

from tocsin.outbox.lanes import set_pace_of
from tocsin.outbox.models import Bucket
from tocsin.outbox.pace import Pace


def open_bucket(key: str, per_hour: int | None) -> None:
    """From now on copies leave at that pace, by day and by night: nobody's office hours are meant."""
    set_pace_of(key, Pace(per_hour, per_hour, "UTC"))
    Bucket.objects.filter(key=key).update(paused=False, why_paused="")


def shut_bucket(key: str, why: str = "") -> None:
    """Within seconds nothing leaves any more; what is claimed and not begun is given back."""
    Bucket.objects.filter(key=key).update(paused=True, why_paused=why[:500])
