"""Which kinds of export there are: the columns of each, and its rows as they are read, some hundreds at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tocsin.actions.exporting.actions import ACTION_COLUMNS, ACTION_PERSONAL, action_rows, actions_of
from tocsin.actions.exporting.consents import CONSENT_COLUMNS, CONSENT_PERSONAL, consent_rows, consents_of
from tocsin.actions.exporting.ledger import LEDGER_COLUMNS, entries_of, ledger_rows
from tocsin.actions.exporting.letters import LETTER_COLUMNS, LETTER_PERSONAL, letter_rows, letters_of
from tocsin.actions.exporting.mailing import agreed_people, left_out, mailing_columns, mailing_rows
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.supporters import SUPPORTER_COLUMNS, SUPPORTER_PERSONAL, supporter_rows, supporters_of

type Rows = Iterator[list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`found` are the rows as they are stored, to count; `rows` yields them in batches, as they are exported. `columns`
    stay the same for ever, new ones are added at the end of their part."""

    found: Callable[[Export], QuerySet[Any]]
    columns: tuple[str, ...]
    personal: tuple[str, ...]
    rows: Callable[[Export], Rows]
    # Columns that not every export of this kind has; with people only, and after all others.
    further: Callable[[Export], tuple[str, ...]] = lambda _export: ()


KINDS: dict[str, Kind] = {
    Export.Kind.ACTIONS: Kind(
        actions_of, ACTION_COLUMNS, ACTION_PERSONAL, action_rows, lambda export: tuple(export.questions.values())
    ),
    Export.Kind.SUPPORTERS: Kind(supporters_of, SUPPORTER_COLUMNS, SUPPORTER_PERSONAL, supporter_rows),
    Export.Kind.CONSENTS: Kind(consents_of, CONSENT_COLUMNS, CONSENT_PERSONAL, consent_rows),
    Export.Kind.LETTERS: Kind(letters_of, LETTER_COLUMNS, LETTER_PERSONAL, letter_rows),
    Export.Kind.LEDGER: Kind(entries_of, LEDGER_COLUMNS, (), ledger_rows),
}


def columns_of(export: Export) -> tuple[str, ...]:
    if export.kind == Export.Kind.MAILING:
        return mailing_columns(export.preset)
    kind = KINDS[export.kind]
    return kind.columns + (kind.personal + kind.further(export) if export.people else ())


def how_many(export: Export) -> int:
    """Rows that it will have, if nothing comes in or goes meanwhile."""
    found = agreed_people if export.kind == Export.Kind.MAILING else KINDS[export.kind].found
    return found(export).count()


def left_out_of(export: Export) -> str:
    """Who is not in it, as a sentence, where that needs telling."""
    return left_out(export) if export.kind == Export.Kind.MAILING else ""


def rows_of(export: Export) -> Rows:
    return mailing_rows(export) if export.kind == Export.Kind.MAILING else KINDS[export.kind].rows(export)
