"""What is said of how alike letters are: nothing that the numbers beside it deny."""

from __future__ import annotations

import pytest

from tocsin.actions.sameness import Sameness
from tocsin.desk.sameness import advice


def found(*, changed: int, largest: int) -> Sameness:
    return Sameness(letters=100, changed=changed, compared=100, mean=0.5, largest=largest, wordings=[])


@pytest.mark.parametrize(
    ("changed", "largest", "said"),
    [
        (80, 10, "Most people say it in words of their own."),
        (0, 33, "most people send the words that they were offered"),
        (20, 20, "most people send the words that they were offered"),
        (40, 50, "Five in ten letters are the same, or nearly. Offices notice"),
        (10, 80, "Eight in ten letters are the same, or nearly. Offices set such mail aside"),
        (0, 100, "All these letters are the same, or nearly."),
    ],
)
def test_it_works(changed: int, largest: int, said: str) -> None:
    assert said in advice(found(changed=changed, largest=largest))
