"""Has the database itself refuse to change or remove the lines of a table, whoever asks: by triggers.

On SQLite, a migration that alters such a table makes it anew, without them: it must refuse changes again at its end.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

ACTS = ("UPDATE", "DELETE")
SQLITE = """
CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table}
BEGIN SELECT RAISE(ABORT, 'lines of {table} are never changed'); END
"""
POSTGRESQL_ANSWER = """
CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'lines of {table} are never changed'; END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()
"""


def refuse_changes(connection: BaseDatabaseWrapper, table: str) -> None:
    if connection.vendor == "postgresql":
        _run(connection, POSTGRESQL_ANSWER.format(table=table), POSTGRESQL.format(table=table))
    else:
        _run(connection, *(SQLITE.format(table=table, act=act) for act in ACTS))


def allow_changes(connection: BaseDatabaseWrapper, table: str) -> None:
    if connection.vendor == "postgresql":
        _run(connection, f"DROP TRIGGER {table}_no_change ON {table}", f"DROP FUNCTION {table}_refuse()")
    else:
        _run(connection, *(f"DROP TRIGGER {table}_no_{act}" for act in ACTS))


def _run(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
