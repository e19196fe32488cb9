"""Fields in what a campaigner wrote: {name}, {city} … resolved once, when a letter is composed. Pure.

Only the locked parts of a letter know them. What a supporter wrote is never searched for fields, and what a field is
replaced with is never searched again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = ("name", "city", "postal_code", "riding", "target", "office")
FIELD = re.compile(r"\{(" + "|".join(NAMES) + r")\}")


def resolved(text: str, values: Mapping[str, str]) -> str:
    """The text with each field's value in its place; a field without a value leaves nothing behind, not even a gap."""
    if "{" not in text:
        return text
    filled = FIELD.sub(lambda found: values.get(found[1], ""), text)
    return re.sub(r"[ \t]{2,}", " ", filled)
