"""Reads what Represent answers for a postal code: pure, and strict about the parts that are used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tocsin.campaigns.targeting.answers import LookUp, Place
from tocsin.campaigns.targeting.names import same_name
from tocsin.lib.emailaddress import NotAnAddress, read_address

# The set without a year in its name is that of the representation order of 2013; later ones name their year.
YEAR_UNSAID = "2013"
YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
FEDERAL = "federal-electoral-districts"
PROVINCES = {
    "alberta": "province:ab",
    "british-columbia": "province:bc",
    "manitoba": "province:mb",
    "new-brunswick": "province:nb",
    "newfoundland-and-labrador": "province:nl",
    "northwest-territories": "territory:nt",
    "nova-scotia": "province:ns",
    "nunavut": "territory:nu",
    "ontario": "province:on",
    "prince-edward-island": "province:pe",
    "quebec": "province:qc",
    "saskatchewan": "province:sk",
    "yukon": "territory:yt",
}
LONGEST = 120


class NotTheirShape(ValueError):
    """This is not what Represent answers."""


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody who sits for a division and can be written to."""

    division: str
    external_id: str
    name: str
    email: str
    party: str
    gender: str
    office_kind: str
    division_name: str


@dataclass(frozen=True, slots=True)
class Answer:
    places: tuple[Place, ...]
    representatives: tuple[Representative, ...] = ()

    def look_up(self) -> LookUp:
        return LookUp.of(self.places)

    def as_data(self) -> dict[str, Any]:
        return {
            "places": [asdict(place) for place in self.places],
            "representatives": [asdict(who) for who in self.representatives],
        }


def remembered(data: dict[str, Any]) -> Answer:
    """The other way round, from our own memory."""
    return Answer(
        tuple(Place(**place) for place in data["places"]),
        tuple(Representative(**who) for who in data.get("representatives", [])),
    )


@dataclass(frozen=True, slots=True)
class _Boundary:
    place: Place
    year: str
    url: str
    external_id: str


def read_answer(data: Any, boundary_set: str) -> Answer:
    """The divisions of one set, and who sits for them. The official list goes first; where the centre of the postal
    code says something else, that stands beside it, and the person chooses. Raises NotTheirShape."""
    if not isinstance(data, dict) or not ({"boundaries_concordance", "boundaries_centroid"} & set(data)):
        raise NotTheirShape
    found = [
        boundary
        for key in ("boundaries_concordance", "boundaries_centroid")
        for row in _rows(data, key)
        if (boundary := _boundary(row, boundary_set)) is not None
    ]
    newest = max((boundary.year for boundary in found), default="")
    ours = {boundary.place.division: boundary for boundary in reversed(found) if boundary.year == newest}
    boundaries = list(reversed(ours.values()))
    return Answer(
        tuple(boundary.place for boundary in boundaries), tuple(_representatives(data, boundaries, boundary_set))
    )


def _rows(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """One of its lists; they leave out those that they do not have."""
    rows = data.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise NotTheirShape
    return rows


def _boundary(row: dict[str, Any], wanted: str) -> _Boundary | None:
    """The boundary, if it is of the wanted set: of that name, or that name with a year behind it."""
    url, name, external_id = (_text(row.get(key)) for key in ("url", "name", "external_id"))
    if not url:
        raise NotTheirShape
    its_set = url.strip("/").removeprefix("boundaries/").partition("/")[0]
    if its_set != wanted and not its_set.startswith(f"{wanted}-"):
        return None
    if not name or not external_id:
        raise NotTheirShape
    said = YEAR.search(its_set) or YEAR.search(_text(row.get("boundary_set_name")))
    year = said[1] if said else YEAR_UNSAID
    division = f"{_base_of(wanted)}/ed:{external_id}-{year}"
    if len(division) > LONGEST:
        raise NotTheirShape
    return _Boundary(Place(division, name), year, url, external_id)


def _base_of(boundary_set: str) -> str:
    """Whose districts they are, in Open Civic Data's words."""
    province = next((ocd for name, ocd in PROVINCES.items() if boundary_set.startswith(f"{name}-")), "")
    return f"ocd-division/country:ca/{province}".rstrip("/")


def _representatives(data: dict[str, Any], boundaries: list[_Boundary], boundary_set: str) -> Iterator[Representative]:
    """Whoever sits for one of the boundaries and has an address. Others of the same town are passed by."""
    kind = "mp" if boundary_set.startswith(FEDERAL) else "provincial_member"
    seen: set[str] = set()
    for row in (*_rows(data, "representatives_concordance"), *_rows(data, "representatives_centroid")):
        boundary = next((boundary for boundary in boundaries if _sits_for(row, boundary, kind)), None)
        name, email = _text(row.get("name")), _address(row.get("email"))
        if boundary is None or not name or not email or boundary.place.division in seen:
            continue
        seen.add(boundary.place.division)
        yield Representative(
            division=boundary.place.division,
            external_id=f"represent:{boundary_set}:{boundary.external_id}"[:LONGEST],
            name=name,
            email=email,
            party=_text(row.get("party_name")),
            gender={"F": "f", "M": "m"}.get(_text(row.get("gender")).upper(), ""),
            office_kind=kind,
            division_name=boundary.place.name,
        )


def _sits_for(row: dict[str, Any], boundary: _Boundary, kind: str) -> bool:
    """By the address of the boundary where it is said; otherwise by the office and the district's name."""
    related = row.get("related")
    if isinstance(related, dict) and related.get("boundary_url"):
        return str(related["boundary_url"]).strip("/") == boundary.url.strip("/")
    federal = _text(row.get("elected_office")).upper() == "MP"
    return federal == (kind == "mp") and same_name(_text(row.get("district_name")), boundary.place.name)


def _address(given: Any) -> str:
    try:
        return read_address(_text(given)).spelled
    except NotAnAddress:
        return ""


def _text(value: Any) -> str:
    return " ".join(str(value).split())[:160] if isinstance(value, str | int) else ""
