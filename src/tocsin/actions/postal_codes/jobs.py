"""The job of a table of postal codes: read or removed by a worker, taken up again where one died."""

from __future__ import annotations

from collections.abc import Callable

from django.tasks import task
from django.utils import timezone

from tocsin.actions.long_work import NoLongerOurs, Work, do_step, take_in_hand, take_up_silent
from tocsin.actions.postal_codes import work
from tocsin.actions.postal_codes.files import FILES
from tocsin.campaigns.models import PostalTable
from tocsin.campaigns.targeting.filling_table import empty_table

State = PostalTable.State
STEPS: dict[str, Callable[[Work], None]] = {State.READING: work.read, State.REMOVING: work.remove}


@task()
def work_on(table_id: int) -> None:
    row = PostalTable.objects.filter(pk=table_id).first()
    step = STEPS.get(row.state) if row else None
    mine = take_in_hand(row, row.state, row.state) if row and step else None
    if mine is not None and step is not None:
        do_step(mine, step, _fail)


def _fail(mine: Work, why: str) -> None:
    """What was stored of it goes first: while it goes, the table is still in hand. Its file goes last."""
    upload = mine.row.upload
    try:
        empty_table(mine.row.name, tell=lambda _removed: mine.tell(mine.row.rows_done))
        mine.end(State.FAILED, why=why[:500], upload="", state_since=timezone.now())
    except NoLongerOurs:
        return
    FILES.remove(upload)


def mend_postal_codes() -> int:
    """Tables whose worker died go on. Every minute."""
    return take_up_silent(
        PostalTable, {state: state for state in STEPS}, State.FAILED, lambda row: work_on.enqueue(row.pk)
    )
