"""What a letter offers to a supporter: its openings and subjects are turned, so that letters are less alike.

Which one somebody was shown is a number, their `offer`. It goes through all pairs of a subject and an opening. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.campaigns.words import LetterWords


def subjects_of(letter: LetterWords) -> list[str]:
    """All subjects that are turned; the letter's own is the first."""
    return [letter["subject"], *letter.get("subjects", [])]


def openings_of(letter: LetterWords) -> list[str]:
    """All openings that are turned; without any there is one that is empty."""
    return letter.get("openings") or [""]


def turns_of(letter: LetterWords) -> int:
    """How many different letters there are to offer."""
    return len(subjects_of(letter)) * len(openings_of(letter))


def read_turn(letter: LetterWords, posted: str) -> int:
    """The offer that a form names. What is no number of ours is the first: only what is compared depends on it."""
    small = posted.isascii() and posted.isdigit() and len(posted) < 5
    return int(posted) % turns_of(letter) if small else 0


def subject_offered(letter: LetterWords, turn: int) -> str:
    subjects = subjects_of(letter)
    return subjects[turn % len(subjects)]


def opening_offered(letter: LetterWords, turn: int) -> str:
    openings = openings_of(letter)
    return openings[turn // len(subjects_of(letter)) % len(openings)]


def text_offered(letter: LetterWords, turn: int, text: str = "") -> str:
    """The opening and the text below it: the letter's, or that of a variant."""
    opening = opening_offered(letter, turn)
    return "\n\n".join(part for part in (opening, text or letter["text"]) if part)


def all_texts_offered(letter: LetterWords, turn: int) -> Iterator[str]:
    """Every text that whoever was shown this offer may have been given: the letter's own, and those of its variants."""
    yield text_offered(letter, turn)
    for variant in letter.get("variants", ()):
        if variant["text"]:
            yield text_offered(letter, turn, variant["text"])
