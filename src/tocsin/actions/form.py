"""The form as it is shown: an edition's questions with what was typed and what is wrong. Templates read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.actions.contract import AS_TYPED, HONEYPOT
from tocsin.actions.finding import Finding
from tocsin.actions.letter_contract import LONGEST_ANSWER, LONGEST_LETTER, turn_of
from tocsin.actions.question_contract import LONGEST_LINES
from tocsin.actions.reading import Posted, Problem
from tocsin.actions.shown import ShownField, typed_in
from tocsin.actions.shown_letter import ShownLetter, show_letter
from tocsin.actions.shown_questions import show_questions
from tocsin.actions.way_contract import DIVISION, FOUND_FOR, THROUGH_US, goes_by_postal_code
from tocsin.campaigns.targeting.answers import Outcome
from tocsin.campaigns.words import EditionWords, FieldKind, FieldWords
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.places import countries_in, provinces_in

AUTOCOMPLETE: dict[FieldKind, str] = {
    "given_name": "given-name",
    "family_name": "family-name",
    "email": "email",
    "postal_code": "postal-code",
    "city": "address-level2",
    "province": "address-level1",
    "country": "country",
    "phone": "tel",
}
# Sent along where a postal code was not found before.
NOT_FOUND = "not_found"
INPUT_MODE: dict[FieldKind, str] = {"email": "email", "phone": "tel"}


@dataclass(slots=True)
class ShownSearch:
    """The part of the form that finds who gets the letter. `found` is what its own step found, if it was there.

    `division` and `found_for` carry an earlier answer through a form that is to be mended. `again` is set where a
    postal code was not found a second time: then there is a way on without it.
    """

    action: str
    found: Finding | None
    error: str
    division: str = ""
    found_for: str = ""
    again: bool = False
    # Nothing else is missing: the letter can be sent from where the answer stands; `way` is who carries it then.
    may_send: bool = False
    way: str = THROUGH_US

    @property
    def field(self) -> ShownField:
        """As the summary of problems names it."""
        several = self.found is not None and self.found.outcome is Outcome.SEVERAL
        return ShownField(DIVISION, "", error=self.error, anchor="division-1" if several else "finding")

    @property
    def is_at_the_top(self) -> bool:
        """An answer is read first; that there is none is said beside the postal code."""
        return self.found is not None and self.found.outcome is not Outcome.NONE


@dataclass(slots=True)
class ShownForm:
    """`problems` is in the order of the page, for the summary at its top."""

    action: str
    words: EditionWords
    fields: list[ShownField]
    questions: list[ShownField]
    consents: list[ShownField]
    letter: ShownLetter | None
    search: ShownSearch | None
    # How the letter may go besides through us: the way, and where the form is sent for it.
    ways: list[tuple[str, str]]
    problems: list[ShownField]
    came_from: str = ""
    honeypot: str = HONEYPOT
    as_typed: str = AS_TYPED
    longest_letter: int = LONGEST_LETTER
    longest_answer: int = LONGEST_ANSWER
    longest_lines: int = LONGEST_LINES


@dataclass(frozen=True, slots=True)
class Occasion:
    """When the form is shown: `turn` is which opening and subject an empty one begins with, `found` who was found for
    the letter; `may_send` is set if nothing else is missing; `way` is who was to carry it. `details` are those that an
    empty form begins with."""

    came_from: str = ""
    turn: int = 0
    found: Finding | None = None
    may_send: bool = False
    way: str = THROUGH_US
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Filled:
    """An empty form, or what it begins with."""

    details: Mapping[str, str]

    def getlist(self, key: str) -> list[str]:
        return [self.details[key]] if key in self.details else []


def show_form(
    edition_id: int,
    words: EditionWords,
    *,
    posted: Posted | None = None,
    problems: Sequence[Problem] = (),
    occasion: Occasion | None = None,
) -> ShownForm:
    """The empty form of an edition, or, with what was posted and its problems, the form to mend."""
    occasion = occasion or Occasion()
    typed = posted or _Filled(occasion.details)
    wrong = {problem.field: str(problem) for problem in reversed(problems)}
    fields = [_field(question, words, typed, wrong) for question in words["fields"]]
    questions = show_questions(words, typed, wrong)
    consents = [
        ShownField(
            name=(name := f"consent_{question['purpose']}"),
            label=question["text"],
            control=question["control"],
            required=question["control"] == "yes_no",
            value=typed_in(typed, name),
            error=wrong.get(name, ""),
        )
        for question in words["consents"]
    ]
    letter = _letter(words, posted, wrong, occasion)
    search = _search(edition_id, words, typed, wrong, occasion)
    return ShownForm(
        action=f"/act/{edition_id}/",
        words=words,
        fields=fields,
        questions=questions,
        consents=consents,
        letter=letter,
        search=search,
        ways=[(way, f"/own/{edition_id}/?way={way}") for way in words.get("ways", ())],
        problems=_in_order(letter, fields, search, [*questions, *consents]),
        came_from=occasion.came_from,
    )


def _in_order(
    letter: ShownLetter | None, fields: list[ShownField], search: ShownSearch | None, asked_last: list[ShownField]
) -> list[ShownField]:
    """What is wrong, in the order in which the page asks."""
    asked = [search.field] if search else []
    first, last = (asked, []) if search and search.is_at_the_top else ([], asked)
    of_letter = letter.fields if letter else []
    return [part for part in (*first, *of_letter, *fields, *last, *asked_last) if part.error]


def _letter(
    words: EditionWords, posted: Posted | None, wrong: dict[str, str], occasion: Occasion
) -> ShownLetter | None:
    letter, found = words["letter"], occasion.found
    turn = occasion.turn if posted is None or letter is None else turn_of(letter, posted)
    return show_letter(words, typed=posted, wrong=wrong, turn=turn, recipient=found.recipient if found else None)


def _search(
    edition_id: int, words: EditionWords, typed: Posted, wrong: dict[str, str], occasion: Occasion
) -> ShownSearch | None:
    if not goes_by_postal_code(words):
        return None
    found = occasion.found
    return ShownSearch(
        action=f"/find/{edition_id}/",
        found=found,
        error=wrong.get(DIVISION, ""),
        division="" if found or wrong.get(DIVISION) else typed_in(typed, DIVISION),
        found_for=typed_in(typed, FOUND_FOR),
        again=bool(typed_in(typed, NOT_FOUND)),
        may_send=occasion.may_send,
        way=occasion.way,
    )


def _field(question: FieldWords, words: EditionWords, typed: Posted, wrong: dict[str, str]) -> ShownField:
    kind = question["kind"]
    shown = ShownField(
        name=kind,
        label=question["label"],
        help=question["help"],
        required=question["required"],
        value=typed_in(typed, kind),
        error=wrong.get(kind, ""),
        autocomplete=AUTOCOMPLETE[kind],
        inputmode=INPUT_MODE.get(kind, "text"),
    )
    if kind == "country":
        shown.control, shown.options, shown.value = "select", countries_in(words["language"]), shown.value or "CA"
    elif kind == "province":
        shown.control, shown.options = "select", [("", ""), *provinces_in(words["language"])]
    elif kind == "email":
        shown.may_keep_as_typed = bool(shown.error and "@" in shown.value and _only_unsure(shown.value))
    return shown


def _only_unsure(value: str) -> bool:
    try:
        return read_address(value).probably_meant is not None
    except NotAnAddress:
        return False
