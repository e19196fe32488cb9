"""Where people came from, as one short name; and their province, from no more than they said."""

from __future__ import annotations

import pytest

from tocsin.lib.provinces import province_of
from tocsin.lib.sources import kept_apart, site_name, source_name, with_source_of

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ({"utm_source": "Newsletter", "utm_medium": "mail"}, "newsletter"),
        ({"utm_source": "x", "source": " Code-1 "}, "code-1"),
        ({"appeal": "Spring"}, "spring"),
        ({"source": "  ", "utm_source": "x"}, "x"),
        ({"utm_medium": "mail"}, ""),
        ({"utm_source": "jane@example.org", "appeal": "spring"}, "spring"),
        ({"source": "jane@example.org"}, ""),
        ({}, ""),
    ],
)
def test_it_works(source: dict[str, str], name: str) -> None:
    assert source_name(source) == name


def test_our_own_pages_are_no_source() -> None:
    assert site_name("https://act.example.org/en/", "act.example.org:8000") == ""
    assert site_name("https://WWW.Other.example/x", "act.example.org") == "//other.example"


def test_who_has_a_sum_keeps_it_and_the_most_frequent_come_next() -> None:
    assert kept_apart({"a": 1, "b": 5, "c": 3}, {"x"}, 3) == {"x", "b", "c"}
    assert kept_apart({"a": 1}, {"x", "y", "z"}, 2) == {"x", "y", "z"}


@pytest.mark.parametrize(
    ("act", "province"),
    [
        ({"province": "QC", "postal_code": "K1A 0A6"}, "QC"),
        ({"province": "--"}, "--"),
        ({"postal_code": "k1a0a6"}, "ON"),
        ({"postal_code": "X0A 0H0"}, "NU"),
        ({"postal_code": "X1A 1A1"}, "NT"),
        ({"postal_code": "H2X 1Y4", "country": "CA"}, "QC"),
        ({"postal_code": "75001", "country": "FR"}, "--"),
        ({"postal_code": "W1A 1AA"}, ""),
        ({"postal_code": "D1A 1A1"}, ""),
        ({"province": "Ontario"}, ""),
        ({}, ""),
    ],
)
def test_the_province_is_what_was_said_or_what_the_postal_code_says(act: dict[str, str], province: str) -> None:
    assert province_of(act) == province


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("utm_source=news&utm_medium=e-mail", "/en/?utm_source=news&utm_medium=e-mail"),
        ("given_name=Jane&appeal=a%20b", "/en/?appeal=a+b"),
        ("email=jane@example.org", "/en/"),
        ("", "/en/"),
    ],
)
def test_a_reader_who_is_sent_on_takes_along_where_they_came_from_and_nothing_else(query: str, address: str) -> None:
    assert with_source_of(query, "/en/") == address
