"""What a supporter may send of a letter: its subject, its text, and answers to the campaigner's questions.

Pure, as all of the contract. What was offered to them is known by the number in the field `offer`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from tocsin.actions.reading import CONTROL, Offer, Posted, one_line, single, some_lines
from tocsin.campaigns.offers import all_texts_offered, read_turn, subject_offered, text_offered, turns_of
from tocsin.campaigns.words import LetterWords
from tocsin.lib import plaintext

LONGEST_SUBJECT = 150
LONGEST_LETTER = 8000
LONGEST_ANSWER = 1000
TURN = "offer"


def read_letter(offer: Offer, letter: LetterWords, posted: Posted, files: Mapping[str, object]) -> None:
    """Subject, text and answers. A locked letter is the edition's own, whatever was posted."""
    turn = 0
    if turns_of(letter) > 1:
        offer.act[TURN] = turn = turn_of(letter, posted)
    if letter["mode"] == "locked":
        subject, text = subject_offered(letter, turn), text_offered(letter, turn)
        offer.act |= {"subject": subject, "text": text, "own_words": False}
        return
    _read_subject(offer, letter, turn, posted, files)
    _read_text(offer, letter, turn, posted, files)
    _read_answers(offer, letter, posted, files)


def turn_of(letter: LetterWords, posted: Posted) -> int:
    """Which opening and subject they were shown."""
    return read_turn(letter, next((str(value) for value in posted.getlist(TURN)), ""))


def _read_subject(offer: Offer, letter: LetterWords, turn: int, posted: Posted, files: Mapping[str, object]) -> None:
    """What people saw is what is sent: a subject that they emptied is never filled in behind their backs."""
    raw = single(offer, "subject", posted, files)
    if raw is None:
        return
    if (subject := one_line(offer, "subject", raw)) is None:
        return
    if len(raw) > LONGEST_SUBJECT:
        offer.refuse("subject", _("Shorten the subject to %(limit)d characters."), limit=LONGEST_SUBJECT)
    elif subject:
        offer.act["subject"] = subject
    elif posted.getlist("subject"):
        offer.refuse("subject", _("Write a subject. Your letter cannot be sent without one."))
    else:
        offer.act["subject"] = subject_offered(letter, turn)


def _read_text(offer: Offer, letter: LetterWords, turn: int, posted: Posted, files: Mapping[str, object]) -> None:
    raw = single(offer, "text", posted, files)
    if raw is None:
        return
    text = plaintext.many_lines(raw)
    if "\0" in raw:
        offer.refuse("text", CONTROL)
    elif len(text) > LONGEST_LETTER:
        offer.refuse(
            "text",
            _("Your letter has %(length)d characters. Shorten it to %(limit)d."),
            length=len(text),
            limit=LONGEST_LETTER,
        )
    elif not any(character.isalpha() for character in text):
        offer.refuse("text", _("Write your letter. It cannot be sent empty."))
    else:
        offer.act |= {"text": text, "own_words": not was_offered(text, letter, turn)}


def was_offered(text: str, letter: LetterWords, turn: int) -> bool:
    """Whether this is what the page offered, unchanged but for blanks and line breaks."""
    squeezed = _squeezed(text)
    return any(squeezed == _squeezed(offered) for offered in all_texts_offered(letter, turn))


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def answer_name(number: int) -> str:
    """The field that answers a question."""
    return f"prompt_{number}"


def _read_answers(offer: Offer, letter: LetterWords, posted: Posted, files: Mapping[str, object]) -> None:
    """One answer for each question, empty where there is none. Whoever answers writes in their own words."""
    if not letter.get("prompts"):
        return
    answers = [_read_answer(offer, answer_name(n), posted, files) for n in range(len(letter["prompts"]))]
    offer.act["prompts"] = answers
    if any(answers):
        offer.act["own_words"] = True


def _read_answer(offer: Offer, name: str, posted: Posted, files: Mapping[str, object]) -> str:
    return some_lines(offer, name, single(offer, name, posted, files) or "", LONGEST_ANSWER)
