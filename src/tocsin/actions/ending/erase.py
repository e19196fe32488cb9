"""Forgets one person because they asked: everywhere, at once, and again after a restore.

In one transaction: their actions become anonymous, what waits is stopped unless they want it to leave, copies of
updates and the supporter go, and their address is kept as a digest among those that nothing is sent to, so that no file
brings them back unseen. What left stays where it is: we cannot take it back. The number does not change.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tocsin.actions.ending.anonymous import Ended, end_actions
from tocsin.actions.ending.journal import note_erasure
from tocsin.actions.ending.model import WordsLater
from tocsin.actions.ending.supporters import remove
from tocsin.actions.lists.find import actions_by_digest
from tocsin.actions.models import Action, Letter
from tocsin.actions.telling import tell_of_erasure
from tocsin.actions.updates.models import UpdateCopy
from tocsin.lib.sql import database_now
from tocsin.outbox.emptying import STILL_TO_LEAVE, empty_mails, in_hand, stop
from tocsin.outbox.models import Suppression
from tocsin.outbox.suppress import suppress
from tocsin.supporters.models import Supporter

# What an act brings is sent to whoever acts anew; nothing else ever is. Their own link lifts it.
SCOPE = Suppression.Scope.NEWS


class StillLeaving(Exception):
    """A mail to or from this person is being handed over at this very moment. Nothing was changed; try again soon."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done, in numbers."""

    actions: int
    mails_stopped: int


@dataclass(frozen=True, slots=True)
class ToErase:
    """What would be done: how many actions, letters that wait, and letters that left."""

    actions: int
    letters_waiting: int
    letters_gone: int


def what_would_be_erased(digest: bytes) -> ToErase:
    numbers = list(actions_by_digest(digest).values_list("pk", flat=True))
    letters = Letter.objects.filter(action__in=numbers)
    waiting = letters.filter(message__state__in=STILL_TO_LEAVE).count()
    return ToErase(len(numbers), waiting, letters.count() - waiting)


def erase_person(digest: bytes, *, let_leave: bool = False) -> Erased:
    """Pressed twice is pressed once. Raises StillLeaving, and then nothing was done."""
    with transaction.atomic():
        erased = _erase(digest, None, let_leave=let_leave)
        # Last, and before the rows go: a crash in between leaves a line too many, which erases whom somebody wanted to.
        note_erasure(digest, database_now())
    return erased


def erase_again(journal: Iterable[tuple[bytes, datetime]]) -> int:
    """After a restore: whoever was forgotten since the backup is forgotten again; how many lines there were. Whoever
    came back later is not: only what is older than their wish goes."""
    lines = dict(journal)  # who asked twice is asked about up to the later moment
    for digest, at in lines.items():
        with transaction.atomic():
            _erase(digest, at, let_leave=False)
    return len(lines)


def _erase(digest: bytes, until: datetime | None, *, let_leave: bool) -> Erased:
    mine, known = actions_by_digest(digest), Supporter.objects.filter(email_digest=digest)
    if until is not None:
        mine, known = mine.filter(accepted_at__lte=until), known.filter(first_seen_at__lte=until)
    acted = dict(mine.values_list("pk", "campaign_id"))
    numbers, campaigns = list(acted), set(acted.values())
    ended = end_actions(numbers, let_leave=let_leave) if numbers else Ended()
    supporters = list(known.select_for_update())
    stopped = ended.stopped + _end_copies([one.pk for one in supporters])
    if ended.in_hand:
        raise StillLeaving
    tell_of_erasure([one.pk for one in supporters], campaigns)
    remove([one.pk for one in supporters])
    if let_leave:
        _write_down(numbers)
    _suppress(digest)
    return Erased(ended.people, stopped)


def _end_copies(supporters: list[int]) -> int:
    copies = list(UpdateCopy.objects.filter(supporter__in=supporters).values_list("message_id", flat=True))
    stopped = stop(copies)
    if in_hand(copies):
        raise StillLeaving
    empty_mails(copies)
    return stopped


def _write_down(numbers: list[int]) -> None:
    """What may still leave loses its words the night after."""
    rows = Action.objects.filter(pk__in=numbers).values_list("pk", "campaign_id")
    later = [WordsLater(action_id=pk, campaign_id=campaign) for pk, campaign in rows]
    WordsLater.objects.bulk_create(later, ignore_conflicts=True)


def _suppress(digest: bytes) -> None:
    suppress(digest, SCOPE, Suppression.Reason.ERASED)
    said = Suppression.objects.filter(digest=digest, scope=SCOPE, reason=Suppression.Reason.UNSUBSCRIBED)
    said.update(reason=Suppression.Reason.ERASED)
