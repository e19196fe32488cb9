"""The steps of an import, as the desk takes them; each is carried out by a job.

```
 upload ─► reading ─► read ─► checking ─► checked ─► importing ─► done ─► undoing ─► undone
                        ▲                    │
                        └── say otherwise ───┘         anything under way may end as failed
```

Each step is a conditional update of the row: pressed twice it is taken once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import get_language

from tocsin.actions.exporting.store import FILES
from tocsin.actions.importing import jobs
from tocsin.actions.importing.columns import PERSON_FIELDS
from tocsin.supporters.models import SupporterImport

State = SupporterImport.State
NAMES = {field.name for field in PERSON_FIELDS}


def begin(*, file_name: str, by: AbstractBaseUser, by_name: str) -> SupporterImport:
    """The row of a file that is about to be kept."""
    return SupporterImport.objects.create(
        file_name=file_name[:200],
        by_id=by.pk,
        by_name=by_name[:160],
        language=_language(),
        beat_at=timezone.now(),
    )


def upload(row: SupporterImport, chunks: Iterable[bytes]) -> None:
    """Keeps the file sealed, and has it read."""
    SupporterImport.objects.filter(pk=row.pk).update(upload=FILES.keep("upload", row.pk, chunks), beat_at=Now())
    jobs.work_on.enqueue(row.pk)


def check(*, upload_pk: int, columns: dict[str, int], consent: dict[str, str | date | None]) -> bool:
    """Says which column means what and what was agreed to, and has every row checked. False if it is too late."""
    said = {name: str(value or "") for name, value in consent.items()}
    known = {name: at for name, at in columns.items() if name in NAMES}
    mapping = {**_mapping(upload_pk), "columns": known}
    return _go_on(upload_pk, (State.READ, State.CHECKED), State.CHECKING, mapping=mapping, consent=said)


def take_as_typed(upload_pk: int, *, as_typed: bool) -> bool:
    """Has the rows checked again, with addresses that look mistyped taken as they stand, or left out again."""
    mapping = {**_mapping(upload_pk), "as_typed": as_typed}
    return _go_on(upload_pk, (State.CHECKED,), State.CHECKING, mapping=mapping)


def _mapping(upload_pk: int) -> dict[str, Any]:
    """What was said so far of how the file is to be read."""
    return SupporterImport.objects.filter(pk=upload_pk).values_list("mapping", flat=True).first() or {}


def carry_out(upload_pk: int) -> bool:
    return _go_on(upload_pk, (State.CHECKED,), State.IMPORTING)


def take_back(upload_pk: int) -> bool:
    return _go_on(upload_pk, (State.DONE, State.FAILED), State.UNDOING)


def _go_on(upload_pk: int, before: tuple[str, ...], after: str, **changes: object) -> bool:
    rows = SupporterImport.objects.filter(pk=upload_pk, state__in=before)
    moved = rows.update(state=after, run="", beat_at=Now(), runs=0, rows_done=0, language=_language(), **changes)
    if moved:
        jobs.work_on.enqueue(upload_pk)
    return bool(moved)


def _language() -> str:
    return (get_language() or settings.LANGUAGE_CODE)[:10]
