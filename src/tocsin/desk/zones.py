"""Time zones as the desk offers them: Canada's own first."""

from __future__ import annotations

import zoneinfo

from django.utils.translation import gettext_lazy as _

CANADA = ("St_Johns", "Halifax", "Moncton", "Toronto", "Winnipeg", "Regina", "Edmonton", "Vancouver", "Whitehorse")


def time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every zone, in two groups."""
    first = [(f"America/{city}", f"America/{city}".replace("_", " ")) for city in CANADA]
    others = sorted(zoneinfo.available_timezones() - {name for name, _label in first})
    return [(str(_("Canada")), first), (str(_("Elsewhere")), [(name, name.replace("_", " ")) for name in others])]
