"""One field of the form as it is shown: its label, what was typed, what is wrong. Templates read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tocsin.actions.reading import Posted


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """`said` in plain words; for the script, the field that decides and the values of it that ask the question."""

    said: str
    name: str
    values: Sequence[str]


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
    # Set where a question is asked only after a certain answer to an earlier one.
    only_if: ShownCondition | None = None
    # Where a link from the summary of problems leads, if not to the field's own name.
    anchor: str = ""

    @property
    def must_be_answered(self) -> bool:
        """By whoever reads it: what not everybody is asked is required of nobody before they have answered."""
        return self.required and self.only_if is None

    @property
    def described_by(self) -> str:
        ids = [f"{self.name}-help"] if self.help else []
        return " ".join([*ids, f"{self.name}-error"] if self.error else ids)


def typed_in(posted: Posted, name: str) -> str:
    """What was typed into a field, to show it again."""
    return next((str(value).replace("\0", "") for value in posted.getlist(name)), "")
