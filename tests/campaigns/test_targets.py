"""How a target is named and greeted: never half empty, in any language."""

from __future__ import annotations

import pytest

from tests.cast import a_target
from tocsin.campaigns.models import Target, TargetWords


def said(**words: str) -> TargetWords:
    return TargetWords(**{"language": "en", **words})


def test_a_person_in_an_office() -> None:
    words = said(style="The Honourable", person="Jane Doe", office="Minister of Hearings", organisation="Government")
    assert words.address == ["The Honourable Jane Doe", "Minister of Hearings", "Government"]
    assert str(words) == "The Honourable Jane Doe, Minister of Hearings"
    assert words.greeting == "Dear Jane Doe,"


def test_an_office_without_a_person_keeps_its_style() -> None:
    words = said(style="The Honourable", office="Minister of Hearings", organisation="Government")
    assert words.address == ["The Honourable Minister of Hearings", "Government"]
    assert str(words) == "The Honourable Minister of Hearings"


@pytest.mark.parametrize(
    ("words", "greeting"),
    [
        ({"salutation": "Dear Minister,"}, "Dear Minister,"),
        ({"person": "Jane Doe"}, "Dear Jane Doe,"),
        ({"office": "Minister of Hearings"}, "Dear Minister of Hearings,"),
        ({}, "Dear Sir or Madam,"),
        ({"language": "fr"}, "Madame, Monsieur,"),
        ({"language": "fr", "salutation": "Madame la Ministre,"}, "Madame la Ministre,"),
    ],
)
def test_there_is_always_a_greeting(words: dict[str, str], greeting: str) -> None:
    assert said(**words).greeting == greeting


@pytest.mark.django_db
def test_a_language_without_words_of_its_own_gets_neutral_ones() -> None:
    target = a_target()
    target.in_words.filter(language="fr").delete()
    fresh = Target.objects.get()
    assert fresh.words("fr").address == ["Minister of Hearings"]
    assert fresh.words("fr").greeting == "Madame, Monsieur,"
