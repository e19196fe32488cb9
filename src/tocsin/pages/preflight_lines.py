"""What a look before publishing says: lines that all is well, that somebody should look, or that something must be
mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from django.utils.functional import Promise

type Sentence = str | Promise


class Level(StrEnum):
    WELL = "well"
    LOOK = "look"
    MEND = "mend"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `url` leads to where it is changed, by those who have the `right`."""

    level: Level
    said: Sentence
    url: str = ""
    right: str = ""

    def linked_for(self, has: Callable[[str], bool]) -> Line:
        """With the link for those only who may go there: nobody is led to a refusal."""
        return replace(self, url="") if self.right and not has(self.right) else self


@dataclass(frozen=True, slots=True)
class Look:
    """A remark of a check. `field` is that of a page's edit screen, `url` the name of another place."""

    said: Sentence
    field: str = ""
    url: str = ""
    level: Level = Level.LOOK


@dataclass(frozen=True, slots=True)
class Check:
    """Looks at one thing; `well` is said where there is nothing to remark."""

    well: Sentence
    remarks: Callable[..., Iterator[Look]]


@dataclass(frozen=True, slots=True)
class Group:
    """What was looked at together: the campaign, or its page in one language."""

    heading: Sentence
    lines: list[Line]

    def of(self, level: Level) -> list[Line]:
        return [line for line in self.lines if line.level == level]

    @property
    def sorted(self) -> list[Line]:
        """What must be mended first, what is well last."""
        return [line for level in (Level.MEND, Level.LOOK, Level.WELL) for line in self.of(level)]


@dataclass(frozen=True, slots=True)
class Preflight:
    groups: list[Group]

    def linked_for(self, has: Callable[[str], bool]) -> Preflight:
        return Preflight([Group(one.heading, [line.linked_for(has) for line in one.lines]) for one in self.groups])

    def of(self, level: Level) -> list[Line]:
        return [line for group in self.groups for line in group.of(level)]

    @property
    def to_mend(self) -> int:
        return len(self.of(Level.MEND))

    @property
    def to_look_at(self) -> int:
        return len(self.of(Level.LOOK))
