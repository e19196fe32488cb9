"""Time zones as the desk offers them: Canada's own first, then those of the world by continent or ocean."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.lib.zones import known_zones

type Zone = tuple[str, str | Promise]

CANADA: list[Zone] = [
    ("America/St_Johns", _("Newfoundland time – St. John's")),
    ("America/Halifax", _("Atlantic time – Halifax")),
    ("America/Moncton", _("Atlantic time – Moncton")),
    ("America/Toronto", _("Eastern time – Toronto, Montréal")),
    ("America/Winnipeg", _("Central time – Winnipeg")),
    ("America/Regina", _("Central time, the same all year – Regina")),
    ("America/Edmonton", _("Mountain time – Edmonton")),
    ("America/Vancouver", _("Pacific time – Vancouver")),
    ("America/Whitehorse", _("Yukon time – Whitehorse")),
]
# What is not below one of these is an old name, a machine's own setting or a sum of hours: no place to live in.
ELSEWHERE: dict[str, Promise] = {
    "America": _("America"),
    "Europe": _("Europe"),
    "Africa": _("Africa"),
    "Asia": _("Asia"),
    "Australia": _("Australia"),
    "Pacific": _("Pacific Ocean"),
    "Atlantic": _("Atlantic Ocean"),
    "Indian": _("Indian Ocean"),
    "Arctic": _("Arctic"),
    "Antarctica": _("Antarctica"),
}
UTC = "UTC"


def time_zones(standing: str = UTC) -> list[tuple[str | Promise, list[Zone]]]:
    """In groups. `standing` is offered in any case: nobody's zone changes because they saved something else."""
    others = sorted({UTC, standing} - _places().keys())
    return [*_groups(), (_("Others"), [(name, name) for name in others])]


def zone_named(name: str) -> str:
    """One zone as it is offered."""
    return str(_places().get(name, name))


@cache
def _places() -> dict[str, str | Promise]:
    return {name: said for _group, zones in _groups() for name, said in zones}


@cache
def _groups() -> list[tuple[str | Promise, list[Zone]]]:
    names = known_zones() - {name for name, _said in CANADA}
    return [(_("Canada"), CANADA), *((said, _cities(names, region)) for region, said in ELSEWHERE.items())]


def _cities(names: Collection[str], region: str) -> list[Zone]:
    """“Buenos Aires, Argentina” for America/Argentina/Buenos_Aires, by the alphabet."""
    inside = [name for name in names if name.startswith(f"{region}/")]
    cities = [(name, ", ".join(reversed(name.replace("_", " ").split("/")[1:]))) for name in inside]
    return sorted(cities, key=lambda zone: zone[1])
