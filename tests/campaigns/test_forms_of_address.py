"""How offices are addressed in each language: what a native reader would write, and never half of it."""

from __future__ import annotations

import re
from itertools import product

import pytest

from tests.cast import a_target
from tocsin.campaigns.forms_of_address import OFFICE_KINDS, TABLE, family_name
from tocsin.campaigns.models import Target, TargetWords

KINDS = [kind for kind, _label in OFFICE_KINDS]


def words(kind: str, gender: str, language: str, **said: str) -> TargetWords:
    target = Target(name="Jane Doe", office_kind=kind, gender=gender)
    return TargetWords(**{"target": target, "language": language, "person": "Jane Doe", **said})


@pytest.mark.parametrize(
    ("kind", "gender", "language", "greeting"),
    [
        ("minister", "f", "en", "Dear Minister,"),
        ("minister", "f", "fr", "Madame la Ministre,"),
        ("minister", "m", "fr", "Monsieur le Ministre,"),
        ("minister", "", "fr", "Madame la Ministre, Monsieur le Ministre,"),
        ("prime_minister", "", "en", "Dear Prime Minister,"),
        ("prime_minister", "m", "fr", "Monsieur le Premier Ministre,"),
        ("mp", "f", "en", "Dear Ms. Doe,"),
        ("mp", "m", "en", "Dear Mr. Doe,"),
        ("mp", "", "en", "Dear Jane Doe,"),
        ("mp", "", "fr", "Madame la Députée, Monsieur le Député,"),
        ("senator", "", "en", "Dear Senator,"),
        ("mayor", "f", "fr", "Madame la Mairesse,"),
        ("ambassador", "", "fr", "Excellence,"),
        ("office", "", "fr", "Madame, Monsieur,"),
        ("", "f", "en", "Dear Jane Doe,"),
        ("", "f", "fr", "Madame, Monsieur,"),
        ("no such office", "", "en", "Dear Jane Doe,"),
    ],
)
def test_the_greeting(kind: str, gender: str, language: str, greeting: str) -> None:
    assert words(kind, gender, language).greeting == greeting


@pytest.mark.parametrize(
    ("kind", "gender", "language", "closing"),
    [
        ("minister", "f", "fr", "Veuillez agréer, Madame la Ministre, l’expression de ma haute considération."),
        (
            "prime_minister",
            "m",
            "fr",
            "Veuillez agréer, Monsieur le Premier Ministre, l’expression de ma très haute considération.",
        ),
        ("minister", "", "en", "Yours sincerely,"),
        ("", "", "fr", "Veuillez agréer, Madame, Monsieur, l’expression de mes sentiments distingués."),
    ],
)
def test_the_closing(kind: str, gender: str, language: str, closing: str) -> None:
    assert words(kind, gender, language).closing == closing


def test_a_salutation_of_ones_own_goes_first_and_the_french_closing_repeats_it() -> None:
    own = words("minister", "m", "fr", salutation="Chère Madame la Vice-première ministre,")
    assert own.greeting == "Chère Madame la Vice-première ministre,"
    assert own.closing.startswith("Veuillez agréer, Madame la Vice-première ministre, l’expression")


def test_the_style_is_that_of_the_office_unless_given() -> None:
    assert words("minister", "f", "en", office="Minister of Hearings").address == [
        "The Honourable Jane Doe",
        "Minister of Hearings",
    ]
    assert words("minister", "f", "en", style="The Right Honourable").full_name == "The Right Honourable Jane Doe"
    assert words("governor_general", "f", "fr").full_name == "Son Excellence la très honorable Jane Doe"
    assert words("minister", "f", "en", person="", office="Minister of Hearings").address == ["Minister of Hearings"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_ever_half_empty(kind: str) -> None:
    persons = ["Jane Doe", "Jane", "Jane Mary Doe", ""]
    for gender, language, person in product(["", "f", "m"], ["en", "fr"], persons):
        said, which = words(kind, gender, language, person=person), (gender, language, person)
        assert said.greeting.endswith(","), which
        for line in (said.greeting, said.closing, *said.address):
            assert line, which
            assert not re.search(r"[{}]|  | ,|^,", line), which


def test_both_languages_know_every_office() -> None:
    assert set(TABLE["en"]) == set(TABLE["fr"]) == set(KINDS)


@pytest.mark.parametrize(
    ("person", "family"),
    [
        ("Jane Doe", "Doe"),
        ("Jane van der Berg", "van der Berg"),
        ("Jane St. Clair", "St. Clair"),
        ("Jane Mary Doe", ""),
        ("Jane", ""),
        ("Jane de", ""),
        ("", ""),
    ],
)
def test_a_family_name_is_said_only_where_it_is_sure(person: str, family: str) -> None:
    assert family_name(person) == family


@pytest.mark.django_db
def test_an_office_without_a_person_is_the_office() -> None:
    office = Target.objects.create(name="Office of Hearings", email="o@hearings.example", office_kind="office")
    assert office.words("en").address == ["Office of Hearings"]
    assert office.words("en").greeting == "Dear Sir or Madam,"


@pytest.mark.django_db
def test_closing_for_a_target() -> None:
    target = a_target(office_kind="minister", gender="f")
    assert target.words("fr").closing == "Veuillez agréer, Madame la Ministre, l’expression de ma haute considération."
    assert target.words("en").closing == "Yours sincerely,"
