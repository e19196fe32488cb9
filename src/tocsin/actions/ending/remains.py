"""What remains of an act when its person is gone: no more than the roll-ups tell of it, so that they can be proved.

Whether somebody wrote in their own words, and their province, stand in the pictures of each campaign. Kept with the
row, these are still the sum of their rows after a year, and a row that is taken out of the number takes the right ones
along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.actions.take import action_context
from tocsin.lib.provinces import ABROAD, province_of
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

# Of an act, what a letter was made of.
WORDS = ("subject", "text", "prompts")
WORDS_ENDED = "words_ended"
SHORTEST_NAME = 2


def opened(sealed: bytes | memoryview, digest: bytes | memoryview) -> dict[str, Any] | None:
    """None where its key is gone."""
    try:
        found: dict[str, Any] = vault().open(sealed, action_context(digest))
    except CannotOpen:
        return None
    return found


def what_remains(act: Mapping[str, Any] | None, digest: bytes) -> bytes:
    """Sealed. Of what cannot be opened nothing is known, and nothing remains: then the pictures keep their numbers."""
    if act is None:
        return b""
    province = province_of(act)
    where = {"country": ABROAD} if province == ABROAD else {"province": province}
    return vault().seal({"own_words": bool(act.get("own_words")), **where}, action_context(digest))


def without_words(act: Mapping[str, Any], digest: bytes) -> bytes:
    kept = {key: value for key, value in act.items() if key not in WORDS}
    return vault().seal({**kept, WORDS_ENDED: True}, action_context(digest))


def names_in(act: Mapping[str, Any] | None) -> frozenset[str]:
    """What would tell of the person if a server had said it."""
    said = [str((act or {}).get(key) or "") for key in ("given_name", "family_name", "email", "phone", "postal_code")]
    said.append(said[2].partition("@")[0])
    return frozenset(word for word in said if len(word) >= SHORTEST_NAME)
