"""What a list or an export is to hold: only rows like this. Plain words, as they stand in an address."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Protocol, Self
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.states import State
from tocsin.outbox.states import State as MessageState
from tocsin.supporters.models import Consent

LONGEST_WORD = 100
STANDINGS: dict[str, Promise] = {
    "given": _("May be written to"),
    "left": _("Left"),
    "stopped": _("Agreed, but nothing is sent there any more"),
    "none": _("Never agreed, or no longer"),
}
ANSWERS: dict[str, Promise] = {"yes": _("Yes"), "no": _("No"), "left": _("Left"), "back": _("Came back")}
OWN_WORDS: dict[str, Promise] = {"yes": _("Their own"), "no": _("The campaign's")}


class Asked(Protocol):
    """A query of an address, or what an export remembers of one."""

    def get(self, key: str, default: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty is any. Whatever is no such thing was left out."""

    language: str = ""
    since: date | None = None
    until: date | None = None
    state: str = ""
    source: str = ""
    own: str = ""
    fate: str = ""
    purpose: str = ""
    consent: str = ""
    answer: str = ""
    method: str = ""

    @classmethod
    def asked_by(cls, query: Asked) -> Self:
        def word(name: str, known: object = None) -> str:
            said = str(query.get(name, "") or "").strip()[:LONGEST_WORD].replace("\x00", "")
            return said if known is None or said in known else ""  # type: ignore[operator]

        purpose = word("purpose")[:40]
        return cls(
            language=word("language")[:10],
            since=day(word("since")),
            until=day(word("until")),
            state=word("state", State.values),
            source=word("source"),
            own=word("own", OWN_WORDS),
            fate=word("fate", MessageState.values),
            purpose=purpose,
            consent=word("consent", STANDINGS) if purpose else "",
            answer=word("answer", ANSWERS),
            method=word("method", Consent.Method.values),
        )

    @property
    def anything(self) -> bool:
        return bool(self.as_words())

    def as_words(self) -> dict[str, str]:
        """What was asked for, as an address or a row keeps it."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in said.items() if value}

    def query(self) -> str:
        return urlencode(self.as_words())

    def only(self, *names: str) -> Self:
        """Without what another list knows and this one does not. People are chosen by how they stand to a purpose:
        where it alone is named, those are meant who may be written to about it, and not everybody."""
        said = {name: said for name, said in self.as_words().items() if name in names}
        if "consent" in names and "purpose" in said:
            said.setdefault("consent", "given")
        return type(self).asked_by(said)


def midnight(day: date) -> datetime:
    """When a day of the staff's time zone begins."""
    return timezone.make_aware(datetime.combine(day, time()))


def day(text: str) -> date | None:
    """A day of our own time, or None: also for one that no calendar has."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and 2000 <= found.year < 2100 else None


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else None
