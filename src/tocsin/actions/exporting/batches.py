"""Reads rows in batches by key, oldest first: no cursor is held open, and memory does not grow with the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Max, QuerySet

from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault

AT_ONCE = 1000


def batches(rows: QuerySet[Any, tuple[Any, ...]], key: str = "pk") -> Iterator[list[tuple[Any, ...]]]:
    """Rows as `values_list` gives them, whose first column is the key. Ends where the table ended when it began: what
    comes in meanwhile is the next export's."""
    end, last = rows.aggregate(end=Max(key))["end"] or 0, 0
    while some := list(rows.filter(**{f"{key}__gt": last, f"{key}__lte": end}).order_by(key)[:AT_ONCE]):
        yield some
        last = some[-1][0]


def opened(sealed: bytes | memoryview, context: bytes) -> dict[str, Any]:
    """What was sealed; nothing where its key is gone: the row is exported all the same."""
    try:
        found: dict[str, Any] = vault().open(sealed, context)
    except CannotOpen:
        return {}
    return found


def cells(said: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(said.get(name) or "") for name in names)
