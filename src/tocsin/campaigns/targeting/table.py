"""Looks a postal code up in the table that is in use: no network, one query."""

from __future__ import annotations

from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Place
from tocsin.campaigns.targeting.tables import lines_of


def look_up_in_table(postal_code: str, table: str = "") -> LookUp:
    """Found, several or none. While nothing was imported nobody can say, which is not the same as none."""
    lines = lines_of(table).filter(postal_code=postal_code).order_by("name", "division")
    places = tuple(Place(line.division, line.name or line.division) for line in lines)
    if not places and not lines_of(table).exists():
        return UNAVAILABLE
    return LookUp.of(places)
