"""The two keys of a receipt, and why they differ.

Whoever signs is sent on to /thanks/KEY/. That key is made from what everybody could know who posted the form: edition,
address, hour. A first signature and a repeated one get the same key, so it opens nothing that tells them apart. The key
that opens a person's letters goes by mail to the address they gave: only its owner reads it.
See docs/decisions/0004-receipts.md.
"""

from __future__ import annotations

import struct
import time
from dataclasses import dataclass

from tocsin.lib.vault import vault

_THANKS = struct.Struct(">QI32s")
_RECEIPT = struct.Struct(">Q")
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Thanked:
    """What a thank-you address knows: which edition was signed, in which hour, by whose digest."""

    edition_id: int
    hour: int
    digest: bytes

    @property
    def fates_may_be_shown(self) -> bool:
        """Only when a letter of a first signature has surely left, too: until then its fate would tell it apart."""
        return time.time() >= (self.hour + 2) * HOUR


def thanks_key(edition_id: int, digest: bytes) -> str:
    return vault().token("thanks", _THANKS.pack(edition_id, int(time.time()) // HOUR, digest))


def read_thanks_key(key: str) -> Thanked | None:
    content = vault().read_token("thanks", key)
    return Thanked(*_THANKS.unpack(content)) if content is not None and len(content) == _THANKS.size else None


def receipt_key(action_id: int) -> str:
    return vault().token("receipt", _RECEIPT.pack(action_id))


def read_receipt_key(key: str) -> int | None:
    """The action whose receipt this opens, or None."""
    content = vault().read_token("receipt", key)
    return int(_RECEIPT.unpack(content)[0]) if content is not None and len(content) == _RECEIPT.size else None
