"""Postal codes, telephone numbers, and text as people type it (requirements B32–B48)."""

from __future__ import annotations

import pytest

from tocsin.lib import plaintext
from tocsin.lib.phone import NotAPhoneNumber, read_phone
from tocsin.lib.places import COUNTRIES, countries_in, country_name, provinces_in
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code


@pytest.mark.parametrize("text", ["m5v2t6", "M5V 2T6", " m5v-2t6 ", "M5V  2T6"])
def test_a_canadian_postal_code_is_written_one_way(text: str) -> None:
    assert read_postal_code(text) == "M5V 2T6"


@pytest.mark.parametrize("text", ["D0D 0D0", "M5V 2T", "12345", "W1A 1AA", "", "M5V 2O6"])
def test_what_is_no_canadian_postal_code(text: str) -> None:
    with pytest.raises(NotAPostalCode):
        read_postal_code(text)


def test_other_countries_have_other_codes() -> None:
    assert read_postal_code("sw1a 1aa", "GB") == "SW1A 1AA"
    with pytest.raises(NotAPostalCode):
        read_postal_code("=1+1", "GB")


def test_a_telephone_number_is_kept_in_e164() -> None:
    assert read_phone("(514) 555-0000") == "+15145550000"
    assert read_phone("+33 1 42 68 53 00") == "+33142685300"
    with pytest.raises(NotAPhoneNumber):
        read_phone("call me")


def test_places_have_names_in_both_languages() -> None:
    assert countries_in("en")[0] == countries_in("fr")[0] == ("CA", "Canada")
    assert country_name("DE", "fr") == "Allemagne"
    assert dict(provinces_in("fr"))["QC"] == "Québec"
    assert "ZZ" not in COUNTRIES
    assert len(COUNTRIES) > 190


def test_a_letter_keeps_its_lines_and_loses_its_controls() -> None:
    assert plaintext.many_lines("a\r\nb\rc\td\x1b[31m\x00e") == "a\nb\nc\tde"
    assert plaintext.many_lines("right\u202eleft") == "rightleft"


def test_names_are_composed_the_same_way() -> None:
    assert plaintext.one_line("  Zoe\u0301   O’Brien ") == "Zoé O’Brien"


@pytest.mark.parametrize("name", ["http://x", "see www.x.ca", "Ana https://x", "buy.com", "x.ru/"])
def test_names_that_carry_links(name: str) -> None:
    assert plaintext.holds_web_address(name)


@pytest.mark.parametrize("name", ["Zoé O’Brien-Ñandú", "ᐃᓄᒃᑎᑐᑦ", "李", "J. R. Doe", "St. John's"])
def test_names_that_do_not(name: str) -> None:
    assert not plaintext.holds_web_address(name)
    assert not plaintext.looks_like_formula(name)


@pytest.mark.parametrize("name", ["=1+1", "@x", "-1", "+1", "＝1+1", "\t=1"])
def test_names_that_a_spreadsheet_would_calculate(name: str) -> None:
    assert plaintext.looks_like_formula(name)


def test_a_hyphen_before_a_letter_is_a_name() -> None:
    assert not plaintext.looks_like_formula("-Ana")
