"""Colours: their contrast as WCAG measures it, and a lighter twin of one for the dark theme."""

from __future__ import annotations

import colorsys
import re

WHITE = "#ffffff"
# What the dark theme paints its pages with (look/static/tocsin/public.css).
DARK_BACKGROUND = "#14161a"
# WCAG 2.2, 1.4.3: text of ordinary size.
ENOUGH = 4.5
HEX = re.compile(r"#[0-9a-f]{6}")


class NotAColour(ValueError):
    """A colour is written like #b3261e."""


def read_colour(text: str) -> str:
    """The colour as #rrggbb in lower case; NotAColour if it is written otherwise."""
    colour = text.strip().lower()
    if re.fullmatch(r"#[0-9a-f]{3}", colour):
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    if not HEX.fullmatch(colour):
        raise NotAColour
    return colour


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(colour: str, background: str = WHITE) -> bool:
    """Whether text in this colour can be read on that background, or text in that colour on this."""
    return contrast(colour, background) >= ENOUGH


def lightened(colour: str, background: str = DARK_BACKGROUND) -> str:
    """The colour itself if it can be read on a dark background, else the least lighter one of its hue that can."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    while not readable(colour, background) and lightness < 1:
        lightness = min(1, lightness + 0.01)
        colour = _written(colorsys.hls_to_rgb(hue, lightness, saturation))
    return colour


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
