"""The jobs of hand-ins: what takes longer than a click. A worker runs them; each may be run again."""

from __future__ import annotations

import logging
from typing import Any

from django.db import InterfaceError, OperationalError
from django.tasks import task
from django.utils.translation import gettext as _

from tocsin.actions.handin.kit import NothingToHandIn, make_kit
from tocsin.actions.handin.notify import notify_writers
from tocsin.actions.handin.record import fail, mark_letters
from tocsin.actions.handin.wording import Asked
from tocsin.actions.models import HandIn

log = logging.getLogger(__name__)


@task()
def make(hand_in_id: int, asked: dict[str, Any]) -> None:
    """The kit, or a sentence that says why there is none."""
    hand_in = HandIn.objects.select_related("campaign", "target").filter(pk=hand_in_id).first()
    if hand_in is None or hand_in.state != HandIn.State.MAKING:
        return
    try:
        make_kit(hand_in, Asked.from_json(asked))
    except NothingToHandIn:
        fail(hand_in, _("There was no letter to put into it."))
    except (OperationalError, InterfaceError):
        raise  # the database was away: the job is run again
    except Exception as error:
        log.error("hand-in %s could not be made: %s", hand_in_id, type(error).__name__)  # noqa: TRY400  (no content)
        fail(hand_in, _("It could not be made (%(error)s). Try again.") % {"error": type(error).__name__})


@task()
def handed_over(hand_in_id: int, *, tell: bool) -> None:
    """What follows when somebody received it: its letters are taken, and whoever wrote is told if that is wished."""
    hand_in = HandIn.objects.select_related("campaign", "target").filter(pk=hand_in_id).first()
    if hand_in is None or hand_in.state != HandIn.State.HANDED_OVER:
        return
    mark_letters(hand_in)
    if tell:
        notify_writers(hand_in)
