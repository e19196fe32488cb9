"""Has the database itself refuse to change or remove the lines of a table, whoever asks: by triggers.

On SQLite, a migration that alters such a table makes it anew, without them: it must refuse changes again at its end.
"""

from __future__ import annotations

from typing import Any

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


def refuse_changes(editor: Any, table: str) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(POSTGRESQL_ANSWER.format(table=table))
        editor.execute(POSTGRESQL.format(table=table))
        return
    for act in ("UPDATE", "DELETE"):
        editor.execute(SQLITE.format(table=table, act=act))


def allow_changes(editor: Any, table: str) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
        editor.execute(f"DROP FUNCTION {table}_refuse()")
        return
    for act in ("UPDATE", "DELETE"):
        editor.execute(f"DROP TRIGGER {table}_no_{act}")
