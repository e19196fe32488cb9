"""The letter as the form shows it: whom it is for, its locked parts, what may be changed, questions to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tocsin.actions.finding import Recipient
from tocsin.actions.letter_contract import answer_name, was_offered
from tocsin.actions.reading import Posted
from tocsin.actions.shown import ShownField, typed_in
from tocsin.campaigns.offers import opening_offered, openings_of, subject_offered, subjects_of, text_offered, turns_of
from tocsin.campaigns.words import EditionWords, LetterWords, TargetSaid


@dataclass(slots=True)
class ShownLetter:
    """`subject` and `text` are None where the letter is locked; the `plain` ones are shown then.

    `values` fills the fields of `header` and `closing`, as far as they are known. `subjects` and `openings` are for the
    script, which may turn a page that is kept in a cache; they are empty where nothing is turned, or once it was seen.
    """

    targets: list[TargetSaid]
    header: str
    closing: str
    plain_subject: str
    plain_opening: str
    plain_body: str
    values: dict[str, str]
    subject: ShownField | None = None
    text: ShownField | None = None
    prompts: list[ShownField] = field(default_factory=list)
    turn: int = 0
    is_turned: bool = False
    subjects: list[str] = field(default_factory=list)
    openings: list[str] = field(default_factory=list)

    @property
    def fields(self) -> list[ShownField]:
        """What may be wrong, in the order of the page."""
        return [part for part in (self.subject, self.text, *self.prompts) if part]


def show_letter(
    words: EditionWords,
    *,
    typed: Posted | None,
    wrong: Mapping[str, str],
    turn: int,
    recipient: Recipient | None,
) -> ShownLetter | None:
    """With nothing typed it is the letter as it is offered; with somebody found for it, in the words meant for them."""
    if (letter := words["letter"]) is None:
        return None
    variant = recipient.variant if recipient else None
    body = (variant and variant["text"]) or letter["text"]
    shown = ShownLetter(
        targets=[recipient.said] if recipient and recipient.said else words["targets"],
        header=(variant and variant["header"]) or letter.get("header", ""),
        closing=(variant and variant["closing"]) or letter["closing"] or _closing_said(words),
        plain_subject=subject_offered(letter, turn),
        plain_opening=opening_offered(letter, turn),
        plain_body=body,
        values=_values(typed, recipient),
        turn=turn,
        is_turned=turns_of(letter) > 1,
    )
    if letter["mode"] != "locked":
        _let_write(shown, letter, typed, wrong)
    return shown


def _closing_said(words: EditionWords) -> str:
    """How the letter ends where the page leaves that to its target: only one target can be shown."""
    return words["targets"][0].get("closing", "") if len(words["targets"]) == 1 else ""


def _let_write(shown: ShownLetter, letter: LetterWords, typed: Posted | None, wrong: Mapping[str, str]) -> None:
    subject, text = shown.plain_subject, text_offered(letter, shown.turn, shown.plain_body)
    if typed is not None:
        subject, kept = typed_in(typed, "subject"), typed_in(typed, "text")
        text = text if was_offered(kept, letter, shown.turn) else kept
    elif shown.is_turned:
        shown.subjects, shown.openings = subjects_of(letter), openings_of(letter)
    shown.subject = ShownField(name="subject", label="", required=True, value=subject, error=wrong.get("subject", ""))
    shown.text = ShownField(
        name="text", label="", required=True, value=text, error=wrong.get("text", ""), control="textarea"
    )
    shown.prompts = [
        ShownField(
            name=(name := answer_name(number)),
            label=question,
            value=typed_in(typed, name) if typed else "",
            error=wrong.get(name, ""),
            control="textarea",
        )
        for number, question in enumerate(letter.get("prompts", ()))
    ]


def _values(typed: Posted | None, recipient: Recipient | None) -> dict[str, str]:
    """What the fields of the locked parts stand for, as far as it is known before the letter is sent."""
    values: dict[str, str] = {}
    if typed is not None:
        values["name"] = " ".join(part for name in ("given_name", "family_name") if (part := typed_in(typed, name)))
        values |= {name: typed_in(typed, name) for name in ("city", "postal_code")}
    if recipient is not None:
        values["riding"] = recipient.place.name
        values["target"] = recipient.said["name"] if recipient.said else ""
        values["office"] = recipient.office
    return values
