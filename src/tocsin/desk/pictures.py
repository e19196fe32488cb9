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
