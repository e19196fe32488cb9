"""Walks through what was accepted before roll-ups were kept, and proves every night that they say what the rows say.

The hours of the last two days are made again from their rows, opened. All older ones are proved by their sum, which
must be the tally; where it is not, the walk begins again. What was found is kept, and shown to staff.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from tocsin.actions.fold import HOUR, clear_between, make_hour
from tocsin.actions.hours import RollUpMark, RollUpProof
from tocsin.actions.models import Action
from tocsin.actions.newest import first_number
from tocsin.actions.rollup import WHOLE, hour_of
from tocsin.campaigns.models import Tally

WALK = "actions"
HOURS_PROVED = 48
SECONDS_AT_ONCE = 10.0


def roll_up_what_is_old(seconds: float = SECONDS_AT_ONCE) -> int:
    """Makes the hours of actions that nobody rolled up, the newest first, for some seconds; how many hours it made."""
    mark, _ = RollUpMark.objects.get_or_create(walk=WALK, defaults={"at": _begin()})
    made, until = 0, time.monotonic() + seconds
    while not mark.done and time.monotonic() < until:
        hour = _hour_before(mark.at)
        clear_between(hour or WHOLE, min(mark.at, _begin() - 2 * HOUR))  # what is fresh is left alone
        if hour is None:
            mark.done = True
        else:
            make_hour(hour)
            mark.at = hour
            made += 1
        mark.save(update_fields=["at", "done"])
    return made


def begin_again() -> None:
    """Has every hour made again, bit by bit."""
    RollUpMark.objects.update_or_create(walk=WALK, defaults={"at": _begin(), "done": False})


def _begin() -> datetime:
    """The end of the hour that goes on."""
    return hour_of(timezone.now()) + HOUR


def _hour_before(moment: datetime) -> datetime | None:
    """The last hour before this moment in which anything was accepted. Where numbers and times disagree by a little,
    it is the hour before in any case: the walk always comes on."""
    below = first_number(Action.objects.all(), "accepted_at", moment)
    found = Action.objects.filter(pk__lt=below).order_by("-pk").values_list("accepted_at", flat=True).first()
    return min(hour_of(found), moment - HOUR) if found else None


def prove_roll_ups() -> list[RollUpProof]:
    """Nightly. A proof for each campaign that has anything to prove."""
    looked, mended = Counter[int](), Counter[int]()
    for hour in _hours_proved():
        found = make_hour(hour)
        looked.update(dict.fromkeys(found, 1))
        mended.update(found)
    wrong = _with_wrong_sums()
    if wrong:
        begin_again()
    campaigns = sorted({*looked, *wrong})
    return RollUpProof.objects.bulk_create(
        [RollUpProof(campaign_id=pk, hours=looked[pk], mended=mended[pk] + (pk in wrong)) for pk in campaigns]
    )


def _hours_proved() -> Iterator[datetime]:
    """Closed ones: in the hour that goes on, somebody acts at this very moment."""
    now = hour_of(timezone.now())
    return (now - HOUR * number for number in range(1, HOURS_PROVED + 1))


def _with_wrong_sums() -> set[int]:
    """Campaigns whose hours do not add up to their tally, in one statement, since both change together. While the walk
    is under way nobody knows."""
    if not RollUpMark.objects.filter(walk=WALK, done=True).exists():
        return set()
    rows = Tally.objects.annotate(rolled=Sum("campaign__hours_of_actions__people"))
    return {pk for pk, counted, rolled in rows.values_list("campaign", "counted", "rolled") if counted != (rolled or 0)}
