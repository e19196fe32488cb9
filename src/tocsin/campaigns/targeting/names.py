"""Names of divisions: their identifiers, and names compared as people mean them, whatever the dashes and accents."""

from __future__ import annotations

import re
import unicodedata

# Open Civic Data: "ocd-division/country:ca/ed:35075-2023", or no "/ed…" for a whole country.
_DIVISION = re.compile(r"ocd-division/country:[a-z]{2}(/[a-z_]+:[a-z0-9._~-]+)*")
LONGEST_DIVISION = 120


def is_division(text: str) -> bool:
    return len(text) <= LONGEST_DIVISION and _DIVISION.fullmatch(text) is not None


def plain_name(name: str) -> str:
    """Only its letters and digits, small and without accents."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if sign.isalnum())


def same_name(one: str, other: str) -> bool:
    return bool(plain_name(one)) and plain_name(one) == plain_name(other)
