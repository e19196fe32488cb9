"""What a supporter may send of a letter with openings, questions and other words; and who carries it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.lookups import variant
from tests.words import OFFERED, filled, words
from tocsin.actions.contract import read
from tocsin.actions.form import Occasion, ShownForm, show_form
from tocsin.actions.reading import Offer
from tocsin.campaigns.words import EditionWords


def with_letter(**changes: Any) -> EditionWords:
    letter: dict[str, Any] = cast("dict[str, Any]", words()["letter"])
    return words(letter={**letter, **changes})


TURNED = with_letter(openings=["I am worried.", "I cannot sleep."], subjects=["Another subject"])
ASKED = with_letter(prompts=["Why?", "Since when?"])


def refused(offer: Offer) -> set[str]:
    return {problem.field for problem in offer.problems}


def text_of(form: ShownForm) -> str:
    assert form.letter
    assert form.letter.text
    return form.letter.text.value


# ── openings and subjects ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("turn", range(4))
def test_whatever_was_shown_is_not_in_their_own_words(turn: int) -> None:
    """The page shows one of them; posted as it was shown it is unchanged, whichever it was."""
    form = show_form(7, TURNED, occasion=Occasion(turn=turn))
    assert form.letter
    assert form.letter.subject
    posted = filled(text=text_of(form).replace("\n", "\r\n"), subject=form.letter.subject.value, offer=str(turn))
    act = read(TURNED, posted).act
    assert (act["own_words"], act["offer"]) == (False, turn)
    assert act["text"] == text_of(form)


def test_turns_show_different_letters() -> None:
    shown = {text_of(show_form(7, TURNED, occasion=Occasion(turn=turn))) for turn in range(4)}
    assert shown == {f"I am worried.\n\n{OFFERED}", f"I cannot sleep.\n\n{OFFERED}"}


def test_another_opening_than_the_one_shown_is_ones_own() -> None:
    assert read(TURNED, filled(text=f"I cannot sleep.\n\n{OFFERED}", offer="0")).act["own_words"] is True


def test_what_was_shown_is_shown_again_to_mend() -> None:
    posted = filled(email="wrong", text=f"I cannot sleep.\n\n{OFFERED}", subject="Another subject", offer="3")
    form = show_form(7, TURNED, posted=posted, problems=read(TURNED, posted).problems)
    assert form.letter
    assert form.letter.turn == 3
    assert text_of(form) == f"I cannot sleep.\n\n{OFFERED}"
    assert form.letter.openings == []  # nothing is turned under somebody's hands


def test_a_subject_that_nobody_was_asked_for_is_the_one_that_was_turned_to() -> None:
    assert read(TURNED, filled(subject=None, offer="1")).act["subject"] == "Another subject"


def test_a_locked_letter_is_what_was_shown() -> None:
    locked = with_letter(mode="locked", openings=["I am worried.", "I cannot sleep."], subjects=["Another subject"])
    act = read(locked, filled(text="Forged.", subject="Forged", offer="3")).act
    assert (act["subject"], act["text"]) == ("Another subject", f"I cannot sleep.\n\n{OFFERED}")
    assert act["own_words"] is False


def test_a_letter_without_turns_has_no_offer() -> None:
    assert "offer" not in read(words(), filled(offer="3")).act


def test_other_words_that_were_offered_are_not_their_own() -> None:
    letter = with_letter(variants=[variant(text="You said so.")])
    assert read(letter, filled(text=" You  said so.")).act["own_words"] is False
    assert read(letter, filled(text="You said no.")).act["own_words"] is True


# ── questions ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_answer_makes_the_letter_ones_own() -> None:
    act = read(ASKED, filled(prompt_1="Since  May.\r\n{name}")).act
    assert act["prompts"] == ["", "Since  May.\n{name}"]
    assert act["own_words"] is True


def test_questions_may_be_left_open() -> None:
    act = read(ASKED, filled(prompt_0="  ")).act
    assert act["prompts"] == ["", ""]
    assert act["own_words"] is False


@pytest.mark.parametrize("answer", ["a" * 1001, "a\0b", ["a", "b"]])
def test_an_answer_that_cannot_be_taken(answer: Any) -> None:
    posted = filled(prompt_0=answer)
    offer = read(ASKED, posted)
    assert refused(offer) == {"prompt_0"}
    assert [one.name for one in show_form(7, ASKED, posted=posted, problems=offer.problems).problems] == ["prompt_0"]


def test_an_answer_of_a_thousand_characters() -> None:
    assert read(ASKED, filled(prompt_0="a" * 1000)).problems == []


def test_what_is_not_asked_is_not_kept() -> None:
    assert "prompts" not in read(words(), filled(prompt_0="Hello")).act
    assert read(ASKED, filled(prompt_2="Hello")).act["prompts"] == ["", ""]


def test_a_locked_letter_asks_nothing() -> None:
    locked = with_letter(mode="locked", prompts=["Why?"])
    assert "prompts" not in read(locked, filled(prompt_0="Because.")).act


def test_answers_alone_are_no_letter() -> None:
    assert refused(read(ASKED, filled(text="", prompt_0="Because."))) == {"text"}


# ── the way ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("posted", "way"), [("print", "print"), ("own_mail", "us"), ("us", "us"), ("", "us"), ("pigeon", "us")]
)
def test_only_a_way_that_is_offered(posted: str, way: str) -> None:
    assert read(words(ways=["print"]), filled(way=posted)).act["way"] == way


def test_without_a_choice_there_is_no_way() -> None:
    assert "way" not in read(words(), filled(way="print")).act


def test_a_petition_goes_no_way() -> None:
    signed = words(kind="petition", letter=None, ways=["print"])
    assert not {"way", "division"} & set(read(signed, filled(way="print", division="later")).act)
