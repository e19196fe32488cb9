"""What differs between two texts: nothing is lost, and it can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.lib import differing
from tocsin.lib.differing import Piece, difference, shortened


def halves(pieces: list[Piece]) -> tuple[str, str]:
    before = "".join(piece.text for piece in pieces if piece.kind != "new")
    return before, "".join(piece.text for piece in pieces if piece.kind != "gone")


def test_it_works() -> None:
    assert difference("End the agreement now.", "End the old agreement.") == [
        Piece("same", "End the"),
        Piece("new", " old"),
        Piece("same", " agreement"),
        Piece("gone", " now"),
        Piece("same", "."),
    ]


@given(before=st.text(alphabet="ab .\n’-é"), after=st.text(alphabet="ab .\n’-é"))
def test_both_texts_can_be_read_out_of_the_difference(before: str, after: str) -> None:
    assert halves(difference(before, after)) == (before, after)


def test_words_that_are_exchanged_stand_together() -> None:
    assert difference("two old men", "three young women") == [
        Piece("gone", "two old men"),
        Piece("new", "three young women"),
    ]


def test_a_word_is_changed_whole() -> None:
    assert difference("aujourd’hui", "aujourd’huit") == [Piece("gone", "aujourd’hui"), Piece("new", "aujourd’huit")]


def test_what_would_take_too_long_is_exchanged_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differing, "MOST_PAIRS", 1)
    assert difference("a b c\nx y four\n", "a b c\nx y five\n") == [
        Piece("same", "a b c\n"),
        Piece("gone", "x y four\n"),
        Piece("new", "x y five\n"),
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [("a " * 4000, "a " * 3999 + "b"), ("a\n" * 4000, "b\n" + "a\n" * 3999), ("a" * 8000, "a" * 7999)],
)
def test_long_and_monotonous_letters_are_told_apart(before: str, after: str) -> None:
    """Each of these would keep a search for the best answer busy for minutes."""
    assert halves(difference(before, after)) == (before, after)


def test_what_stayed_is_cut_down_to_some_words_around_what_changed() -> None:
    long = " ".join(f"w{number}" for number in range(200))
    cut = shortened(difference(f"{long} old {long}", f"{long} new {long}"))
    assert [piece.kind for piece in cut] == ["same", "gone", "new", "same"]
    assert cut[0].text == "… " + " ".join(f"w{number}" for number in range(188, 200))
    assert cut[3].text == " " + " ".join(f"w{number}" for number in range(12)) + " …"


def test_a_short_text_is_not_cut() -> None:
    pieces = difference("Hear every family.", "Hear every child.")
    assert shortened(pieces) == pieces
