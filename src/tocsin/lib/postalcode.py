"""Postal codes: Canadian ones are checked and written the official way, those of other countries only kept short."""

from __future__ import annotations

import re

# Canada Post: never D, F, I, O, Q, U; the first letter is not W or Z either.
CANADIAN = re.compile(r"([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z]) ?-?(\d[ABCEGHJ-NPRSTV-Z]\d)")
ELSEWHERE = re.compile(r"[0-9A-Z][0-9A-Z -]{1,10}[0-9A-Z]")
# ISO 3166-1 codes of countries that have no postal codes (general knowledge, checked against no list). Who lives there
# must not have to make one up.
WITHOUT = frozenset(
    (
        *("AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM", "DJ"),
        *("DM", "ER", "FJ", "GA", "GD", "GH", "GM", "GQ", "GY", "HK", "KI", "KM", "KN", "ML", "MO", "MR", "MW", "NR"),
        *("NU", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SY", "TD", "TG", "TK", "TL", "TO", "TV", "UG", "VU", "YE"),
        "ZW",
    )
)


class NotAPostalCode(ValueError):
    """No postal code of that country is written like this."""


def read_postal_code(text: str, country: str = "CA") -> str:
    """The code as that country (ISO 3166-1, two letters) writes it; NotAPostalCode if it cannot be one."""
    text = " ".join(text.upper().split())
    if country == "CA":
        found = CANADIAN.fullmatch(text)
        if not found:
            raise NotAPostalCode
        return f"{found[1]} {found[2]}"
    if not ELSEWHERE.fullmatch(text):
        raise NotAPostalCode
    return text
