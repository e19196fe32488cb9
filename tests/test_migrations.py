"""The tables as they are made in production, by migrations: the other tests make them straight from the models."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import KEYS
from tests.conftest import ON_POSTGRESQL
from tests.empty_tables import clean_environment


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty database of the kind that these tests run on; no address means SQLite."""
    if not ON_POSTGRESQL:
        yield ""
        return
    server, name = os.environ["TOCSIN_TEST_DATABASE_URL"], f"migrated_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


# In one process: loading everything takes longer than making the tables.
COMMANDS = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", interactive=False, verbosity=0)
call_command("makemigrations", check_changes=True, dry_run=True)
call_command("migrate", check_unapplied=True, verbosity=0)

# And nothing that proves what staff did can be changed.
from django.db import DatabaseError, connection, transaction
from tocsin.staff.audit import prove_audit, write
write("signed_in", kind="sign_in")
prove_audit()
for table in ("staff_auditline", "staff_auditproof"):
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    except DatabaseError:
        continue
    raise SystemExit(f"the rows of {table} can be removed")
"""


def test_the_tables_are_made_match_the_models_and_guard_the_audit_log(database_url: str, tmp_path: Path) -> None:
    environment = clean_environment(
        **KEYS, TOCSIN_DIR=str(tmp_path), DATABASE_URL=database_url, DJANGO_SETTINGS_MODULE="tocsin.settings"
    )

    done = subprocess.run(
        [sys.executable, "-c", COMMANDS], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
