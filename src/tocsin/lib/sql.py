"""The dialect of the statements that are written out by hand: many rows in one, the same for both databases.

Where hundreds of mails a second pass, the ORM's way of changing many rows to different values costs more than all the
rest. These statements say `UPDATE … FROM (VALUES …)` and `RETURNING`, which both databases know.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import batched
from typing import Any

from django.db import connection
from django.db.models import Value

type Row = Sequence[Any]
ROWS_AT_ONCE = 500
NOW = {"sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')", "postgresql": "statement_timestamp()"}


def run(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What one statement returns."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_adapted(one) for one in parameters])
        return cursor.fetchall() if cursor.description else []


def changed(statement: str, parameters: Sequence[Any] = ()) -> int:
    """How many rows one statement changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_adapted(one) for one in parameters])
        return int(cursor.rowcount)


def database_now() -> datetime:
    """The database's clock: those of two machines are never compared."""
    return as_datetime(run(f"SELECT {NOW[connection.vendor]}")[0][0])


def as_datetime(value: Any) -> datetime:
    """A moment as the database gives it: SQLite knows only text."""
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)


def insert_new(table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Adds rows, but for those that are there by a unique key. SQLite takes some thousands of values at once."""
    for some in batched(rows, ROWS_AT_ONCE):
        row = f"({marks(len(columns))})"
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * len(some))}"  # noqa: S608
        run(f"{statement} ON CONFLICT DO NOTHING", flat(some))


def insert_or_renew(  # noqa: PLR0913  (a statement says all of this)
    table: str, key: str, columns: Sequence[str], rows: Sequence[Row], *, renewed: Sequence[str], where: str
) -> None:
    """Adds rows; of those that are there by their key, renews some columns where the condition holds. No key may come
    twice in `rows`."""
    changes = ", ".join(f"{one} = excluded.{one}" for one in renewed)
    for some in batched(rows, ROWS_AT_ONCE):
        rows_of = ", ".join([f"({marks(len(columns))})"] * len(some))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows_of}"  # noqa: S608
        run(f"{statement} ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE {where}", flat(some))


def add_up(table: str, keys: Sequence[str], numbers: Sequence[str], rows: Sequence[Row]) -> None:
    """Adds numbers to the rows with these keys, and makes those that are not there. No key may come twice in `rows`."""
    columns = [*keys, *numbers]
    added = ", ".join(f"{one} = {table}.{one} + excluded.{one}" for one in numbers)
    for some in batched(rows, ROWS_AT_ONCE):
        rows_of = ", ".join([f"({marks(len(columns))})"] * len(some))
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES {rows_of}"  # noqa: S608
        run(f"{statement} ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {added}", flat(some))


def marks(many: int) -> str:
    return ", ".join(["%s"] * many)


def values(rows: Sequence[Row]) -> str:
    """`(VALUES (…), (…)) AS v`, whose columns are v.column1, v.column2, … in both databases."""
    row = f"({marks(len(rows[0]))})"
    return f"(VALUES {', '.join([row] * len(rows))}) AS v"


def flat(rows: Iterable[Row]) -> list[Any]:
    return [one for row in rows for one in row]


def moment(column: str) -> str:
    """A column of `values` as a moment, also where it is empty in every row and so has no type."""
    return column if is_sqlite() else f"CAST({column} AS timestamptz)"


def lock(what: str = "FOR UPDATE") -> str:
    """Locks the rows that are read. In SQLite the whole transaction has the only lock there is."""
    return "" if is_sqlite() else what


def is_sqlite() -> bool:
    return connection.vendor == "sqlite"


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def waited_for_turns() -> float:
    """How many seconds this connection has waited for its turns to write. PostgreSQL has no turns."""
    return getattr(connection, "waited", 0.0)


class Literal(Value):
    """A word of ours that stands in the statement itself. SQLite uses a partial index only where it can read that the
    condition holds, and of `IN` with values that are bound to it, it cannot."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:  # noqa: ARG002
        word = str(self.value)
        if not word.isidentifier():
            raise ValueError(word)
        return f"'{word}'", ()
