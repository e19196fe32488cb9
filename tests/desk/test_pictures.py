"""The geometry of pictures: what is higher is drawn higher, nothing leaves its place, and words keep apart."""

from __future__ import annotations

import pytest

from tocsin.desk.picture import percent, said_percent
from tocsin.desk.pictures import BAR_HEIGHT, MOST_LINES, bars, plot, scale

pytestmark = pytest.mark.once


def number(percent: str) -> float:
    return float(percent.rstrip("%"))


def test_it_works() -> None:
    drawn = plot(["Mon", "Tue"], columns=[[("own", 1), ("acted", 3)], [("acted", 0)]])
    (own, acted) = drawn.columns[0].parts
    assert number(acted.height) == pytest.approx(3 * number(own.height), abs=0.1)
    assert number(own.y) + number(own.height) == pytest.approx(100, abs=0.1)
    assert number(acted.y) + number(acted.height) == pytest.approx(number(own.y), abs=0.1)
    assert drawn.columns[1].parts == []
    assert [tick.label for tick in drawn.ticks] == ["Mon", "Tue"]


@pytest.mark.parametrize(
    ("part", "whole", "words"), [(5, 9, "56%"), (4, 9, "44%"), (1, 100, "1.0%"), (199, 200, "100%"), (0, 9, "0%")]
)
def test_shares_are_rounded(part: int, whole: int, words: str) -> None:
    assert said_percent(percent(part, whole)) == words


@pytest.mark.parametrize(
    ("highest", "step", "top"),
    [
        (1, 1, 1),
        (4, 1, 4),
        (5, 2, 6),
        (9, 5, 10),
        (40, 10, 40),
        (99, 50, 100),
        (1234, 500, 1500),
        (10**7, 5 * 10**6, 10**7),
    ],
)
def test_the_lines_across_are_round_numbers(highest: int, step: int, top: int) -> None:
    assert scale(highest) == (step, top)
    assert top // step <= MOST_LINES


def test_nothing_at_all_is_a_picture_too() -> None:
    drawn = plot(["Mon"], columns=[[]], lines=[("grown", [0])])
    assert [line.number for line in drawn.grid] == [1]
    assert drawn.lines == [("grown", "50.00,100.00")]


def test_a_goal_far_away_is_in_the_picture() -> None:
    assert plot(["Mon"], lines=[("grown", [3])], least_top=900).grid[-1].number == 1000


def test_however_many_days_only_so_many_dates_are_written_as_a_phone_has_room_for() -> None:
    ticks = plot([str(day) for day in range(400)]).ticks
    assert [tick.label for tick in ticks] == ["0", "133", "266", "399"]
    assert [tick.anchor for tick in ticks] == ["start", "middle", "middle", "end"]


def test_moments_that_are_near_each_other_share_a_number() -> None:
    flags = plot(["Mon"], flags=[(0.5, 1), (0.52, 2), (0.55, 3), (0.9, 4)]).flags
    assert [(flag.label, flag.x) for flag in flags] == [("1–3", "50.00%"), ("4", "90.00%")]


def test_a_long_name_is_cut_and_a_small_number_can_be_seen() -> None:
    long, small, nobody = bars(
        [("Beauport–Côte-de-Beaupré–Île d’Orléans", 1000, "1,000"), ("B", 1, "1"), ("C", 0, "0")]
    )
    assert long.label == "Beauport–Côte-de-Beaupré–…"
    assert (long.width, nobody.width) == ("100.00%", "0.00%")
    assert number(small.width) > 0.5
    assert small.y == BAR_HEIGHT
