"""The tables as `tocsin migrate` makes them in the embedded database, remembered between runs for as long as no
migration changes: making them takes longer than what most tests do with them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

from tocsin.lib.sealing import new_key

DATABASE = "tocsin.sqlite3"
MIGRATIONS = Path(__file__).parents[1] / "src/tocsin"


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without what the tests set in it."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TOCSIN_") and name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return {**others, **changes}


def empty_tables(remembered: Path) -> Path:
    """The file of a database with all tables and nothing in them. To be copied."""
    tables = remembered / f"{_fingerprint_of_migrations()}.sqlite3"
    if not tables.exists():
        with tempfile.TemporaryDirectory(dir=remembered) as folder:
            _migrate(Path(folder))
            (Path(folder) / DATABASE).replace(tables)
    return tables


def _migrate(folder: Path) -> None:
    keys = {"TOCSIN_KEYS": new_key(), "TOCSIN_DIGEST_KEY": new_key()}
    done = subprocess.run(
        [sys.executable, "-m", "tocsin.cli", "migrate", "--verbosity", "0"],
        env=clean_environment(TOCSIN_DIR=str(folder), **keys),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _fingerprint_of_migrations() -> str:
    """Of ours by their content, of others by the versions that are installed."""
    digest = hashlib.sha256()
    for path in sorted(MIGRATIONS.glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    for package in sorted(f"{found.name} {found.version}" for found in distributions()):
        digest.update(package.encode())
    return digest.hexdigest()[:16]
