"""Accepts an act: one inserted row, durably stored before anybody is thanked. Nothing else happens here."""

from __future__ import annotations

import json
import random
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any, NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from tocsin.actions.models import Action
from tocsin.actions.states import State
from tocsin.campaigns.models import Edition
from tocsin.lib.emailaddress import EmailAddress
from tocsin.lib.groupcommit import GroupCommit, Overloaded
from tocsin.lib.vault import vault


class TryLater(Exception):
    """The act could not be stored now. Nothing was kept; `seconds` says when to try again."""

    def __init__(self) -> None:
        super().__init__("The database is away or too busy.")
        self.seconds = random.randint(5, 30)  # noqa: S311  (spreads the retries, keeps no secret)


class Row(NamedTuple):
    """What one act stores, in the order of COLUMNS."""

    campaign_id: int
    edition_id: int
    email_digest: bytes
    sealed: bytes
    source: str
    signs: str
    state: str = State.RECEIVED.value
    reason: str = ""
    attempts: int = 0


def take(
    *, edition: Edition, email: EmailAddress, act: dict[str, Any], source: dict[str, str], signs: list[str]
) -> bytes:
    """Stores one act, once for each person and campaign, and returns the digest of who it was.

    A second act of the same person stores nothing and returns the same: the caller cannot tell, nor can a stranger.
    Raises TryLater if it could not be stored.
    """
    digest = vault().digest(email.canonical)
    row = Row(
        edition.campaign_id,
        edition.pk,
        digest,
        vault().seal(act, action_context(digest)),
        json.dumps(source),
        json.dumps(signs),
    )
    try:
        _gate.put(row)
    except (Overloaded, DatabaseError, InterfaceError) as error:
        raise TryLater from error
    return digest


def action_context(digest: bytes | memoryview) -> bytes:
    """What an action's sealed content is bound to."""
    return b"action:" + bytes(digest)


def _store(rows: list[Row]) -> None:
    """One statement, so one transaction. A connection that broke since the last time is made anew, once; one that
    works and was only kept waiting (SQLite, locked by somebody) is not asked to wait a second time."""
    try:
        _insert(rows)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        _insert(rows)


def let_go_of_the_connection() -> None:
    """After an error of the database: the next who asks gets a new connection. Never inside a transaction."""
    if not connection.in_atomic_block:
        connection.close()


def _insert(rows: list[Row]) -> None:
    with _turn(), connection.cursor() as cursor:
        cursor.execute(_statement(len(rows)), [value for row in rows for value in row])


def _turn() -> AbstractContextManager[None]:
    """On SQLite a transaction waits in the queue of writers (lib/fairsqlite); PostgreSQL needs no two more trips."""
    return transaction.atomic(savepoint=False) if connection.vendor == "sqlite" else nullcontext()


@cache
def _statement(rows: int) -> str:
    """Written out, since this is the one statement of the hot path: the ORM takes longer to write it than the
    database to run it (bench/RESULTS.md)."""
    table = Action._meta.db_table
    values = f"({', '.join(['%s'] * len(Row._fields))})"
    return (
        f"INSERT INTO {table} ({', '.join(Row._fields)}) VALUES {', '.join([values] * rows)} "  # noqa: S608
        "ON CONFLICT (campaign_id, email_digest) DO NOTHING"
    )


def _database_is_away(error: Exception) -> bool:
    return isinstance(error, (OperationalError, InterfaceError))


_gate: GroupCommit[Row] = GroupCommit(_store, hopeless=_database_is_away)
