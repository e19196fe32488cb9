"""Accepts an act: one inserted row, durably stored before anybody is thanked. Nothing else happens here."""

from __future__ import annotations

import random
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from tocsin.actions.models import Action
from tocsin.campaigns.models import Edition
from tocsin.lib.emailaddress import EmailAddress
from tocsin.lib.groupcommit import GroupCommit, Overloaded
from tocsin.lib.vault import vault


class TryLater(Exception):
    """The act could not be stored now. Nothing was kept; `seconds` says when to try again."""

    def __init__(self) -> None:
        super().__init__("The database is away or too busy.")
        self.seconds = random.randint(5, 30)  # noqa: S311  (spreads the retries, keeps no secret)


def take(
    *, edition: Edition, email: EmailAddress, act: dict[str, Any], source: dict[str, str], signs: list[str]
) -> bytes:
    """Stores one act, once for each person and campaign, and returns the digest of who it was.

    A second act of the same person stores nothing and returns the same: the caller cannot tell, nor can a stranger.
    Raises TryLater if it could not be stored.
    """
    digest = vault().digest(email.canonical)
    row = Action(
        campaign_id=edition.campaign_id,
        edition_id=edition.pk,
        email_digest=digest,
        sealed=vault().seal(act, action_context(digest)),
        source=source,
        signs=signs,
    )
    try:
        _gate.put(row)
    except (Overloaded, DatabaseError, InterfaceError) as error:
        raise TryLater from error
    return digest


def action_context(digest: bytes | memoryview) -> bytes:
    """What an action's sealed content is bound to."""
    return b"action:" + bytes(digest)


def _store(rows: list[Action]) -> None:
    """One statement, so one transaction. A connection that broke since the last time is made anew, once."""
    try:
        _insert(rows)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block:
            raise
        connection.close()
        _insert(rows)


def _insert(rows: list[Action]) -> None:
    Action.objects.bulk_create(rows, ignore_conflicts=True)


def _database_is_away(error: Exception) -> bool:
    return isinstance(error, (OperationalError, InterfaceError))


_gate: GroupCommit[Action] = GroupCommit(_store, hopeless=_database_is_away)
