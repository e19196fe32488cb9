"""Work that takes minutes: one job at a time has it in hand, tells how far it is, and stops when it is told to.

The row says whose it is. A job writes its own word there and a time every few seconds; each of these is a conditional
update, so a job whose row was cancelled, or taken up by another, learns of it and ends. One that fell silent (its
worker was killed) is begun anew, three times at most.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import F, Model
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tocsin.campaigns.import_file import CannotBeRead

log = logging.getLogger(__name__)
TELL_EVERY = 2.0
SILENT_AFTER = timedelta(minutes=2)
MOST_RUNS = 3


class NoLongerOurs(Exception):
    """The work was cancelled, or another job has it."""


@dataclass(slots=True)
class Work:
    """A row that this job has in hand, in a state that says so."""

    row: Any
    state: str
    run: str = field(default_factory=lambda: secrets.token_hex(8))
    told_at: float = 0.0

    def tell(self, done: int, *, now: bool = False) -> None:
        """How far it is; asks the database every two seconds only. Raises NoLongerOurs."""
        if now or time.monotonic() - self.told_at >= TELL_EVERY:
            self.told_at = time.monotonic()
            self._change(rows_done=done, beat_at=Now())

    def note(self, **changes: Any) -> None:
        """Something that is known now. Raises NoLongerOurs."""
        self._change(beat_at=Now(), **changes)

    def end(self, state: str, **changes: Any) -> None:
        """The work is done, or cannot be. Raises NoLongerOurs."""
        self._change(state=state, run="", beat_at=None, **changes)

    def _change(self, **changes: Any) -> None:
        mine = type(self.row)._base_manager.filter(pk=self.row.pk, state=self.state, run=self.run)
        if not mine.update(**changes):
            raise NoLongerOurs


def take_in_hand(row: Any, waiting: str, working: str) -> Work | None:
    """The work, if it waits for somebody; None where another has it or it was called off."""
    work = Work(row, working)
    free = type(row)._base_manager.filter(pk=row.pk, state=waiting, run="")
    taken = free.update(state=working, run=work.run, beat_at=Now(), runs=F("runs") + 1)
    if not taken:
        return None
    row.refresh_from_db()
    return work


def do_step(work: Work, step: Callable[[Work], None], fail: Callable[[Work, str], None]) -> None:
    """One step of a work in hand. What keeps it from being done becomes a sentence, for `fail`; but for a database that
    is away: then it is taken up again when it has been silent for a while."""
    try:
        step(work)
    except NoLongerOurs:
        return
    except CannotBeRead as why:
        fail(work, str(why))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        kind = type(error).__name__
        log.error("%s %s: %s", work.row._meta.model_name, work.row.pk, kind)  # noqa: TRY400  (no content)
        fail(work, _("It broke off (%(error)s). Tell whoever runs the server.") % {"error": kind})


def take_up_silent[M: Model](model: type[M], states: dict[str, str], failed: str, begin: Callable[[M], object]) -> int:
    """Work that nobody tells of any more goes back to the state it waited in, and is begun anew. How many. So is what
    waits and whose job was lost before it began: `beat_at` says since when it waits."""
    found = 0
    watched = {waiting: waiting for waiting in states.values()} | states
    for working, waiting in watched.items():
        rows = model._base_manager.filter(state=working, beat_at__lt=Now() - SILENT_AFTER)
        for row in rows:
            found += _taken_up(row, waiting, failed, begin)
    return found


def _taken_up[M: Model](row: M, waiting: str, failed: str, begin: Callable[[M], object]) -> int:
    said: Any = row
    same = type(row)._base_manager.filter(pk=row.pk, state=said.state, run=said.run)
    if said.runs >= MOST_RUNS:
        why = _("It broke off three times. Tell whoever runs the server.")
        same.update(state=failed, run="", beat_at=None, why=why)
        return 0
    if not same.update(state=waiting, run="", beat_at=Now()):
        return 0
    begin(row)
    return 1
