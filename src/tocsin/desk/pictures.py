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
