"""Adds page views to their hours: sums from the memory of web processes, a few statements every few seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tocsin.actions.cells import Cell, bounded, known_sources
from tocsin.actions.hours import HourOfViews
from tocsin.campaigns.models import Campaign
from tocsin.lib import sql

# For each hour and language. Two processes at once may keep a few more.
MOST_SOURCES = 40


def add_views(seen: Mapping[Cell, int]) -> None:
    """Views of campaigns that are gone meanwhile are left out."""
    if not seen:
        return
    there = set(Campaign.objects.filter(pk__in={cell.campaign_id for cell in seen}).values_list("pk", flat=True))
    views = {cell: number for cell, number in seen.items() if cell.campaign_id in there}
    sums = Counter[Cell]()
    for cell, named in bounded(views, known_sources(HourOfViews.objects.all(), views), MOST_SOURCES).items():
        sums[named] += views[cell]
    rows = [(*cell, number) for cell, number in sorted(sums.items())]
    sql.add_up(HourOfViews._meta.db_table, ("campaign_id", "hour", "language", "source"), ("views",), rows)
