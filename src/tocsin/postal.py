"""`tocsin import-postal-codes`: fills the table that campaigns look postal codes up in."""

from __future__ import annotations

import argparse
import gzip
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tocsin.campaigns.models import DEFAULT_TABLE, PostalTable
from tocsin.campaigns.targeting.filling_table import Filled, NoTable, fill_table
from tocsin.campaigns.targeting.tables import counted, used_table
from tocsin.run import say

THE_COMMAND = "tocsin import-postal-codes"
State = PostalTable.State


def import_postal_codes(arguments: Sequence[str]) -> int:
    words = argparse.ArgumentParser(
        prog=THE_COMMAND, description="Fills the table that campaigns look postal codes up in."
    )
    words.add_argument("file", type=Path, help="CSV in UTF-8 (may be .gz): postal_code, division, name")
    words.add_argument("--table", default="", help="which table to fill (default: the one that is in use)")
    words.add_argument("--country", default="CA", help="whose postal codes they are (default: CA)")
    words.add_argument("--keep", action="store_true", help="keep what the file does not have")
    given = words.parse_args(arguments)
    table = given.table or used_table() or DEFAULT_TABLE
    is_first = _is_first(given.table)
    try:
        with _opened(given.file) as lines:
            filled = fill_table(lines, table=table, country=given.country, keep=given.keep)
    except NoTable:
        return _refuse("Its first line must name the columns postal_code, division and, if you have it, name.")
    except UnicodeDecodeError:
        return _refuse("It is not written in UTF-8. Save it as “CSV UTF-8”.")
    except OSError as error:
        return _refuse(f"It cannot be read: {error.strerror or error}.")
    if filled.stored:
        _tell_the_desk(table, given.file.name, given.country)
        _use(table, is_first=is_first)
    _report(filled)
    return 0 if filled.stored and not filled.wrong else 1


def _tell_the_desk(table: str, file_name: str, country: str) -> None:
    """Its screen shows what this command filled as it shows what was uploaded there."""
    numbers = counted(table)
    said: dict[str, Any] = {
        "file_name": file_name[:200],
        "country": country,
        "by_name": THE_COMMAND,
        "numbers": numbers,
    }
    said |= {"rows": numbers["lines"], "uploaded_at": timezone.now(), "first": [], "first_wrong": []}
    PostalTable.objects.update_or_create(name=table, defaults=said, create_defaults=said | {"state": State.READ})


def _is_first(named: str) -> bool:
    """Whether what is filled is used at once: no table is, and none was named but the one that people are looked up in
    while it is filled. One that was taken back and is named stays so."""
    return not _used().exists() and named in ("", used_table())


def _use(table: str, *, is_first: bool) -> None:
    row = PostalTable.objects.filter(name=table)
    if is_first and not _used().exists():  # filling takes a minute: somebody may have used another meanwhile
        row.update(state=State.USED, state_since=Now())
    else:
        row.filter(state=State.REMOVED).update(state=State.READ, state_since=Now())


def _used() -> QuerySet[PostalTable]:
    return PostalTable.objects.filter(state=State.USED)


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _report(filled: Filled) -> None:
    say(f"Stored: {filled.stored:,}. Removed, since the file has them no longer: {filled.removed:,}.")
    if filled.wrong:
        say(f"Not understood: {filled.wrong:,}. Nothing was removed. The first of them:")
        for line, text in filled.problems:
            say(f"    line {line}: {text}")
    elif not filled.stored:
        say("The file has no rows. Nothing was changed.")
