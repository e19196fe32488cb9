"""Which letters are meant: what is asked for is kept, and what is no such thing is left out."""

from __future__ import annotations

from datetime import date

import pytest

from tocsin.actions.letters_wanted import Wanted, letters_like

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    asked = {"state": "sent", "language": "en", "target": "7", "own": "yes", "way": "digest", "since": "2026-01-02"}
    wanted = Wanted.asked_by(asked)
    assert wanted == Wanted("sent", "en", 7, "yes", "digest", date(2026, 1, 2))
    assert wanted.as_words() == asked
    assert Wanted.asked_by(wanted.as_words()) == wanted
    assert wanted.anything
    assert list(letters_like(1, wanted)) == []


@pytest.mark.parametrize("name", ["state", "language", "target", "own", "way", "since", "until"])
@pytest.mark.parametrize("said", ["\x00", "", "9" * 40, "٣", "2026-02-30", "nonsense"])
def test_whatever_is_asked_for_has_an_answer(name: str, said: str) -> None:
    assert list(letters_like(1, Wanted.asked_by({name: said}))) == []
