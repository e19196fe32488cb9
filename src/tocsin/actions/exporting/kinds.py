"""Which kinds of export there are: the columns of each, and its rows as they are read, some hundreds at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tocsin.actions.exporting.actions import ACTION_COLUMNS, ACTION_PERSONAL, action_rows
from tocsin.actions.exporting.consents import CONSENT_COLUMNS, CONSENT_PERSONAL, consent_rows
from tocsin.actions.exporting.ledger import LEDGER_COLUMNS, ledger_rows
from tocsin.actions.exporting.letters import LETTER_COLUMNS, LETTER_PERSONAL, letter_rows
from tocsin.actions.exporting.mailing import mailing_columns, mailing_rows
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.supporters import SUPPORTER_COLUMNS, SUPPORTER_PERSONAL, supporter_rows

type Rows = Iterator[list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """`rows` yields batches; `columns` stay the same for ever, new ones are added at the end of their part."""

    columns: tuple[str, ...]
    personal: tuple[str, ...]
    rows: Callable[[Export], Rows]


KINDS: dict[str, Kind] = {
    Export.Kind.ACTIONS: Kind(ACTION_COLUMNS, ACTION_PERSONAL, action_rows),
    Export.Kind.SUPPORTERS: Kind(SUPPORTER_COLUMNS, SUPPORTER_PERSONAL, supporter_rows),
    Export.Kind.CONSENTS: Kind(CONSENT_COLUMNS, CONSENT_PERSONAL, consent_rows),
    Export.Kind.LETTERS: Kind(LETTER_COLUMNS, LETTER_PERSONAL, letter_rows),
    Export.Kind.LEDGER: Kind(LEDGER_COLUMNS, (), ledger_rows),
}


def columns_of(export: Export) -> tuple[str, ...]:
    if export.kind == Export.Kind.MAILING:
        return mailing_columns(export.preset)
    kind = KINDS[export.kind]
    return kind.columns + (kind.personal if export.people else ())


def rows_of(export: Export) -> Rows:
    return mailing_rows(export) if export.kind == Export.Kind.MAILING else KINDS[export.kind].rows(export)
