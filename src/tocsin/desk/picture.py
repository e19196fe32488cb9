"""One picture of numbers: what is drawn, the sentence it says, and the same as a table and as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tocsin.desk.moments import Moment
from tocsin.desk.pictures import Bar, Plot

type Words = str | Promise


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. `key` is what CSV says instead of the label; None among the numbers is not to be said."""

    label: str
    key: str
    numbers: Sequence[int | float | None]
    said: Sequence[str]


@dataclass(frozen=True, slots=True)
class Picture:
    """`says` is the picture in one sentence. Without lines there is only `empty`, which says what will be here."""

    key: str
    heading: Words
    says: str
    columns: Sequence[str]
    lines: Sequence[Line]
    # The columns' names in CSV, which no language changes.
    csv_columns: Sequence[str]
    plot: Plot | None = None
    bars: list[Bar] = field(default_factory=list)
    legend: list[tuple[str, Words]] = field(default_factory=list)
    moments: list[tuple[int, Moment]] = field(default_factory=list)
    note: Words = ""
    empty: Words = ""

    @property
    def bars_height(self) -> int:
        return self.bars[-1].y + 34 if self.bars else 0

    def csv_rows(self) -> Iterator[Sequence[Any]]:
        yield self.csv_columns
        for line in self.lines:
            yield (line.key, *line.numbers)


def said(number: float | None) -> str:
    """A number in the language's own way; a dash for none."""
    return "–" if number is None else number_format(number, force_grouping=True)


def share() -> str:
    """The heading of a column of percents: no button."""
    return pgettext("a part of the whole", "Share")


def said_percent(share: float | None) -> str:
    """Whole percents, but for what is little: there a tenth tells something."""
    if share is None:
        return "–"
    return _("%(number)s%%") % {"number": number_format(share, 1) if 0 < share < 10 else number_format(round(share))}


def percent(part: int, whole: int) -> float | None:
    """To a tenth; None where there is nothing to be a part of."""
    return round(part * 100 / whole, 1) if whole > 0 else None
