"""Intervals of a share: they hold the truth at every look, and they narrow."""

from __future__ import annotations

import random

import pytest

from tocsin.lib.evidence import share_between

pytestmark = pytest.mark.once


def test_nothing_seen_says_nothing() -> None:
    assert share_between(0, 0) == (0.0, 1.0)


def test_it_holds_what_was_seen_and_narrows() -> None:
    widths = []
    for number in (10, 100, 1000, 10_000, 1_000_000):
        low, high = share_between(number // 2, number)
        assert low < 0.5 < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 0.006


def test_none_and_all() -> None:
    assert share_between(0, 100)[0] == 0.0
    assert share_between(100, 100)[1] == 1.0
    assert 0.02 < share_between(0, 100)[1] < 0.12


def test_both_sides_are_alike() -> None:
    low, high = share_between(30, 100)
    mirrored = share_between(70, 100)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_more_than_all_is_refused() -> None:
    with pytest.raises(ValueError, match="larger than the whole"):
        share_between(2, 1)


def test_whoever_looks_every_day_is_wrong_no_oftener_than_promised() -> None:
    """400 trials in which both wordings are equal, each looked at 40 times: at most 5 in 100 may ever mislead."""
    chance = random.Random(7)  # noqa: S311  (no secret)
    misled = 0
    for _trial in range(400):
        yes = 0
        for look in range(1, 41):
            yes += sum(chance.random() < 0.5 for _person in range(25))
            low, high = share_between(yes, look * 25)
            if not low <= 0.5 <= high:
                misled += 1
                break
    assert misled <= 20
