"""Fields that a campaigner may write into the locked parts of a letter: {name}, {riding} …

They are resolved once, in the campaigner's text only. What a supporter writes is never looked through for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NAMES = ("name", "city", "postal_code", "riding", "target", "office")
FIELD = re.compile(r"\{([a-z_]+)\}")


def fields_in(text: str) -> list[str]:
    """The fields that a text names, known or not, in their order."""
    return FIELD.findall(text)


def unknown_fields_in(text: str) -> list[str]:
    return [name for name in fields_in(text) if name not in NAMES]


def resolved(text: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. What has no value stays as it stands: publishing refuses such texts."""
    return FIELD.sub(lambda found: values.get(found[1]) or found[0], text)
