"""The two databases as Django's settings name them: the embedded SQLite, and PostgreSQL by its address."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from tocsin.lib.environment import WrongSetting


def sqlite_database(path: Path | str, synchronous: str) -> dict[str, Any]:
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": synchronous,
        "temp_store": "MEMORY",
        "cache_size": "-20000",
        "journal_size_limit": "67108864",
        # In pages of 4 kB: the last resort. Checkpoints are made beside the writers (lib/fairsqlite/checkpoints.py).
        "wal_autocheckpoint": "50000",
    }
    return {
        "ENGINE": "tocsin.lib.fairsqlite",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # A transaction that reads first and writes later would fail instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": ";".join(f"PRAGMA {name}={value}" for name, value in pragmas.items()),
        },
    }


def postgresql_database(url: str) -> dict[str, Any]:
    wrong = WrongSetting("DATABASE_URL must look like postgresql://USER:PASSWORD@HOST:PORT/NAME.")
    try:
        parts = urlsplit(url)
        port = parts.port or ""
    except ValueError:
        raise wrong from None
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise wrong
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"connect_timeout": 5},
    }
