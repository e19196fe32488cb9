"""Where kits and photographs are kept: sealed, in a folder that only this account reads, and for two weeks."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tocsin.actions.models import HandIn
from tocsin.lib.sealedfile import SealedWriter, read_sealed
from tocsin.lib.vault import vault

KEPT_FOR = timedelta(days=14)
# What an interrupted job left is nobody's after a day.
UNFINISHED_FOR = timedelta(days=1)
_NAME = re.compile(r"(kit|photo)-\d+-[0-9a-f]{16}\.sealed")


def folder() -> Path:
    return Path(settings.TOCSIN_DIR) / "hand-ins"


def new_name(what: str, hand_in: HandIn) -> str:
    """A name of its own for each making: two jobs never write one file."""
    return f"{what}-{hand_in.pk}-{secrets.token_hex(8)}.sealed"


def write_sealed(name: str) -> SealedWriter:
    return SealedWriter(vault(), folder() / name)


def pieces(name: str) -> Iterator[bytes] | None:
    """The open file in pieces; None where it is gone. Only names that this room gives."""
    if not _NAME.fullmatch(name) or not (folder() / name).is_file():
        return None
    return read_sealed(vault(), folder() / name)


def remove(name: str) -> None:
    if _NAME.fullmatch(name):
        (folder() / name).unlink(missing_ok=True)


def remove_old_kits() -> int:
    """Removes kits after two weeks, and what broken jobs left; the record of the hand-in stays. How many. Nightly."""
    old = HandIn.objects.filter(made_at__lt=timezone.now() - KEPT_FOR).exclude(file="")
    names = list(old.values_list("pk", "file"))
    for pk, name in names:
        remove(name)
        HandIn.objects.filter(pk=pk, file=name).update(file="")
    return len(names) + _remove_strays()


def _remove_strays() -> int:
    """Files that no row names."""
    if not folder().is_dir():
        return 0
    known = {name for row in HandIn.objects.values_list("file", "photo") for name in row}
    oldest = time.time() - UNFINISHED_FOR.total_seconds()
    strays = [path for path in folder().iterdir() if path.name not in known and path.stat().st_mtime < oldest]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
