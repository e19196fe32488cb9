"""Runs the command as a person does: in a process of its own, with an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

KEYS = {
    "TOCSIN_KEYS": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA",
    "TOCSIN_DIGEST_KEY": "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8",
}
type Tocsin = Callable[..., subprocess.CompletedProcess[str]]


def clean_environment(**changes: str) -> dict[str, str]:
    """This process's environment without what the tests set in it."""
    others = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TOCSIN_") and name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return {**others, **changes}


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
