"""What a look-up of a postal code can answer: found, several, none, or that nobody could say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    FOUND = "found"
    SEVERAL = "several"
    NONE = "none"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Place:
    """A division: its Open Civic Data identifier, which ends in the year of its representation order, and its name."""

    division: str
    name: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """The answer for one postal code. A code that spans several divisions is a normal answer: the person chooses."""

    outcome: Outcome
    places: tuple[Place, ...] = ()

    @classmethod
    def of(cls, places: tuple[Place, ...]) -> LookUp:
        """Found, several or none, by how many there are."""
        outcomes = (Outcome.NONE, Outcome.FOUND)
        return cls(outcomes[len(places)] if len(places) < 2 else Outcome.SEVERAL, places)

    def has(self, division: str) -> bool:
        return any(place.division == division for place in self.places)


UNAVAILABLE = LookUp(Outcome.UNAVAILABLE)
