"""Contrast as WCAG measures it."""

from __future__ import annotations

import pytest

from tocsin.lib.colour import DARK_BACKGROUND, NotAColour, contrast, lightened, read_colour, readable


def test_it_works() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#a3262f", "#a3262f") == 1


@pytest.mark.parametrize(("written", "read"), [("#A3262F", "#a3262f"), (" #abc ", "#aabbcc"), ("#000000", "#000000")])
def test_a_colour_is_read_as_people_write_it(written: str, read: str) -> None:
    assert read_colour(written) == read


@pytest.mark.parametrize("text", ["", "red", "a3262f", "#a3262", "#a3262g", "#a3262f;}", "rgb(1,2,3)"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(NotAColour):
        read_colour(text)


def test_readable_is_four_and_a_half_to_one() -> None:
    assert readable("#767676")
    assert not readable("#777777")


@pytest.mark.parametrize("colour", ["#a3262f", "#000000", "#00008b", "#0b5d1e", "#767676"])
def test_the_lighter_twin_can_be_read_on_the_dark_theme(colour: str) -> None:
    assert readable(lightened(colour), DARK_BACKGROUND)


def test_a_colour_that_is_light_enough_stays_as_it_is() -> None:
    assert lightened("#ffcc00") == "#ffcc00"
