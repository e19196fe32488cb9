"""Bars drawn on the server: where each part begins and how wide it is, as text that no language changes."""

from __future__ import annotations

from dataclasses import dataclass

# A part with anybody in it can be seen, however small its share.
THINNEST = 0.8


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a bar that is 100 wide. `x` and `width` always have a point, never a comma."""

    key: str
    x: str
    width: str


def segments(parts: list[tuple[str, int]]) -> list[Segment]:
    """One bar from (key, number) in order; parts of nothing and below are left out."""
    present = [(key, number) for key, number in parts if number > 0]
    total = sum(number for _, number in present)
    widths = [max(THINNEST, number * 100 / total) for _, number in present]
    scale, x, bar = 100 / sum(widths) if widths else 1, 0.0, []
    for (key, _), width in zip(present, widths, strict=True):
        bar.append(Segment(key, f"{x:.2f}", f"{width * scale:.2f}"))
        x += width * scale
    return bar


@dataclass(frozen=True, slots=True)
class Pillar:
    """One upright bar of a picture that is as wide as there are pillars and 100 high; `y` is its top."""

    label: str
    number: int
    x: str
    y: str
    height: str


def pillars(parts: list[tuple[str, int]]) -> list[Pillar]:
    """Upright bars from (label, number) in order, the highest 100 high; nothing is no bar, and little can be seen."""
    most = max((number for _, number in parts), default=0) or 1
    heights = [max(1.5, number * 100 / most) if number else 0.0 for _, number in parts]
    return [
        Pillar(label, number, f"{place + 0.1:.1f}", f"{100 - height:.2f}", f"{height:.2f}")
        for place, ((label, number), height) in enumerate(zip(parts, heights, strict=True))
    ]


# ── pictures over time: in percent of a plot, so that they are as wide as their place and their words stay readable ──
# A plot's uppermost part is left to the number on its highest line.
HEADROOM = 12.0
MOST_LINES = 4
# At 320 pixels there is room for four dates side by side, and for twelve numbers of moments.
MOST_TICKS = 4
NEAREST_FLAGS = 8.0


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a column."""

    key: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Column:
    """What stands at one place of the time line; its parts stand on each other."""

    x: str
    width: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Gridline:
    y: str
    number: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A word below the time line; `anchor` keeps it inside of the picture."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Where something happened: the numbers of one moment, or of several that are too near each other, like “2–4”."""

    x: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture over time: columns, or lines as the points of each, with what is written around them."""

    columns: list[Column]
    lines: list[tuple[str, str]]
    grid: list[Gridline]
    ticks: list[Tick]
    flags: list[Flag]


def plot(
    labels: list[str],
    *,
    columns: list[list[tuple[str, int]]] | None = None,
    lines: list[tuple[str, list[int]]] | None = None,
    least_top: int = 0,
    flags: list[tuple[float, int]] | None = None,
) -> Plot:
    """From the words of each place, and for each its parts (key, number) or the numbers of each line.

    `flags` are (how far along, from 0 to 1; the number of the moment). `least_top` is a number that must be in the
    picture, as a goal is.
    """
    highest = max(
        [sum(number for _, number in parts) for parts in columns or []]
        + [number for _, numbers in lines or [] for number in numbers]
        + [least_top, 1]
    )
    step, top = scale(highest)
    return Plot(
        columns=[_column(place, len(labels), parts, top) for place, parts in enumerate(columns or [])],
        lines=[(key, _points(numbers, top)) for key, numbers in lines or []],
        grid=[Gridline(height_at(number, top), number) for number in range(step, top + 1, step)],
        ticks=_ticks(labels),
        flags=_flags(flags or []),
    )


def scale(highest: int) -> tuple[int, int]:
    """The distance of the lines across a picture and the number of the uppermost: 1, 2 or 5 and their tens."""
    step, power = 1, 1
    while step * MOST_LINES < highest:
        step, power = {power: (2 * power, power), 2 * power: (5 * power, power), 5 * power: (10 * power, 10 * power)}[
            step
        ]
    return step, -(-highest // step) * step


def height_at(number: int, top: int) -> str:
    """How far down a number is, in percent."""
    return f"{100 - _share(number, top):.2f}%"


def _share(number: int, top: int) -> float:
    return max(0, number) * (100 - HEADROOM) / top


def _column(place: int, places: int, parts: list[tuple[str, int]], top: int) -> Column:
    below, drawn = 0.0, []
    for key, number in parts:
        if number > 0:
            height = max(0.7, _share(number, top))
            drawn.append(Part(key, f"{100 - below - height:.2f}%", f"{height:.2f}%"))
            below += height
    wide = 100 / places
    return Column(f"{(place + 0.08) * wide:.3f}%", f"{wide * 0.84:.3f}%", drawn)


def _points(numbers: list[int], top: int) -> str:
    """In a picture of 100 by 100; each number in the middle of its place."""
    wide = 100 / max(1, len(numbers))
    return " ".join(
        f"{(place + 0.5) * wide:.2f},{100 - _share(number, top):.2f}" for place, number in enumerate(numbers)
    )


def _ticks(labels: list[str]) -> list[Tick]:
    if not labels:
        return []
    many = min(MOST_TICKS, len(labels))
    places = sorted({round(number * (len(labels) - 1) / max(1, many - 1)) for number in range(many)})
    wide = 100 / len(labels)
    return [Tick(f"{(place + 0.5) * wide:.2f}%", labels[place], _anchor((place + 0.5) * wide)) for place in places]


def _anchor(percent: float) -> str:
    return "start" if percent < 13 else "end" if percent > 87 else "middle"


def _flags(flags: list[tuple[float, int]]) -> list[Flag]:
    groups: list[list[tuple[float, int]]] = []
    for far, number in sorted(flags):
        if groups and (far - groups[-1][0][0]) * 100 < NEAREST_FLAGS:
            groups[-1].append((far, number))
        else:
            groups.append([(far, number)])
    return [_flag(group) for group in groups]


def _flag(group: list[tuple[float, int]]) -> Flag:
    first, last = group[0][1], group[-1][1]
    percent = group[0][0] * 100
    return Flag(f"{percent:.2f}%", str(first) if first == last else f"{first}–{last}", _anchor(percent))


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture of shares: a word, a number, and a bar as wide as it is among the largest."""

    label: str
    number: str
    width: str
    y: int


LONGEST_LABEL = 26
BAR_HEIGHT = 36


def bars(rows: list[tuple[str, int, str]]) -> list[Bar]:
    """From (word, number, number as it is said). What is too long for a phone is cut; it stands whole in the table."""
    most = max((number for _, number, _ in rows), default=0) or 1
    return [
        Bar(
            label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…",
            said,
            f"{max(THINNEST, number * 100 / most) if number else 0:.2f}%",
            place * BAR_HEIGHT,
        )
        for place, (label, number, said) in enumerate(rows)
    ]
