"""Runs the command as a person does: in a process of its own, with an environment of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.empty_tables import DATABASE, clean_environment

KEYS = {
    "TOCSIN_KEYS": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
    "TOCSIN_DIGEST_KEY": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
}
type Tocsin = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def migrated(tmp_path: Path, tables: Path) -> None:
    """As after `tocsin migrate`."""
    shutil.copy(tables, tmp_path / DATABASE)


@pytest.fixture
def tocsin(tmp_path: Path) -> Tocsin:
    """`tocsin("keys")`, `tocsin("check", TOCSIN_PORT="x")`: what it printed, and its exit code."""

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        environment = clean_environment(**{"TOCSIN_DIR": str(tmp_path), **changes})
        return subprocess.run(
            [sys.executable, "-m", "tocsin.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run
