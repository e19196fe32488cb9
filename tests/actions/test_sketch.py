"""Sketches: alike for what is alike, unlike for what is not, nothing without the key, and quick."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import ENGLISH, FRENCH
from tocsin.actions.sketch import likeness, sketch_of, sketch_with

pytestmark = pytest.mark.once
WORDS = [f"word{number}" for number in range(4000)]
words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=400)


def a_letter(words: int, seed: int = 1) -> list[str]:
    return random.Random(seed).choices(WORDS, k=words)  # noqa: S311


def alike(one: str, other: str) -> float:
    return likeness(sketch_of(one), sketch_of(other))


def really_alike(one: list[str], other: list[str]) -> float:
    shingles = [{tuple(text[at : at + 5]) for at in range(len(text) - 4)} for text in (one, other)]
    return len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])


def test_it_works() -> None:
    assert alike(ENGLISH, ENGLISH) == 1
    assert alike(ENGLISH, ENGLISH.upper().replace("\n\n", "  ").replace(".", " !")) == 1
    assert alike(ENGLISH, FRENCH) == 0
    assert len(sketch_of(" ".join(a_letter(300)))) == 128


def test_a_sentence_more_is_nearly_the_same_and_another_letter_is_not() -> None:
    offered = a_letter(250)
    assert alike(" ".join(offered), " ".join(offered + a_letter(15, 2))) >= 0.85
    assert alike(" ".join(offered), " ".join(a_letter(250, 3))) < 0.1


@pytest.mark.parametrize("changed", [0.0, 0.1, 0.3, 0.6, 0.9])
def test_it_is_near_the_true_share(changed: float) -> None:
    """On average over many letters within a few hundredths; one by itself within its sampling."""
    missed = []
    for seed in range(40):
        offered = a_letter(300, seed)
        other = a_letter(int(300 * changed), 1000 + seed) + offered[int(300 * changed) :]
        missed.append(alike(" ".join(offered), " ".join(other)) - really_alike(offered, other))
    assert abs(sum(missed) / len(missed)) < 0.03
    assert max(map(abs, missed)) < 0.25


@given(words, words)
def test_likeness_is_a_share_and_has_no_sides(one: list[str], other: list[str]) -> None:
    here, there = sketch_of(" ".join(one)), sketch_of(" ".join(other))
    assert 0 <= likeness(here, there) <= 1
    assert likeness(here, there) == likeness(there, here)
    assert likeness(here, here) == 1


@given(st.text())
def test_any_text_has_a_sketch(text: str) -> None:
    sketch = sketch_of(text)
    assert len(sketch) <= 128
    assert len(sketch) % 2 == 0
    assert sketch == sketch_of(text)


def test_no_words_are_like_nothing() -> None:
    assert sketch_of(" … !") == b""
    assert likeness(b"", b"") == 0
    assert likeness(b"", sketch_of("word")) == 0


def test_without_the_key_it_tells_nothing() -> None:
    text = " ".join(a_letter(250))
    assert likeness(sketch_with(b"1" * 32, text), sketch_with(b"2" * 32, text)) < 0.1
