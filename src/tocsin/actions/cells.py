"""The cells of the hours: which campaign, hour, language and source; and with few enough sources apart in each hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from tocsin.lib.sources import OTHER, kept_apart

# An hour of a campaign in a language.
type Group = tuple[int, datetime, str]


class Cell(NamedTuple):
    campaign_id: int
    hour: datetime
    language: str
    source: str


def bounded(numbers: Mapping[Cell, int], known: Mapping[Group, set[str]], most: int) -> dict[Cell, Cell]:
    """The cell that each is written to: its own, or that of all other sources where a group has `most` already. What is
    taken away is taken from where its like stands."""
    groups: dict[Group, dict[str, int]] = defaultdict(dict)
    for cell, number in numbers.items():
        groups[cell[:3]][cell.source] = number
    named = {}
    for group, wanted in groups.items():
        added = {source: number for source, number in wanted.items() if number > 0}
        apart = kept_apart(added, known.get(group, set()), most)
        for source in wanted:
            named[Cell(*group, source)] = Cell(*group, source if source in apart else OTHER)
    return named


def known_sources(hours: QuerySet[Any], cells: Iterable[Cell]) -> dict[Group, set[str]]:
    """The sources that have a cell of their own in these groups."""
    cells = list(cells)
    known: dict[Group, set[str]] = defaultdict(set)
    there = hours.filter(campaign__in={cell.campaign_id for cell in cells}, hour__in={cell.hour for cell in cells})
    for campaign, hour, language, source in there.values_list("campaign_id", "hour", "language", "source"):
        known[campaign, hour, language].add(source)
    return known
