"""Fields that a campaigner may write into the locked parts of a letter: {name}, {riding} …

They are resolved once, in the campaigner's text only. What a supporter writes is never looked through for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = ("name", "city", "postal_code", "riding", "target", "office")
FIELD = re.compile(r"\{([a-z_]+)\}")
BLANKS = re.compile(r"[ \t]{2,}")


def fields_in(text: str) -> list[str]:
    """The fields that a text names, known or not, in their order."""
    return FIELD.findall(text)


def unknown_fields_in(text: str) -> list[str]:
    return [name for name in fields_in(text) if name not in NAMES]


def resolved(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in, once. One without a value leaves no gap behind: publishing refuses fields
    that can come out empty, and a target without a riding must not be shown our braces."""
    if "{" not in text:
        return text
    filled = FIELD.sub(lambda found: values.get(found[1], "") if found[1] in NAMES else found[0], text)
    return BLANKS.sub(" ", filled)
