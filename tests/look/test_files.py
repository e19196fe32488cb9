"""The stylesheet and the script: their weight, whom they ask, what they keep, and the contrast of the palette."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tocsin.lib.colour import DARK_BACKGROUND, contrast, lightened
from tocsin.pages.brand import DEFAULT_ACCENT

FILES = Path(__file__).parents[2] / "src/tocsin/look/static/tocsin"
STYLE = (FILES / "public.css").read_text()
SCRIPT = (FILES / "public.js").read_text()


def palette(*, dark: bool) -> dict[str, str]:
    """The colours of one theme: what dark does not say is as in light."""
    light, _, rest = STYLE.partition("@media (prefers-color-scheme: dark)")
    block = rest[: rest.index("}\n}")] if dark else ""
    return {
        name: "#" + "".join(digit * 2 for digit in value[1:]) if len(value) == 4 else value
        for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", light[: light.index("}\n")] + block)
    }


def test_budgets() -> None:
    assert len(STYLE.encode()) <= 20_000
    assert len(SCRIPT.encode()) <= 9_700


def test_they_load_nothing() -> None:
    assert not re.search(r"@import|@font-face|url\(", STYLE)
    assert not re.search(r"https?://|\bimport\b", SCRIPT)


def test_the_script_keeps_nothing() -> None:
    assert not re.search(r"localStorage|sessionStorage|indexedDB|cookie|innerHTML|eval\(", SCRIPT)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "background"),
    [
        (ink, background)
        for ink in ("ink", "soft", "trouble", "done")
        for background in ("paper", "panel", "sheet", "field")
    ],
)
def test_text_can_be_read(ink: str, background: str, theme: str) -> None:
    colours = palette(dark=theme == "dark")

    assert contrast(colours[ink], colours[background]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("background", ["paper", "panel", "sheet", "field"])
def test_edges_of_fields_can_be_seen(background: str, theme: str) -> None:
    colours = palette(dark=theme == "dark")

    assert contrast(colours["edge"], colours[background]) >= 3


# As light as brands may be, and the default.
@pytest.mark.parametrize("accent", ["#767676", "#d5261e", "#0a7d33", "#0000ff", "#000000", DEFAULT_ACCENT])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_any_accent_can_be_seen_and_read_upon(accent: str, theme: str) -> None:
    colours = palette(dark=theme == "dark")
    accent = lightened(accent) if theme == "dark" else accent

    assert contrast(accent, colours["on-accent"]) >= 4.5
    assert all(contrast(accent, colours[background]) >= 3 for background in ("paper", "panel", "sheet"))


def test_the_dark_paper_is_the_one_that_accents_are_made_for() -> None:
    assert palette(dark=True)["paper"] == DARK_BACKGROUND
    assert f"--accent-light, {DEFAULT_ACCENT}" in STYLE
