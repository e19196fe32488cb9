"""The job of a table of postal codes: read or removed by a worker, taken up again where one died."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.tasks import task
from django.utils import timezone
from django.utils.translation import gettext as _

from tocsin.actions.long_work import NoLongerOurs, Work, take_in_hand, take_up_silent
from tocsin.actions.postal_codes import work
from tocsin.actions.postal_codes.files import FILES
from tocsin.campaigns.import_file import CannotBeRead
from tocsin.campaigns.models import PostalTable
from tocsin.campaigns.targeting.filling_table import empty_table

log = logging.getLogger(__name__)
State = PostalTable.State
STEPS: dict[str, Callable[[Work], None]] = {State.READING: work.read, State.REMOVING: work.remove}


@task()
def work_on(table_id: int) -> None:
    row = PostalTable.objects.filter(pk=table_id).first()
    step = STEPS.get(row.state) if row else None
    mine = take_in_hand(row, row.state, row.state) if row and step else None
    if mine is None or step is None:
        return
    try:
        step(mine)
    except NoLongerOurs:
        return
    except CannotBeRead as why:
        _fail(mine, str(why))
    except (OperationalError, InterfaceError):
        raise  # the database was away: it is taken up again when it has been silent for a while
    except Exception as error:
        log.error("postal codes %s: %s", table_id, type(error).__name__)  # noqa: TRY400  (no content)
        _fail(mine, _("It broke off (%(error)s). Tell whoever runs the server.") % {"error": type(error).__name__})


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
