"""Adds page views to their hours: sums from the memory of web processes, a few statements every few seconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from tocsin.actions.hours import HourOfViews
from tocsin.campaigns.models import Campaign
from tocsin.lib import sql
from tocsin.lib.sources import OTHER, kept_apart

MOST_SOURCES = 40


class View(NamedTuple):
    """One cell of the views: a page of a campaign in a language, given to readers from one source within an hour."""

    campaign_id: int
    hour: datetime
    language: str
    source: str


def add_views(seen: Mapping[View, int]) -> None:
    """Views of campaigns that are gone meanwhile are left out."""
    if not seen:
        return
    there = set(Campaign.objects.filter(pk__in={view.campaign_id for view in seen}).values_list("pk", flat=True))
    views = _bounded({view: number for view, number in seen.items() if view.campaign_id in there})
    rows = [(*view, number) for view, number in sorted(views.items())]
    sql.add_up(HourOfViews._meta.db_table, ("campaign_id", "hour", "language", "source"), ("views",), rows)


def _bounded(seen: Mapping[View, int]) -> Counter[View]:
    """With few sources apart in each hour, and the rest as one: two processes at once may keep a few more."""
    groups: dict[tuple[int, datetime, str], Counter[str]] = defaultdict(Counter)
    for view, number in seen.items():
        groups[view[:3]][view.source] += number
    views = Counter[View]()
    for group, sources in groups.items():
        known = HourOfViews.objects.filter(campaign=group[0], hour=group[1], language=group[2])
        apart = kept_apart(sources, set(known.values_list("source", flat=True)), MOST_SOURCES)
        for source, number in sources.items():
            views[View(*group, source if source in apart else OTHER)] += number
    return views
