"""How long a campaign keeps people's data, as its hub says it: the two settings, and whose data the next night ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tocsin.actions.ending.due import ends_at, next_night
from tocsin.actions.ending.foretell import Foretold, foretold
from tocsin.campaigns.models import Campaign
from tocsin.desk.remembered import remembered


@dataclass(frozen=True, slots=True)
class Keeping:
    """`ends_at` is the day on which a campaign that has closed, or will, ends its people's data."""

    ends_at: datetime | None
    night: datetime
    next_night: Foretold


def keeping_of(campaign: Campaign, *, look: bool) -> Keeping:
    """With `look`, whose data end is looked up also where each action has a time of its own, which takes some steps.
    Where there are very many, the number is as it stood moments ago."""
    night, ends = next_night(), ends_at(campaign)
    if not look and (ends is None or ends > night):
        return Keeping(ends, night, Foretold())
    return Keeping(ends, night, remembered(f"ending:{campaign.pk}", lambda: foretold(campaign, night)))
