"""What a supporter may send (requirements B01–B52): good input is kept as meant, bad input gets a clear answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.words import OFFERED, filled, question, words
from tocsin.actions.contract import read
from tocsin.actions.letter_contract import LONGEST_LETTER
from tocsin.actions.reading import Offer

LETTER = {"mode": "editable", "subject": "S", "text": OFFERED, "closing": "", "talking_points": []}


def refused(offer: Offer) -> set[str]:
    return {problem.field for problem in offer.problems}


def said(offer: Offer) -> str:
    return " ".join(map(str, offer.problems))


def test_it_works() -> None:
    offer = read(words(), filled(consent_news="yes"))
    assert offer.problems == []
    assert offer.email is not None
    assert offer.act == {
        "given_name": "Jane",
        "family_name": "Doe",
        "email": "jane@example.org",
        "city": "Ottawa",
        "postal_code": "K1A 0A6",
        "subject": "End the agreement",
        "text": OFFERED,
        "own_words": False,
        "consents": {"news": True},
    }


def test_an_empty_form_names_each_required_field() -> None:
    empty = filled(**dict.fromkeys(filled()))
    assert refused(read(words(), empty)) == {"given_name", "family_name", "email", "postal_code", "text"}


def test_what_is_not_asked_is_ignored() -> None:
    offer = read(words(), filled(counted="1", offset="99999", state="accepted", is_staff="1"))
    assert offer.problems == []
    assert not {"counted", "offset", "state", "is_staff"} & set(offer.act)


@pytest.mark.parametrize("field", ["given_name", "email", "postal_code", "subject", "text"])
def test_a_field_sent_twice_is_never_both(field: str) -> None:
    assert refused(read(words(), filled(**{field: ["a@x.ca", "b@y.ca"]}))) == {field}


@pytest.mark.parametrize("field", ["given_name", "email", "city", "postal_code", "subject", "text"])
def test_a_file_in_a_text_field(field: str) -> None:
    assert refused(read(words(), filled(), {field: object()})) == {field}


@pytest.mark.parametrize("field", ["given_name", "family_name", "email", "city", "postal_code", "subject", "text"])
def test_nul_in_any_field(field: str) -> None:
    assert refused(read(words(), filled(**{field: "a\0b"}))) == {field}


@pytest.mark.parametrize("field", ["given_name", "email", "city", "subject"])
@pytest.mark.parametrize("break_", ["\r\n", "\n", "\u2028", "\x85"])
def test_a_line_break_in_one_line(field: str, break_: str) -> None:
    assert refused(read(words(), filled(**{field: f"a@b.ca{break_}Bcc: x@y.ca"}))) == {field}


def test_an_address_that_is_whole_and_reaches_nobody_is_told_so() -> None:
    assert "reaches nobody" in said(read(words(), filled(email="nom@domaine.test")))


@pytest.mark.parametrize("email", ["a@b", "a@[127.0.0.1]", "x" * 65 + "@b.ca", "a" * 250 + "@b.ca"])
def test_no_whole_address(email: str) -> None:
    offer = read(words(), filled(email=email))
    assert refused(offer) == {"email"}
    assert "name@example.org" in said(offer)


def test_accents_before_the_at_have_their_own_sentence() -> None:
    assert "accents" in said(read(words(), filled(email="é@b.ca")))


def test_a_likely_typing_error_may_be_overruled() -> None:
    assert "jane@gmail.com" in said(read(words(), filled(email="jane@gmial.com")))
    kept = read(words(), filled(email="jane@gmial.com", email_as_typed="yes"))
    assert kept.problems == []
    assert kept.act["email"] == "jane@gmial.com"


@pytest.mark.parametrize("name", ['Jane "x" <evil@x.ca>', "Zoé O’Brien-Ñandú", "ᐃᓄᒃᑎᑐᑦ", "李", "J", "-Ana"])
def test_names_are_kept_as_they_are(name: str) -> None:
    assert read(words(), filled(given_name=name)).act["given_name"] == name


@pytest.mark.parametrize("name", ["x" * 101, "see http://x", "www.x.ca", "=1+1", "@x", "-1", "+1"])
def test_what_is_no_name(name: str) -> None:
    assert refused(read(words(), filled(given_name=name))) == {"given_name"}


def test_one_name_is_enough_where_the_page_says_so() -> None:
    asked = words(fields=[question("given_name"), question("family_name", required=False), question("email")])
    assert read(asked, filled(family_name="")).problems == []


@pytest.mark.parametrize(("typed", "kept"), [("m5v2t6", "M5V 2T6"), ("M5V 2T6", "M5V 2T6")])
def test_postal_codes_are_written_one_way(typed: str, kept: str) -> None:
    assert read(words(), filled(postal_code=typed)).act["postal_code"] == kept


def test_a_code_that_cannot_be() -> None:
    assert refused(read(words(), filled(postal_code="D0D 0D0"))) == {"postal_code"}
    assert refused(read(words(), filled(postal_code="75001"))) == {"postal_code"}
    assert read(words(), filled(postal_code="75001", country="FR")).problems == []


def test_nobody_makes_up_a_postal_code_where_there_are_none() -> None:
    assert read(words(), filled(postal_code="", country="RW")).problems == []
    assert refused(read(words(), filled(postal_code="", country="FR"))) == {"postal_code"}
    by_code = words() | {"targeting": {"by": "postal", "field": "postal_code", "target_list": 0, "provider": "table"}}
    assert refused(read(by_code, filled(postal_code="", country="RW"))) == {"postal_code"}


@pytest.mark.parametrize(("field", "value"), [("province", "ZZ"), ("country", "Canada"), ("phone", "call me")])
def test_choices_that_are_not_offered(field: str, value: str) -> None:
    assert refused(read(words(), filled(**{field: value}))) == {field}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ settings }} {% load x %} {{#open ${7*7}",
        "=1+1\n.\n..\nFrom me",
    ],
)
def test_the_letter_is_kept_word_for_word(text: str) -> None:
    offer = read(words(), filled(text=text))
    assert offer.act["text"] == text
    assert offer.act["own_words"] is True


def test_a_letter_may_be_8000_characters_long_and_no_longer() -> None:
    assert read(words(), filled(text="x" * LONGEST_LETTER)).problems == []
    offer = read(words(), filled(text="x" * (LONGEST_LETTER + 1)))
    assert "8001" in said(offer)


def test_terminal_escapes_and_controls_are_left_out_of_a_letter() -> None:
    assert read(words(), filled(text="a\x1b[31m\tb\x07\r\nc")).act["text"] == "a\tb\nc"


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "...", "1 2 3"])
def test_an_emptied_letter(text: str) -> None:
    assert refused(read(words(), filled(text=text))) == {"text"}


def test_an_unchanged_letter_is_known_even_if_its_blanks_changed() -> None:
    assert read(words(), filled(text=OFFERED.replace("\n\n", "\r\n\r\n") + " ")).act["own_words"] is False


def test_a_locked_letter_is_the_editions_own_whatever_was_posted() -> None:
    locked = words(letter=LETTER | {"mode": "locked"})
    offer = read(locked, filled(text="mine", subject="mine"))
    assert (offer.act["subject"], offer.act["text"]) == ("S", OFFERED)


def test_an_emptied_subject_is_never_filled_in_silently() -> None:
    offer = read(words(), filled(subject=" "))
    assert refused(offer) == {"subject"}
    assert "Write a subject" in said(offer)
    assert read(words(), filled(subject=None)).act["subject"] == "End the agreement"


def test_a_petition_has_no_letter() -> None:
    offer = read(words(kind="petition", letter=None), filled())
    assert offer.problems == []
    assert "text" not in offer.act


def test_an_unticked_box_is_a_no() -> None:
    assert read(words(), filled()).act["consents"] == {"news": False}


@pytest.mark.parametrize(("answer", "kept"), [("yes", True), ("no", False)])
def test_yes_or_no_is_kept(answer: str, kept: bool) -> None:  # noqa: FBT001
    asked = words(consents=[{"purpose": "news", "text": "?", "control": "yes_no"}])
    assert read(asked, filled(consent_news=answer)).act["consents"] == {"news": kept}


@pytest.mark.parametrize("answer", [None, "", "maybe", ["yes", "no"]])
def test_yes_or_no_has_no_default(answer: str | list[str] | None) -> None:
    asked = words(consents=[{"purpose": "news", "text": "?", "control": "yes_no"}])
    assert refused(read(asked, filled(consent_news=answer))) == {"consent_news"}


def test_a_filled_honeypot_is_a_sign_and_no_error() -> None:
    offer = read(words(), filled(homepage="https://spam.example"))
    assert offer.problems == []
    assert offer.signs == ["honeypot"]


@given(st.dictionaries(st.sampled_from(sorted(filled())), st.text(max_size=300), min_size=1))
def test_no_text_whatever_breaks_it(changes: dict[str, str]) -> None:
    offer = read(words(), filled(**changes))
    assert offer.problems or {"given_name", "email", "text"} <= set(offer.act)
    assert all(str(problem) for problem in offer.problems)
