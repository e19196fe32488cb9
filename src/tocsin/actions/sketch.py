"""How alike two letters are, told from a short sketch of each. Pure.

A sketch is the 64 smallest of a text's hashes, one for each five words that stand together: 128 bytes at most. The
hashes are keyed, so whoever steals the database cannot try texts against them. Two sketches tell how large a share of
their five-word pieces both texts have (Jaccard's index, by the smallest hashes of both together), to about six in a
hundred.
See docs/decisions/0020-sameness.md.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from hashlib import blake2b
from itertools import islice

from tocsin.lib.vault import vault

WORDS_TOGETHER = 5
MOST_KEPT = 64
# Nearly the same: one sentence was added or a few words were changed.
NEARLY_THE_SAME = 0.9
_WORD = re.compile(r"\w+")
_NUMBER = struct.Struct(">H")


def sketch_of(text: str) -> bytes:
    """The sketch of what a person sent; empty for a text without a word. Case, accents' spelling, punctuation and the
    width of blanks make no difference."""
    return sketch_with(_key(), text)


def sketch_with(key: bytes, text: str) -> bytes:
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    hashes = {blake2b(shingle, digest_size=2, key=key).digest() for shingle in _shingles(words)}
    return b"".join(sorted(hashes)[:MOST_KEPT])


def likeness(one: bytes, other: bytes) -> float:
    """From 0 (nothing in common) to 1 (the same). A text without a word is like no other."""
    if one == other:
        return 1.0 if one else 0.0
    return likeness_of(numbers(one), numbers(other))


def likeness_of(one: frozenset[int], other: frozenset[int]) -> float:
    """The same for sketches that were read once and are compared often."""
    if not one or not other:
        return 0.0
    both = one | other
    if len(one) < MOST_KEPT and len(other) < MOST_KEPT:
        return len(one & other) / len(both)  # nothing was left out of either
    smallest = sorted(both)[:MOST_KEPT]
    return sum(number in one and number in other for number in smallest) / len(smallest)


def numbers(sketch: bytes) -> frozenset[int]:
    return frozenset(number for (number,) in _NUMBER.iter_unpack(sketch[: len(sketch) // 2 * 2]))


def _shingles(words: list[str]) -> set[bytes]:
    """Every five words that stand together; all of them where there are fewer."""
    if not words:
        return set()
    ends = (islice(words, start, None) for start in range(min(WORDS_TOGETHER, len(words))))
    return {" ".join(together).encode() for together in zip(*ends, strict=False)}


@cache
def _key() -> bytes:
    return vault().digest("letters", "sketch")
