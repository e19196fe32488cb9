"""The job of an import: whichever step its row waits for, done by a worker, taken up again where one died."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.tasks import task
from django.utils import translation

from tocsin.actions.importing import work
from tocsin.actions.long_work import NoLongerOurs, Work, do_step, take_in_hand, take_up_silent
from tocsin.supporters.models import SupporterImport

State = SupporterImport.State
STEPS: dict[str, Callable[[Work], None]] = {
    State.READING: work.read,
    State.CHECKING: work.check,
    State.IMPORTING: work.carry_out,
    State.UNDOING: work.take_back,
}


@task()
def work_on(upload_id: int) -> None:
    row = SupporterImport.objects.filter(pk=upload_id).first()
    step = STEPS.get(row.state) if row else None
    mine = take_in_hand(row, row.state, row.state) if row and step else None
    if mine is None or step is None:
        return
    with translation.override(mine.row.language or settings.LANGUAGE_CODE):
        do_step(mine, step, _fail)


def _fail(mine: Work, why: str) -> None:
    try:
        mine.end(State.FAILED, why=why[:500])
    except NoLongerOurs:
        return


def mend_imports() -> int:
    """Imports whose worker died go on. Every minute."""
    return take_up_silent(
        SupporterImport, {state: state for state in STEPS}, State.FAILED, lambda row: work_on.enqueue(row.pk)
    )
