"""Names of divisions, compared as people mean them: dashes, accents and capitals make no other place."""

from __future__ import annotations

import unicodedata


def plain_name(name: str) -> str:
    """Only its letters and digits, small and without accents."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in apart if sign.isalnum())


def same_name(one: str, other: str) -> bool:
    return bool(plain_name(one)) and plain_name(one) == plain_name(other)
