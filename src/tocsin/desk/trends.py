"""How campaigns are doing just now: today, the last seven days, and a small line. One query, however many they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from tocsin.actions.models import Action
from tocsin.actions.states import IN_THE_TALLY
from tocsin.campaigns.models import Campaign
from tocsin.desk.target_numbers import TenMinutes

DAYS = 14
WEEK = 7
# Only the newest actions are read, so that a screen costs the same however many there are.
MOST_READ = 10_000


@dataclass(frozen=True, slots=True)
class Trend:
    """`today` and `week` are people; `days` the last fourteen days, the newest last, in the campaign's time zone."""

    today: int = 0
    week: int = 0
    week_before: int = 0
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
    newest = Action.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = Action.objects.filter(
        pk__gt=newest - MOST_READ,
        accepted_at__gte=now - timedelta(days=DAYS + 1),
        state__in=IN_THE_TALLY,
    )
    days: dict[int, list[int]] = defaultdict(lambda: [0] * DAYS)
    # Counted here: told to group, SQLite would rather walk through an index of all.
    moments = Counter(rows.order_by("pk").annotate(moment=TenMinutes("accepted_at")).values_list("campaign", "moment"))
    for (pk, moment), people in moments.items():
        at = datetime.strptime(f"{moment}0", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        ago = _days_ago(at, now, zones[pk]) if pk in zones else DAYS
        if 0 <= ago < DAYS:
            days[pk][DAYS - 1 - ago] += people
    return {pk: _trend(days[pk]) for pk in zones}


def _days_ago(moment: datetime, now: datetime, zone: ZoneInfo) -> int:
    return (now.astimezone(zone).date() - moment.astimezone(zone).date()).days


def _trend(days: list[int]) -> Trend:
    return Trend(days[-1], sum(days[-WEEK:]), sum(days[:WEEK]), days)
