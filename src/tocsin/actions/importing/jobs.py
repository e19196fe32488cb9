"""The job of an import: whichever step its row waits for, done by a worker, taken up again where one died."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.importing import work
from tocsin.actions.importing.files import FileIsGone
from tocsin.actions.long_work import NoLongerOurs, Work, take_in_hand, take_up_silent
from tocsin.campaigns.import_file import CannotBeRead
from tocsin.supporters.models import SupporterImport

log = logging.getLogger(__name__)
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
        _take(step, mine)


def _take(step: Callable[[Work], None], mine: Work) -> None:
    try:
        step(mine)
    except NoLongerOurs:
        return
    except CannotBeRead as why:
        _fail(mine, str(why))
    except FileIsGone:
        _fail(mine, _("Its file was removed after two weeks. Upload it again."))
    except (OperationalError, InterfaceError):
        raise  # the database was away: it is taken up again when it has been silent for a while
    except Exception as error:
        log.error("import %s: %s", mine.row.pk, type(error).__name__)  # noqa: TRY400  (no content)
        _fail(mine, _("It broke off (%(error)s). Tell whoever runs the server.") % {"error": type(error).__name__})


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
