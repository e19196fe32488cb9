"""What reading a posted form is made of: what was posted, what came in, and what is to be put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as with_default
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.lib import plaintext
from tocsin.lib.emailaddress import EmailAddress

TWICE = _("This was sent more than once. Enter it one time.")
NO_FILES = _("A file cannot be sent here. Write your answer instead.")
LINE_BREAK = _("This must be on one line. Remove the line break.")
CONTROL = _("This has characters that cannot be printed. Type it again.")
TOO_LONG = _("Shorten this to %(limit)d characters.")

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


def one_line(offer: Offer, name: str, raw: str) -> str | None:
    """What stands on one line, perhaps nothing; or None after saying why it is none."""
    if plaintext.has_line_break(raw.strip()):
        offer.refuse(name, LINE_BREAK)
        return None
    if plaintext.has_control(raw):
        offer.refuse(name, CONTROL)
        return None
    return plaintext.one_line(raw)


def some_lines(offer: Offer, name: str, raw: str, longest: int) -> str:
    """A text, perhaps empty; empty too after saying what is wrong with it."""
    text = plaintext.many_lines(raw)
    if "\0" in raw:
        offer.refuse(name, CONTROL)
    elif len(text) > longest:
        offer.refuse(name, TOO_LONG, limit=longest)
    else:
        return text
    return ""
