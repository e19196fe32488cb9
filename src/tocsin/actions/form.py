"""The form as it is shown: an edition's questions with what was typed and what is wrong. Templates read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.actions.contract import AS_TYPED, HONEYPOT, LONGEST_LETTER, Posted, Problem
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
INPUT_MODE: dict[FieldKind, str] = {"email": "email", "phone": "tel"}


@dataclass(slots=True)
class ShownField:
    name: str
    label: str
    help: str = ""
    required: bool = False
    value: str = ""
    error: str = ""
    autocomplete: str = "off"
    inputmode: str = "text"
    options: list[tuple[str, str]] = field(default_factory=list)
    control: str = "text"
    # The address was probably mistyped: offer to keep it as it is.
    may_keep_as_typed: bool = False

    @property
    def described_by(self) -> str:
        ids = [f"{self.name}-help"] if self.help else []
        return " ".join([*ids, f"{self.name}-error"] if self.error else ids)


@dataclass(slots=True)
class ShownForm:
    """`problems` is in the order of the page, for the summary at its top."""

    action: str
    words: EditionWords
    fields: list[ShownField]
    consents: list[ShownField]
    subject: ShownField | None
    text: ShownField | None
    problems: list[ShownField]
    came_from: str = ""
    honeypot: str = HONEYPOT
    as_typed: str = AS_TYPED
    longest_letter: int = LONGEST_LETTER


class _Nothing:
    def getlist(self, key: str) -> list[str]:  # noqa: ARG002
        return []


def show_form(
    edition_id: int,
    words: EditionWords,
    *,
    posted: Posted | None = None,
    problems: Sequence[Problem] = (),
    came_from: str = "",
) -> ShownForm:
    """The empty form of an edition, or, with what was posted and its problems, the form to mend."""
    typed = posted or _Nothing()
    wrong = {problem.field: str(problem) for problem in reversed(problems)}
    fields = [_field(question, words, typed, wrong) for question in words["fields"]]
    consents = [
        ShownField(
            name=(name := f"consent_{question['purpose']}"),
            label=question["text"],
            control=question["control"],
            required=question["control"] == "yes_no",
            value=_typed(typed, name),
            error=wrong.get(name, ""),
        )
        for question in words["consents"]
    ]
    subject, text = _letter(words, typed, wrong, first_time=posted is None)
    in_order = [part for part in (subject, text, *fields, *consents) if part and part.error]
    return ShownForm(
        action=f"/act/{edition_id}/",
        words=words,
        fields=fields,
        consents=consents,
        subject=subject,
        text=text,
        problems=in_order,
        came_from=came_from,
    )


def _field(question: FieldWords, words: EditionWords, typed: Posted, wrong: dict[str, str]) -> ShownField:
    kind = question["kind"]
    shown = ShownField(
        name=kind,
        label=question["label"],
        help=question["help"],
        required=question["required"],
        value=_typed(typed, kind),
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


def _letter(
    words: EditionWords, typed: Posted, wrong: dict[str, str], *, first_time: bool
) -> tuple[ShownField | None, ShownField | None]:
    letter = words["letter"]
    if letter is None or letter["mode"] == "locked":
        return None, None
    subject = letter["subject"] if first_time else _typed(typed, "subject")
    text = letter["text"] if first_time else _typed(typed, "text")
    return (
        ShownField(name="subject", label="", required=True, value=subject, error=wrong.get("subject", "")),
        ShownField(name="text", label="", required=True, value=text, error=wrong.get("text", ""), control="textarea"),
    )


def _typed(typed: Posted, name: str) -> str:
    return next((str(value).replace("\0", "") for value in typed.getlist(name)), "")
