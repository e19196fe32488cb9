"""How campaigns are doing just now: today, the last seven days, and a small line. One query, however many they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Sum
from django.utils import timezone

from tocsin.actions.models import HourOfActions
from tocsin.campaigns.models import Campaign

DAYS = 14
WEEK = 7


@dataclass(frozen=True, slots=True)
class Trend:
    """`today` and `week` are people; `days` the last fourteen days, the newest last, in the campaign's time zone."""

    today: int = 0
    week: int = 0
    days: list[int] = field(default_factory=lambda: [0] * DAYS)

    @property
    def points(self) -> str:
        """For a polyline in a picture of 100 by 20; empty where nobody acted."""
        most = max(self.days)
        if not most:
            return ""
        wide = 100 / (len(self.days) - 1)
        return " ".join(f"{place * wide:.2f},{19 - 18 * number / most:.2f}" for place, number in enumerate(self.days))


def trend_of(campaign: Campaign) -> Trend:
    return trends_of([campaign])[campaign.pk]


def trends_of(campaigns: Iterable[Campaign]) -> dict[int, Trend]:
    """By the number of each campaign."""
    zones = {campaign.pk: ZoneInfo(campaign.time_zone) for campaign in campaigns}
    now = timezone.now()
    rows = HourOfActions.objects.filter(campaign__in=zones, hour__gte=now - timedelta(days=DAYS + 1)).order_by()
    days: dict[int, list[int]] = defaultdict(lambda: [0] * DAYS)
    for pk, hour, people in rows.values_list("campaign", "hour").annotate(people=Sum("people")):
        ago = _days_ago(hour, now, zones[pk])
        if 0 <= ago < DAYS:
            days[pk][DAYS - 1 - ago] += people
    return {pk: _trend(days[pk]) for pk in zones}


def _days_ago(hour: datetime, now: datetime, zone: ZoneInfo) -> int:
    return (now.astimezone(zone).date() - hour.astimezone(zone).date()).days


def _trend(days: list[int]) -> Trend:
    return Trend(days[-1], sum(days[-WEEK:]), days)
