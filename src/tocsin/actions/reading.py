"""What reading a posted form is made of: what was posted, what came in, and what is to be put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.lib.emailaddress import EmailAddress

TWICE = _("This was sent more than once. Enter it one time.")
NO_FILES = _("A file cannot be sent here. Write your answer instead.")
LINE_BREAK = _("This must be on one line. Remove the line break.")
CONTROL = _("This has characters that cannot be printed. Type it again.")

type Message = str | Promise


class Posted(Protocol):
    """A posted form: what Django's QueryDict and a dict of lists can both be."""

    def getlist(self, key: str) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right: where, and a sentence that says what is wrong and what to do."""

    field: str
    message: Message
    params: Mapping[str, object] = with_default(default_factory=dict)

    def __str__(self) -> str:
        text = str(self.message)
        return text % self.params if self.params else text


@dataclass(slots=True)
class Offer:
    """What came in. `act` is what will be sealed; it is complete only if there are no `problems`."""

    act: dict[str, Any] = with_default(default_factory=dict)
    email: EmailAddress | None = None
    problems: list[Problem] = with_default(default_factory=list)
    signs: list[str] = with_default(default_factory=list)

    def refuse(self, name: str, message: Message, **params: object) -> None:
        self.problems.append(Problem(name, message, params))


def single(offer: Offer, name: str, posted: Posted, files: Mapping[str, object]) -> str | None:
    """The one value of a field, or None after saying why there is none to read."""
    values = posted.getlist(name)
    if name in files:
        offer.refuse(name, NO_FILES)
        return None
    if len(values) > 1:
        offer.refuse(name, TWICE)
        return None
    return str(values[0]) if values else ""
