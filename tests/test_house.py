"""The house itself: doors that lead down only, rooms with a sign on them, and no room too large."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.once
ROOT = Path(__file__).parents[1]
MOST_LINES = 500


def rooms() -> dict[str, str]:
    """All files but migrations, by their names."""
    return {
        str(path.relative_to(ROOT)): path.read_text()
        for folder in ("src", "tests", "bench")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in path.parts
        and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
        and path.stat().st_size
    }


def templates() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "src/tocsin").rglob("*.html"))}


def test_imports_go_down_the_floors_only() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_room_says_what_it_is_for() -> None:
    assert len(rooms()) > 500
    assert [name for name, text in rooms().items() if not text.startswith('"""')] == []


def test_every_template_says_what_it_is_for() -> None:
    assert len(templates()) > 250
    assert [name for name, text in templates().items() if not text.startswith("{#")] == []


def test_no_room_is_too_large() -> None:
    assert [name for name, text in rooms().items() if len(text.splitlines()) > MOST_LINES] == []


def test_no_number_of_a_row_is_written_for_readers() -> None:
    """“?page=1,234” leads nowhere. (A Message-ID is no number.)"""
    bare = re.compile(r"\{\{ *[\w.]*\b(?:pk|id|(?!message)\w+_id) *\}\}")
    assert [name for name, text in templates().items() if bare.search(text)] == []
