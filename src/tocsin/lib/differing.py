"""What differs between two texts, word by word, so that people can read it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import dropwhile
from typing import Literal

type Kind = Literal["same", "gone", "new"]

# A word with what hangs on it (“aujourd’hui”, “first-hand”), or one other sign, and the blanks before it. Blanks by
# themselves would be the commonest word of all, and comparing takes the square of how often a word occurs.
WORD = re.compile(r"[ \t]*(?:\w+(?:['’-]\w+)*|[^\w\s])|[^\S\n]+|\n+")
LINE = re.compile(r"[^\n]*\n+|[^\n]+")
# Pairs of equal words, or lines. Beyond it a stretch is shown as taken out and put in whole: nobody waits for more.
MOST_PAIRS = 60_000
WORDS_AROUND = 12


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that both have, that only the first had, or that only the second has."""

    kind: Kind
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """The second text as it came out of the first. Joined, what is not new is the first text, and what is not gone is
    the second."""
    return list(_joined(_by_lines(before, after)))


def _by_lines(before: str, after: str) -> Iterator[Piece]:
    """Whole paragraphs first; words only in those that differ."""
    for old, new in _stretches(LINE.findall(before), LINE.findall(after)):
        if old == new:
            yield Piece("same", old)
        else:
            yield from _by_words(old, new)


def _by_words(before: str, after: str) -> Iterator[Piece]:
    for gone, put_in in _stretches(WORD.findall(before), WORD.findall(after)):
        yield from [Piece("same", gone)] if gone == put_in else _run(gone, put_in)


def _stretches(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What stands in each of the two at the same place, in the order of the texts."""
    times = Counter(before)
    if sum(times[one] for one in after) > MOST_PAIRS:
        yield "".join(before), "".join(after)
        return
    for _what, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield "".join(before[i1:i2]), "".join(after[j1:j2])


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """One run of what is gone, then one of what is new, between what stayed."""
    text: dict[Kind, str] = {"same": "", "gone": "", "new": ""}
    for piece in pieces:
        if piece.kind == "same":
            yield from _run(text["gone"], text["new"])
            text |= {"gone": "", "new": ""}
        elif text["same"]:
            yield Piece("same", text["same"])
            text["same"] = ""
        text[piece.kind] += piece.text
    yield from _run(text["gone"], text["new"])
    if text["same"]:
        yield Piece("same", text["same"])


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


def _around(text: str, *, first: bool, last: bool) -> str:
    words = WORD.findall(text)
    if len(words) <= (WORDS_AROUND if first or last else 2 * WORDS_AROUND) + 2:
        return text
    head = "" if first else "".join(words[:WORDS_AROUND]).rstrip()
    tail = "" if last else "".join(dropwhile(_is_no_word, words[-WORDS_AROUND:])).lstrip()
    return f"{head} … {tail}" if head and tail else f"… {tail}" if tail else f"{head} …"


def _is_no_word(piece: str) -> bool:
    return not piece.strip()[:1].isalnum()
