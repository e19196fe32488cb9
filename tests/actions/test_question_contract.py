"""What a supporter may answer to a campaigner's own questions: kept as meant, or refused with a clear sentence."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.actions.test_contract import refused, said
from tests.words import filled, only_if, own_question, words
from tocsin.actions.contract import read
from tocsin.actions.question_contract import LONGEST_LINE, LONGEST_LINES
from tocsin.actions.reading import Offer

CONTROLS = ("line", "lines", "choice", "box")
EACH = [own_question(control, control) for control in CONTROLS]
MUST = [own_question(control, control, required=True) for control in CONTROLS]


def answered(asked: Any, **typed: str | list[str] | None) -> Offer:
    return read(words(questions=asked), filled(**{f"question_{key}": value for key, value in typed.items()}))


def test_it_works() -> None:
    offer = answered(EACH, line=" Local  5 ", lines="One.\r\n\r\nTwo. ", choice="The news", box="yes")
    assert offer.problems == []
    assert offer.act["answers"] == {"line": "Local 5", "lines": "One.\n\nTwo.", "choice": "The news", "box": True}


def test_nothing_answered_leaves_no_trace() -> None:
    assert "answers" not in answered(EACH).act
    assert "answers" not in answered(EACH, line=" ", lines="\r\n", choice="", box="").act


def test_what_is_not_asked_is_ignored() -> None:
    assert "answers" not in read(words(), filled(question_line="x", answers="x")).act
    assert answered([own_question("line", "line")], line="x", other="y").act["answers"] == {"line": "x"}


def test_what_must_be_answered_is_asked_for_in_its_own_words() -> None:
    offer = answered(MUST, line=" ", box="no")
    assert refused(offer) == {f"question_{control}" for control in CONTROLS}
    assert [str(problem) for problem in offer.problems] == [
        "Answer this question: What of line?",
        "Answer this question: What of lines?",
        "Choose an answer: What of choice?",
        "Tick this box: What of box?",
    ]


@pytest.mark.parametrize("choice", ["a friend", "A friend\0", "Both", "A friend, The news", "x" * 9000])
def test_only_what_the_list_has_can_be_chosen(choice: str) -> None:
    for asked in (EACH, MUST[2:3]):
        offer = answered(asked, choice=choice)
        assert [str(problem) for problem in offer.problems] == ["Choose an answer from the list: What of choice?"]
        assert "answers" not in offer.act


@pytest.mark.parametrize("key", CONTROLS)
def test_an_answer_sent_twice_is_never_both(key: str) -> None:
    assert refused(answered(EACH, **{key: ["yes", "A friend"]})) == {f"question_{key}"}


@pytest.mark.parametrize("key", CONTROLS)
def test_a_file_is_no_answer(key: str) -> None:
    offer = read(words(questions=EACH), filled(), {f"question_{key}": object()})
    assert refused(offer) == {f"question_{key}"}


@pytest.mark.parametrize(("key", "limit"), [("line", LONGEST_LINE), ("lines", LONGEST_LINES)])
def test_answers_have_a_longest(key: str, limit: int) -> None:
    assert answered(EACH, **{key: "x" * limit}).problems == []
    offer = answered(EACH, **{key: "x" * (limit + 1)})
    assert refused(offer) == {f"question_{key}"}
    assert str(limit) in said(offer)


@pytest.mark.parametrize("typed", ["a\nb", "a\u2028b", "a\0b", "a\x1b[31mb", "\u202eabc"])
def test_what_is_no_line(typed: str) -> None:
    assert refused(answered(EACH, line=typed)) == {"question_line"}


def test_controls_are_left_out_of_lines_and_nul_is_refused() -> None:
    assert answered(EACH, lines="a\x1b[31m\tb\x07\u202e").act["answers"] == {"lines": "a\tb"}
    assert refused(answered(EACH, lines="a\0b")) == {"question_lines"}


@pytest.mark.parametrize(
    "typed", ["=1+1", "http://x.example", "{{ settings }}", "<script>alert(1)</script>", "100 %(d)s"]
)
def test_an_answer_is_kept_word_for_word(typed: str) -> None:
    assert answered(EACH, line=typed, lines=typed).act["answers"] == {"line": typed, "lines": typed}


def test_no_letter_has_the_answers() -> None:
    offer = answered(EACH, line="Kanarienvogel", lines="Kanarienvogel")
    assert "Kanarienvogel" not in str({key: part for key, part in offer.act.items() if key != "answers"})
    assert offer.act["own_words"] is False


@given(st.dictionaries(st.sampled_from(CONTROLS), st.lists(st.text(max_size=2500), max_size=3)), st.booleans())
def test_whatever_is_sent_is_kept_within_its_limits_or_refused(typed: Any, must: bool) -> None:  # noqa: FBT001
    offer = answered(MUST if must else EACH, **typed)
    assert all(str(problem) for problem in offer.problems)
    answers = offer.act.get("answers", {})
    assert set(answers) <= set(CONTROLS)
    assert len(answers.get("line", "")) <= LONGEST_LINE
    assert len(answers.get("lines", "")) <= LONGEST_LINES
    assert answers.get("choice", "A friend") in {"A friend", "The news"}
    assert answers.get("box", True) is True
    assert not must or offer.problems or set(answers) == set(CONTROLS)


# ── asked only after a certain answer ───────────────────────────────────────────────────────────────────────────
IN_TURN = [
    own_question("heard"),
    own_question("which", "line", required=True, only_if=only_if("heard", "The news", "A friend")),
    own_question("local", "box", only_if=only_if("heard", "The news")),
    own_question("town", "line", required=True, only_if=only_if("local")),
]


def test_whoever_answered_so_is_asked() -> None:
    offer = answered(IN_TURN, heard="The news", which="The Gazette", local="yes", town="Ottawa")
    assert offer.problems == []
    assert offer.act["answers"] == {"heard": "The news", "which": "The Gazette", "local": True, "town": "Ottawa"}


@pytest.mark.parametrize(
    ("typed", "asked_for"),
    [
        ({}, set()),
        ({"heard": "The news"}, {"which"}),
        ({"heard": "A friend"}, {"which"}),
        ({"heard": "The news", "which": "x", "local": "on"}, {"town"}),
        ({"heard": "A friend", "which": "x", "local": "on"}, set()),
        ({"heard": "Nobody"}, {"heard"}),
    ],
)
def test_it_must_be_answered_only_where_it_is_asked(typed: dict[str, str], asked_for: set[str]) -> None:
    assert refused(answered(IN_TURN, **typed)) == {f"question_{key}" for key in asked_for}


@pytest.mark.parametrize("heard", [None, "", "A friend"])
def test_what_is_sent_and_not_asked_is_ignored(heard: str | None) -> None:
    """Without a script everything is there, and may be filled in; a chain ends where the first is not asked."""
    offer = answered(IN_TURN, heard=heard, which="x" if heard else ["x", "x" * 999], local="yes", town="Ottawa\0")
    assert offer.problems == []
    assert offer.act.get("answers", {}) == ({"heard": "A friend", "which": "x"} if heard else {})


def test_a_list_that_must_be_chosen_from_and_a_box_that_must_be_ticked_wait_too() -> None:
    asked = [
        own_question("heard"),
        own_question("paper", required=True, only_if=only_if("heard", "The news")),
        own_question("adult", "box", required=True, only_if=only_if("heard", "The news")),
    ]
    assert answered(asked, heard="A friend", paper="No such").problems == []
    assert refused(answered(asked, heard="The news")) == {"question_paper", "question_adult"}
    assert refused(answered(asked, heard="The news", paper="No such", adult="yes")) == {"question_paper"}
