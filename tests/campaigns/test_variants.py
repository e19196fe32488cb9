"""Which variant is for whom, which opening is whose turn, and the fields of locked parts."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.cast import a_target, letter_words
from tocsin.campaigns.offers import (
    all_texts_offered,
    opening_offered,
    read_turn,
    subject_offered,
    text_offered,
    turns_of,
)
from tocsin.campaigns.variants import attributes_of, matches, variant_for
from tocsin.campaigns.words import RuleWords
from tocsin.lib.merging import fields_in, resolved, unknown_fields_in

LETTER = letter_words(openings=["First.", "Second."], subjects=["Other subject", "Third"], text="Body.")


def rule(attribute: str, *values: str, negated: bool = False) -> RuleWords:
    return cast("RuleWords", {"attribute": attribute, "values": list(values), "negated": negated})


def variant(a_rule: RuleWords, **parts: str) -> dict[str, Any]:
    return {"rule": a_rule, "header": "", "closing": "", "text": "", "excluded": "", **parts}


# ── variants ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_first_that_matches_speaks() -> None:
    first = variant(rule("party", "Liberal"), text="one")
    second = variant(rule("language", "fr"), text="two")
    letter = letter_words(variants=[first, second])
    assert variant_for(letter, {"party": "Liberal", "language": "fr"}) == first
    assert variant_for(letter, {"party": "Green", "language": "fr"}) == second
    assert variant_for(letter, {"party": "Green", "language": "en"}) is None
    assert variant_for(letter_words(), {"party": "Liberal"}) is None


@pytest.mark.parametrize(
    ("a_rule", "attributes", "yes"),
    [
        (rule("party", "liberal "), {"party": "LIBERAL"}, True),
        (rule("party", "Liberal", "Green"), {"party": "green"}, True),
        (rule("party", "Liberal", negated=True), {"party": "Liberal"}, False),
        (rule("party", "Liberal", negated=True), {}, True),
        (rule("party", "Liberal"), {}, False),
        (rule("party", ""), {"party": ""}, False),
        (rule("organisation", "Sénat"), {"organisation": ["Senate", "Sénat"]}, True),
    ],
)
def test_a_rule(a_rule: RuleWords, attributes: Any, yes: bool) -> None:  # noqa: FBT001
    assert matches(a_rule, attributes) is yes


@pytest.mark.django_db
def test_what_rules_can_ask_of_a_target() -> None:
    target = a_target(party="Liberal", division="ocd-division/country:ca/ed:35075-2023", division_name="Ottawa Centre")
    known = attributes_of(target, match="ON")
    for asked in (
        rule("target", "minister of hearings"),
        rule("target", str(target.pk)),
        rule("target", "the honourable jane doe"),
        rule("division", "ottawa centre"),
        rule("division", "ocd-division/country:ca/ed:35075"),
        rule("organisation", "gouvernement"),
        rule("party", "liberal"),
        rule("match", "on"),
        rule("office_kind", "minister", negated=True),
    ):
        assert matches(asked, known), asked


# ── what is offered ─────────────────────────────────────────────────────────────────────────────────────────────
def test_offers_go_through_all_pairs() -> None:
    pairs = {(subject_offered(LETTER, turn), opening_offered(LETTER, turn)) for turn in range(turns_of(LETTER))}
    assert len(pairs) == turns_of(LETTER) == 6


def test_a_letter_without_turns_is_offered_as_it_stands() -> None:
    plain = letter_words(text="Body.")
    assert turns_of(plain) == 1
    assert text_offered(plain, 0) == "Body."
    assert subject_offered(plain, 5) == plain["subject"]


def test_the_opening_stands_before_the_text_of_a_variant_too() -> None:
    letter = letter_words(openings=["First."], text="Body.", variants=[variant(rule("party", "L"), text="Other.")])
    assert list(all_texts_offered(letter, 0)) == ["First.\n\nBody.", "First.\n\nOther."]


@pytest.mark.parametrize(("posted", "turn"), [("4", 4), ("6", 0), ("", 0), ("-1", 0), ("x", 0), ("²", 0), ("9" * 9, 0)])
def test_a_forged_turn_is_one_of_ours(posted: str, turn: int) -> None:
    assert read_turn(LETTER, posted) == turn


# ── fields ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_fields_are_resolved_once() -> None:
    assert resolved("I, {name}, of {riding}.", {"name": "{riding}", "riding": "Ottawa"}) == "I, {riding}, of Ottawa."


def test_fields_are_found() -> None:
    assert fields_in("{name} { city } {Riding} {nobody}") == ["name", "nobody"]
    assert unknown_fields_in("{name} {nobody}") == ["nobody"]
