"""A campaign's letters as CSV: streamed, the same columns for ever, times in UTC, people only for those who may."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tocsin.actions.letters import full_name
from tocsin.actions.models import Letter
from tocsin.actions.take import action_context
from tocsin.lib.csvlines import csv_lines
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.models import Delivery

AT_ONCE = 500
# New columns are added at the end of their kind; none is renamed or removed.
COLUMNS = (
    "letter",
    "reference",
    "message_id",
    "sha256",
    "target",
    "language",
    "own_words",
    "carried",
    "signed_at",
    "left_at",
    "state",
    "state_since",
    "attempts",
    "last_attempt_at",
    "server",
    "tls",
    "last_words",
)
PERSONAL = ("name", "email", "city", "province", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Export:
    """What somebody asked for. `people` adds who wrote; `for_spreadsheet` makes formulas harmless."""

    letters: QuerySet[Letter]
    people: bool
    for_spreadsheet: bool

    def lines(self) -> Iterator[bytes]:
        return csv_lines(self._rows(), for_spreadsheet=self.for_spreadsheet)

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        yield COLUMNS + (PERSONAL if self.people else ())
        for letters in _batches(self.letters):
            attempts = _last_attempts(letters)
            for letter in letters:
                row = _row(letter, attempts.get(letter.message_id))
                yield row + _person(letter) if self.people else row


def message_id_of(ref: str) -> str:
    """As it stands in the mail's header."""
    return f"<{ref}@{settings.TOCSIN_MAIL_FROM.rpartition('@')[2]}>"


def carried_by(letter: Letter) -> str:
    if letter.hand_in_id:
        return "hand-in"
    return "digest" if letter.message.carrier_id else "itself"


def _batches(letters: QuerySet[Letter]) -> Iterator[list[Letter]]:
    """Oldest first, by key: no cursor is held open while somebody downloads slowly."""
    found = letters.select_related("message", "target", "action__edition")
    found = found.defer("message__sealed", "sketch", "action__edition__words").order_by("message_id")
    last = 0
    while some := list(found.filter(message_id__gt=last)[:AT_ONCE]):
        yield some
        last = some[-1].message_id


def _last_attempts(letters: Iterable[Letter]) -> dict[int, Delivery]:
    numbers = Delivery.objects.filter(message__in=[letter.message_id for letter in letters]).order_by("number")
    return {attempt.message_id: attempt for attempt in numbers}


def _row(letter: Letter, attempt: Delivery | None) -> tuple[Any, ...]:
    message = letter.message
    return (
        letter.pk,
        f"{letter.action.campaign_id}-{letter.action_id}",
        message_id_of(message.ref),
        message.sha256,
        letter.target.name,
        letter.action.edition.language,
        letter.own_words,
        carried_by(letter),
        letter.action.accepted_at,
        message.created_at,
        message.state,
        message.state_since,
        message.attempts,
        attempt.started_at if attempt else None,
        attempt.server if attempt else "",
        attempt.tls if attempt else "",
        message.last_words,
    )


def _person(letter: Letter) -> tuple[str, ...]:
    try:
        act = vault().open(letter.action.sealed, action_context(letter.action.email_digest))
    except CannotOpen:
        return ("",) * len(PERSONAL)
    return (full_name(act), *(str(act.get(column, "")) for column in PERSONAL[1:]))
