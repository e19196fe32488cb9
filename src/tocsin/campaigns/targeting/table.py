"""Looks a postal code up in the table that was imported: no network, one query."""

from __future__ import annotations

from tocsin.campaigns.models import PostalDivision
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Place

DEFAULT = "default"


def look_up_in_table(postal_code: str, table: str = DEFAULT) -> LookUp:
    """Found, several or none. While nothing was imported nobody can say, which is not the same as none."""
    lines = PostalDivision.objects.filter(table=table, postal_code=postal_code).order_by("name", "division")
    places = tuple(Place(line.division, line.name or line.division) for line in lines)
    if not places and not PostalDivision.objects.filter(table=table).exists():
        return UNAVAILABLE
    return LookUp.of(places)
