"""Looks a postal code up on our own map: the divisions' boundaries and the points of postal codes, from two files.

Needs shapely (`pip install tocsin[geo]`) and, in the folder of TOCSIN_BOUNDARIES, `divisions.geojson` and
`postal-codes.csv`: docs/operators/look-ups.md. No request leaves this machine. Each process reads the files once.
"""

from __future__ import annotations

import csv
import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name
from threading import Lock
from typing import Any

from django.conf import settings

from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Place
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code

DIVISIONS, POINTS = "divisions.geojson", "postal-codes.csv"
DIVISION_KEYS = ("division", "ocd_id", "ocdid", "id")
NAME_KEYS = ("name", "division_name", "ED_NAMEE", "FEDENAME", "FEDNAME")
_reading = Lock()


class CannotBeRead(ValueError):
    """A file of boundaries or points is not as docs/operators/look-ups.md says. Its text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Map:
    """The divisions in a tree of boxes, and the points of each postal code in two columns beside the sorted codes."""

    places: list[Place]
    tree: Any
    codes: array[int]
    longitudes: array[float]
    latitudes: array[float]

    def look_up(self, postal_code: str) -> LookUp:
        """The divisions of all of its points, in the order of the file. A code that the map does not have is none."""
        inside = {
            int(at)
            for longitude, latitude in self.points(postal_code)
            for at in self.tree.query(_shapely().Point(longitude, latitude), predicate="intersects")
        }
        return LookUp.of(tuple(dict.fromkeys(self.places[at] for at in sorted(inside))))

    def points(self, postal_code: str) -> Iterator[tuple[float, float]]:
        number = _number(postal_code)
        at = bisect_left(self.codes, number)
        while at < len(self.codes) and self.codes[at] == number:
            yield self.longitudes[at], self.latitudes[at]
            at += 1


def look_up_in_boundaries(postal_code: str) -> LookUp:
    """Found, several or none; unavailable where shapely or a file is missing."""
    folder = settings.TOCSIN_BOUNDARIES
    if what_is_missing(folder):
        return UNAVAILABLE
    with _reading:
        chart = _read(folder, (folder / DIVISIONS).stat().st_mtime_ns, (folder / POINTS).stat().st_mtime_ns)
    return chart.look_up(postal_code)


def what_is_missing(folder: Path) -> str:
    """What keeps boundaries from being looked up, in a word; empty if nothing does."""
    if find_spec("shapely") is None:
        return "shapely"
    return next((name for name in (DIVISIONS, POINTS) if not (folder / name).is_file()), "")


def _shapely() -> Any:
    """Loaded when first needed: it takes some 20 MB with what it needs, and few look anything up in boundaries."""
    return resolve_name("shapely")


@lru_cache(maxsize=1)
def _read(folder: Path, *_changed_at: int) -> Map:
    places, shapes = _divisions(folder / DIVISIONS)
    points = sorted(_points(folder / POINTS))
    return Map(
        places,
        _shapely().STRtree(shapes),
        array("I", (number for number, _longitude, _latitude in points)),
        array("d", (longitude for _number, longitude, _latitude in points)),
        array("d", (latitude for _number, _longitude, latitude in points)),
    )


def _divisions(path: Path) -> tuple[list[Place], list[Any]]:
    shapely = _shapely()
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        rows = [(_place(feature["properties"]), feature["geometry"]) for feature in features]
        shapes = [shapely.from_geojson(json.dumps(geometry)) for _place, geometry in rows]
    except (ValueError, KeyError, TypeError, shapely.GEOSException) as error:
        raise CannotBeRead(f"{path.name} is no GeoJSON of divisions: {error}") from None
    for shape in shapes:
        shapely.prepare(shape)
    return [place for place, _geometry in rows], shapes


def _place(properties: dict[str, Any]) -> Place:
    division = next((str(properties[key]) for key in DIVISION_KEYS if properties.get(key)), "")
    if not division.startswith("ocd-division/"):
        raise CannotBeRead("each division needs a property “division” like ocd-division/country:ca/ed:35075-2023")
    return Place(division, next((str(properties[key]) for key in NAME_KEYS if properties.get(key)), division))


def _points(path: Path) -> Iterator[tuple[int, float, float]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not {"postal_code", "latitude", "longitude"} <= set(rows.fieldnames or ()):
            raise CannotBeRead(f"{path.name} needs the columns postal_code, latitude and longitude")
        for number, row in enumerate(rows, start=2):
            try:
                code = read_postal_code(row["postal_code"])
                yield _number(code), float(row["longitude"]), float(row["latitude"])
            except (KeyError, TypeError, ValueError, NotAPostalCode):
                raise CannotBeRead(f"{path.name}, line {number}: not postal_code, latitude and longitude") from None


def _number(postal_code: str) -> int:
    """Six letters and digits as one number: a million codes take the room of ten thousand texts."""
    plain = postal_code.replace(" ", "")
    return int(plain, 36) if plain.isascii() and plain.isalnum() and len(plain) <= 6 else 0
