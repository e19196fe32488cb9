"""The tables as they are made in production, by migrations: the other tests make them straight from the models."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import KEYS
from tests.conftest import ON_POSTGRESQL
from tests.empty_tables import DATABASE, clean_environment


@pytest.fixture
def database_url() -> Iterator[str]:
    """An empty database of PostgreSQL."""
    server, name = os.environ["TOCSIN_TEST_DATABASE_URL"], f"migrated_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


# In one process: loading everything takes longer than most of it.
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


def test_in_the_embedded_database(tables: Path, tmp_path: Path) -> None:
    """`tables` is what the migrations have made."""
    shutil.copy(tables, tmp_path / DATABASE)
    they_match_the_models_and_guard_the_audit_log(tmp_path, "")


@pytest.mark.skipif(not ON_POSTGRESQL, reason="This is the run on SQLite")
def test_on_postgresql(database_url: str, tmp_path: Path) -> None:
    they_match_the_models_and_guard_the_audit_log(tmp_path, database_url)


def they_match_the_models_and_guard_the_audit_log(folder: Path, database_url: str) -> None:
    environment = clean_environment(
        **KEYS, TOCSIN_DIR=str(folder), DATABASE_URL=database_url, DJANGO_SETTINGS_MODULE="tocsin.settings"
    )
    done = subprocess.run(
        [sys.executable, "-c", COMMANDS], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
