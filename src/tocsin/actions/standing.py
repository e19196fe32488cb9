"""Whether an edition may be signed at this moment: the one thing about it that changes."""

from __future__ import annotations

import time
from datetime import datetime
from enum import StrEnum

from django.utils import timezone

from tocsin.campaigns.models import Edition


class Standing(StrEnum):
    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    RETIRED = "retired"


# A campaigner who closes a campaign waits this long at most; a peak of signers asks the database once meanwhile.
SECONDS_REMEMBERED = 2.0
_remembered: dict[int, tuple[float, datetime | None, datetime | None, datetime | None]] = {}


def standing(edition_id: int) -> Standing:
    """May this edition be signed now? Asks the database at most every two seconds for each edition."""
    opens_at, closes_at, retired_at = _dates(edition_id)
    now = timezone.now()
    if retired_at is not None:
        return Standing.RETIRED
    if closes_at is not None and now >= closes_at:
        return Standing.CLOSED
    if opens_at is not None and now < opens_at:
        return Standing.NOT_YET
    return Standing.OPEN


def forget() -> None:
    """For tests, whose editions change faster than any campaigner's."""
    _remembered.clear()


def _dates(edition_id: int) -> tuple[datetime | None, datetime | None, datetime | None]:
    known = _remembered.get(edition_id)
    if known and time.monotonic() - known[0] < SECONDS_REMEMBERED:
        return known[1:]
    dates = Edition.objects.values_list("campaign__opens_at", "campaign__closes_at", "retired_at").get(pk=edition_id)
    _remembered[edition_id] = (time.monotonic(), *dates)
    return dates
