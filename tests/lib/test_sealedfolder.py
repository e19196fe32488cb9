"""A sealed folder: its room's names and no others, and nothing that no row names for longer than a day."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from tocsin.lib.sealedfolder import SealedFolder

FILES = SealedFolder("kits", re.compile(r"kit-\d+-[0-9a-f]{16}\.sealed"))


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.TOCSIN_DIR = tmp_path


def written(number: int, *, days_ago: float = 0) -> str:
    name = FILES.new_name("kit", number)
    with FILES.write(name) as file:
        file.write(b"Jane")
    moment = time.time() - days_ago * 86_400
    os.utime(FILES.path / name, (moment, moment))
    return name


def test_it_works() -> None:
    one, other = written(7), written(7)
    assert one != other
    assert b"Jane" not in (FILES.path / one).read_bytes()
    assert b"".join(FILES.pieces(one) or []) == b"Jane"
    FILES.remove(one)
    assert FILES.pieces(one) is None
    assert FILES.pieces(other)


@pytest.mark.parametrize("name", ["", "../secret", "kit-1-0123456789abcdef.sealed/../../secret", "photo"])
def test_no_name_leads_anywhere_else(name: str, tmp_path: Path) -> None:
    written(1)
    (tmp_path / "secret").write_text("x")
    assert FILES.pieces(name) is None
    FILES.remove(name)
    assert (tmp_path / "secret").exists()


def test_strays_go_after_a_day() -> None:
    assert FILES.remove_strays(set) == 0
    named, stray, fresh = written(1, days_ago=2), written(2, days_ago=2), written(3)
    assert FILES.remove_strays(lambda: {named}) == 1
    assert {path.name for path in FILES.path.iterdir()} == {named, fresh}
    assert stray not in {named, fresh}


def test_what_is_named_while_the_folder_is_looked_at_stays() -> None:
    name = written(1, days_ago=2)
    rows: set[str] = set()

    def named() -> set[str]:
        rows.add(name)
        return rows

    assert FILES.remove_strays(named) == 0
