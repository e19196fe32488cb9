"""What differs between two texts, word by word, so that people can read it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import dropwhile
from typing import Literal

type Kind = Literal["same", "gone", "new"]

# A word with what hangs on it (“aujourd’hui”, “first-hand”), a gap, or one other sign.
WORD = re.compile(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]")
LINE = re.compile(r"[^\n]*\n+|[^\n]+")
# Comparing takes the square of the length; longer texts than anybody writes here are compared by lines.
MOST_WORDS = 6000
WORDS_AROUND = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, that only the first had, or that only the second has."""

    kind: Kind
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The second text as it came out of the first. Joined, what is not new is the first text, and what is not gone is
    the second."""
    pieces = list(_pieces(*_cut(before, after)))
    return list(_joined(_without_lonely_gaps(pieces)))


def _cut(before: str, after: str) -> tuple[list[str], list[str]]:
    words = WORD.findall(before), WORD.findall(after)
    if max(map(len, words)) <= MOST_WORDS:
        return words
    return LINE.findall(before), LINE.findall(after)


def _pieces(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    for what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(before[i1:i2]))
            continue
        if i2 > i1:
            yield Piece("gone", "".join(before[i1:i2]))
        if j2 > j1:
            yield Piece("new", "".join(after[j1:j2]))


def _without_lonely_gaps(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A blank that two changes have between them belongs to both: word by word exchanged is harder to read."""
    for at, piece in enumerate(pieces):
        between = piece.kind == "same" and piece.text.isspace() and "\n" not in piece.text
        if between and 0 < at < len(pieces) - 1:
            yield Piece("gone", piece.text)
            yield Piece("new", piece.text)
        else:
            yield piece


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """One run of what is gone, then one of what is new, between what stayed."""
    gone = new = ""
    same = ""
    for piece in pieces:
        if piece.kind == "same":
            yield from _run(gone, new)
            gone = new = ""
            same += piece.text
            continue
        if same:
            yield Piece("same", same)
            same = ""
        gone, new = (gone + piece.text, new) if piece.kind == "gone" else (gone, new + piece.text)
    yield from _run(gone, new)
    if same:
        yield Piece("same", same)


def _run(gone: str, new: str) -> Iterator[Piece]:
    if gone:
        yield Piece("gone", gone)
    if new:
        yield Piece("new", new)


def shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """The same with long stretches that did not change cut down to a few words around what did."""
    return [
        Piece("same", _around(piece.text, first=at == 0, last=at == len(pieces) - 1)) if piece.kind == "same" else piece
        for at, piece in enumerate(pieces)
    ]


def _is_no_word(piece: str) -> bool:
    return not piece[0].isalnum()


def _around(text: str, *, first: bool, last: bool) -> str:
    words = WORD.findall(text)
    most = 2 * WORDS_AROUND  # a word and the gap behind it
    if len(words) <= (most if first or last else 2 * most) + 2:
        return text
    head = "" if first else "".join(words[:most]).rstrip()
    tail = "" if last else "".join(dropwhile(_is_no_word, words[-most:]))
    return f"{head} … {tail}" if head and tail else f"… {tail}" if tail else f"{head} …"
