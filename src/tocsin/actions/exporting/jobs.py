"""The jobs of exports: made by a worker, told of by mail, taken up again where a worker died."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import InterfaceError, OperationalError
from django.tasks import task
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.exporting.make import make_file
from tocsin.actions.exporting.model import Export
from tocsin.actions.long_work import NoLongerOurs, Work, take_in_hand, take_up_silent

log = logging.getLogger(__name__)
State = Export.State


@task()
def make(export_id: int) -> None:
    """The file, or a sentence that says why there is none."""
    export = Export.objects.select_related("campaign", "asked_by").filter(pk=export_id).first()
    work = take_in_hand(export, State.WAITING, State.MAKING) if export else None
    if work is None:
        return
    with translation.override(work.row.language or settings.LANGUAGE_CODE):
        if _made(work):
            tell(work.row)


def _made(work: Work) -> bool:
    try:
        return make_file(work)
    except (OperationalError, InterfaceError):
        raise  # the database was away: it is taken up again when it has been silent for a while
    except Exception as error:
        log.error("export %s could not be made: %s", work.row.pk, type(error).__name__)  # noqa: TRY400  (no content)
        _fail(work, error)
        return False


def _fail(work: Work, error: Exception) -> None:
    why = _("It could not be made (%(error)s). Ask for it again.") % {"error": type(error).__name__}
    try:
        work.end(State.FAILED, why=why)
    except NoLongerOurs:
        return


def tell(export: Export) -> None:
    """A mail to whoever asked. Nothing of what is in the file, and no link that fetches it."""
    address = export.asked_by.email if export.asked_by else ""
    if not address:
        return
    where = settings.TOCSIN_BASE_URL.geturl().rstrip("/") + reverse("desk_export", args=[export.pk])
    said = {"where": where, "days": settings.TOCSIN_EXPORT_DAYS}
    text = _(
        "The export that you asked for is ready. Fetch it here, after signing in:\n\n%(where)s\n\n"
        "It is removed after %(days)d days. If you did not ask for it, tell whoever runs this installation."
    )
    send_mail(_("Your export is ready"), text % said, None, [address])


def mend_exports() -> int:
    """Exports whose worker died are made anew. Every minute."""
    return take_up_silent(Export, {State.MAKING: State.WAITING}, State.FAILED, lambda export: make.enqueue(export.pk))


def stop(export_id: int) -> bool:
    """Calls it off; a job that has it in hand learns of it within seconds. False if there was nothing to stop."""
    waiting = Export.objects.filter(pk=export_id, state__in=[State.WAITING, State.MAKING])
    return bool(waiting.update(state=State.CANCELLED, run="", beat_at=None))
