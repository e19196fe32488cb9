"""The steps of a table of postal codes, as the desk takes them.

```
 upload ─► reading ─► read ─► used ─► former ─► removing ─► removed
              │                 ▲        │
            failed              └────────┘
```

Which table is in use is one row's state, changed in one short transaction: from one moment to the next everybody looks
up in the other table, which is whole. The former one is kept for two weeks, and is brought back in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from tocsin.actions.postal_codes import jobs
from tocsin.actions.postal_codes.files import FILES, KEPT_FOR, named
from tocsin.campaigns.models import FROM_THE_DESK, PostalDivision, PostalTable

State = PostalTable.State
MAY_BE_USED = (State.READ, State.FORMER)
MAY_BE_REMOVED = (State.READ, State.FORMER, State.FAILED)
# What the command put beside the one in use stays: it was put there on purpose, by whoever runs the server.
GO_BY_THEMSELVES = Q(state=State.FORMER) | Q(state=State.READ, name__startswith=FROM_THE_DESK)


def begin(*, file_name: str, country: str, by_name: str) -> PostalTable:
    """The row of a file that is about to be kept."""
    return PostalTable.objects.create(
        file_name=file_name[:200], country=country, by_name=by_name[:160], beat_at=timezone.now()
    )


def upload(row: PostalTable, chunks: Iterable[bytes]) -> None:
    """Keeps the file sealed, and has it read."""
    PostalTable.objects.filter(pk=row.pk).update(upload=FILES.keep("upload", row.pk, chunks), beat_at=Now())
    jobs.work_on.enqueue(row.pk)


def use(table_pk: int) -> bool:
    """From now on campaigns look up in this table, and the one before becomes the former. False if it is too late."""
    try:
        with transaction.atomic():
            _change_over_to(table_pk)
    except (_TooLate, IntegrityError):  # at the same moment somebody else had another used
        return False
    return True


def take_back(table_pk: int) -> bool:
    """The table before it is in use again; without one, none is. False if this one is not in use any more."""
    with transaction.atomic():
        this = PostalTable.objects.filter(pk=table_pk, state=State.USED)
        before = former()
        if not this.update(state=State.FORMER, state_since=Now()):
            return False
        if before is not None:
            again = PostalTable.objects.filter(pk=before.pk, state=State.FORMER)
            again.update(state=State.USED, state_since=Now())
    return True


def former() -> PostalTable | None:
    """The table that was in use last before this one, and is still there."""
    return PostalTable.objects.filter(state=State.FORMER).order_by("-state_since", "-pk").first()


def remove(table_pk: int) -> bool:
    """Has its lines removed. False if it is in use, or gone."""
    rows = PostalTable.objects.filter(pk=table_pk, state__in=MAY_BE_REMOVED)
    moved = rows.update(state=State.REMOVING, state_since=Now(), run="", beat_at=Now(), runs=0, rows_done=0)
    if moved:
        jobs.work_on.enqueue(table_pk)
    return bool(moved)


def goes_by_itself(row: PostalTable) -> bool:
    """Whether it is removed once nobody used it for two weeks."""
    return PostalTable.objects.filter(GO_BY_THEMSELVES, pk=row.pk).exists()


def remove_old_tables() -> int:
    """Tables that nobody used for two weeks go, what is left of those that broke off, and files that nobody names; how
    many. Nightly."""
    since = timezone.now() - KEPT_FOR
    unused = Q(state_since__lt=since) & GO_BY_THEMSELVES
    has_lines = Exists(PostalDivision.objects.filter(table=OuterRef("name")))
    broken_off = Q(state=State.FAILED, uploaded_at__lt=since) & (~Q(upload="") | Q(has_lines))
    removed = sum(remove(pk) for pk in PostalTable.objects.filter(unused | broken_off).values_list("pk", flat=True))
    return removed + _forget_left_out() + FILES.remove_strays(named)


def _forget_left_out() -> int:
    """What was left out of the table in use, once there was time to mend it."""
    old = PostalTable.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR).exclude(left_out_file="")
    rows = list(old.exclude(state__in=jobs.STEPS).values_list("pk", "left_out_file"))
    for pk, name in rows:
        FILES.remove(name)
        PostalTable.objects.filter(pk=pk, left_out_file=name).update(left_out_file="")
    return len(rows)


class _TooLate(Exception):
    """It cannot be used now: nothing of the step is kept."""


def _change_over_to(table_pk: int) -> None:
    _leave_the_used()
    this = PostalTable.objects.filter(pk=table_pk, state__in=MAY_BE_USED, rows__gt=0)
    if not this.update(state=State.USED, state_since=Now()):
        raise _TooLate


def _leave_the_used() -> None:
    PostalTable.objects.filter(state=State.USED).update(state=State.FORMER, state_since=Now())
