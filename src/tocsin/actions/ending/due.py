"""Whose data end, and when: a campaign's months and days, turned into what a night looks for."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tocsin.actions.ending.model import EndingMark
from tocsin.actions.models import Action
from tocsin.actions.newest import SIDE_BY_SIDE, first_number
from tocsin.campaigns.models import Campaign

HOUR_OF_THE_NIGHT = 3


@dataclass(frozen=True, slots=True)
class Due:
    """The actions of a campaign whose time is over at a moment and that no night has ended yet, oldest first.

    Where the campaign has no end, each has a time of its own, and its digest stays: somebody who acted counts once as
    long as people can act. (decisions/0042)
    """

    campaign: Campaign
    before: datetime | None

    @property
    def keep_digest(self) -> bool:
        return self.before is not None

    @property
    def walk(self) -> str:
        return f"{'open' if self.keep_digest else 'people'}:{self.campaign.pk}"

    @property
    def actions(self) -> QuerySet[Action]:
        """Behind the mark: found by an index, and nothing that was ended is read again."""
        if self.before is None:
            rows = Action.objects.filter(campaign=self.campaign).order_by("pk")
        else:
            rows = accepted_before(self.campaign, self.before)
        return rows.filter(pk__gt=mark_of(self.walk))

    def people(self) -> int:
        """How many people's data these are."""
        return self.actions.filter(ended_at=None).count()


def due_of(campaign: Campaign, at: datetime) -> Due | None:
    """None where nothing of the campaign ends at that moment: it is open, or closed not long ago."""
    if campaign.closes_at is None:
        return Due(campaign, months_before(at, campaign.data_kept_months))
    over = ends_at(campaign)
    return Due(campaign, None) if over and over <= at else None


def ends_at(campaign: Campaign) -> datetime | None:
    """When the time of everybody's data is over; None where each action has a time of its own."""
    return campaign.closes_at and months_after(campaign.closes_at, campaign.data_kept_months)


def next_night(now: datetime | None = None) -> datetime:
    """When the next nightly work begins, in the staff's own time zone."""
    here = timezone.localtime(now or timezone.now())
    night = here.replace(hour=HOUR_OF_THE_NIGHT, minute=0, second=0, microsecond=0)
    return night if night > here else night + timedelta(days=1)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day so many months on, or the last of a month that is shorter."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def months_before(moment: datetime, months: int) -> datetime:
    return months_after(moment, -months)


def words_before(campaign: Campaign, at: datetime) -> datetime:
    """What had its last fate before this loses its words."""
    return at - timedelta(days=campaign.words_kept_days)


def mark_of(walk: str) -> int:
    return EndingMark.objects.filter(pk=walk).values_list("up_to", flat=True).first() or 0


def accepted_before(campaign: Campaign, moment: datetime) -> QuerySet[Action]:
    """Numbers grow with time, but for those that were given side by side: an hour earlier none is passed by, which a
    mark would then never come back to."""
    end = first_number(Action.objects.all(), "accepted_at", moment - SIDE_BY_SIDE)
    return Action.objects.filter(campaign=campaign, pk__lt=end).order_by("pk")
