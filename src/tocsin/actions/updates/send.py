"""Makes the copies of updates that are on their way, some hundreds at once and not many more than can leave soon.

The rows are the state of the work: an update says which row of its audience was looked at last, in the transaction that
left the copies. Killed anywhere, it goes on from there; a copy is made once, by its key and by the unique pair of
update and supporter.

    draft ─let go─► sending ─all left─► sent
                     │   ▲ │
                pause│   │resume        stop: from sending or paused; what waits is taken back
                     ▼   │ ▼
                    paused └──────────► stopped
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from tocsin.actions.models import Action
from tocsin.actions.take import action_context
from tocsin.actions.unsubscribe import unsubscribe_url
from tocsin.actions.updates.audience import ACTED, actions_of, has_words, supporters_of, who_left
from tocsin.actions.updates.compose import Wording, copy_for
from tocsin.actions.updates.copies import STILL_HERE
from tocsin.actions.updates.models import Update, UpdateCopy
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Edition
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.outbox.controls import Copies, cancel
from tocsin.outbox.copies import shut_bucket
from tocsin.outbox.headers import CannotBeMailed
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import frozen_message, leave_frozen
from tocsin.outbox.states import State as MessageState

BATCH = 200
# Frozen mails are some kilobytes each: no more of an update wait at once than are handed over in a few minutes.
MOST_WAITING = 2000
# However many campaigns somebody acted in: so many mails from us in a day, and whatever is more waits for the next.
MOST_IN_A_DAY = 6
A_DAY = timedelta(days=1)
SETTLED = timedelta(minutes=10)
TO_LEAVE = (MessageState.WAITING, MessageState.DEFERRED, MessageState.SENDING)
COLUMNS = ("pk", "supporter_id", "email_digest", "sealed", "edition_id")
State = Update.State
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody in the audience. `row` is the number by which it is gone through; `edition` says who writes."""

    row: int
    supporter: int
    language: str
    digest: bytes
    sealed: bytes
    context: bytes
    edition: Edition


def send_updates() -> int:
    """Makes the next copies of each update on its way, and takes back those of the stopped; how many were looked at."""
    on_their_way = Update.objects.filter(Q(not_before=None) | Q(not_before__lte=Now()), state=State.SENDING)
    made = sum(_go_on(update) for update in on_their_way.select_related("campaign").order_by("pk"))
    return made + sum(_take_back(update) for update in Update.objects.filter(state=State.STOPPED, finished_at=None))


def _go_on(update: Update) -> int:
    if update.campaign.test_address:
        _pause_for_the_test(update)
        return 0
    still_here = waiting(update).count()
    if still_here >= MOST_WAITING:
        return 0
    if recipients := _next_recipients(update):
        _leave_copies(update, recipients)
        return len(recipients)
    _nobody_is_left(update)
    if not still_here:
        _finish(update)
    return 0


def _nobody_is_left(update: Update) -> None:
    """The last who get one are found, and those behind them are not gone through again each second while the copies
    leave at their pace: of a million, that takes seconds. Who acted just before it was let go is followed by then."""
    same = Update.objects.filter(pk=update.pk, looked_at=update.looked_at, begun_at__lt=Now() - SETTLED)
    if update.looked_at < update.up_to and same.update(looked_at=update.up_to):
        update.looked_at = update.up_to


def _take_back(update: Update) -> int:
    """Cancels what waits or is held, some hundreds at once. Finished only then: broken off, it is gone on with."""
    cancelled = cancel(Copies(copies_of(update, STILL_HERE)))
    Update.objects.filter(pk=update.pk, state=State.STOPPED).update(finished_at=Now())
    return cancelled


def waiting(update: Update) -> QuerySet[Message]:
    """Its copies that are still to leave."""
    return copies_of(update, TO_LEAVE)


def copies_of(update: Update, states: Sequence[MessageState]) -> QuerySet[Message]:
    """Found among all updates of the campaign in these states: of those that did not leave there are never many."""
    found = Message.objects.filter(campaign_ref=update.campaign_id, kind=Kind.UPDATE, state__in=states)
    return found.filter(update_copy__update_sent=update)


def _pause_for_the_test(update: Update) -> None:
    """Somebody switched the campaign's test mode on while it was on its way."""
    if Update.objects.filter(pk=update.pk, state=State.SENDING).update(state=State.PAUSED):
        shut_bucket(update.bucket)


def _next_recipients(update: Update) -> list[Recipient]:
    return _who_acted(update) if update.audience in ACTED else _who_agreed(update)


def _who_acted(update: Update) -> list[Recipient]:
    rows = actions_of(update).filter(pk__gt=update.looked_at, pk__lte=update.up_to).order_by("pk")
    return [_who_acted_here(row) for row in rows.only(*COLUMNS)[:BATCH]]


def _who_acted_here(action: Action) -> Recipient:
    edition, digest = frozen(action.edition_id), bytes(action.email_digest)
    supporter = action.supporter_id or 0
    return Recipient(
        action.pk, supporter, edition.language, digest, bytes(action.sealed), action_context(digest), edition
    )


def _who_agreed(update: Update) -> list[Recipient]:
    """They may never have acted here: the campaign's own edition in their language says who writes."""
    editions = {code: Edition.objects.current(update.campaign, code) for code in update.words}
    found = {code: edition for code, edition in editions.items() if edition is not None}
    rows = supporters_of(update).filter(pk__gt=update.looked_at, pk__lte=update.up_to, language__in=found)
    return [
        Recipient(
            row.pk,
            row.pk,
            row.language,
            digest := bytes(row.email_digest),
            bytes(row.sealed),
            b"supporter:" + digest,
            found[row.language],
        )
        for row in rows.order_by("pk")[:BATCH]
    ]


def _leave_copies(update: Update, recipients: Sequence[Recipient]) -> None:
    left = who_left(update, {one.supporter: one.digest for one in recipients})
    busy = _with_many_mails([one.supporter for one in recipients])
    wordings = {one.edition.pk: Wording(update, one.edition) for one in recipients}
    made = [
        (one, message)
        for one in recipients
        if one.supporter and one.supporter not in left and has_words(update, one.language)
        if (message := _copy(wordings[one.edition.pk], one, later=one.supporter in busy)) is not None
    ]
    with transaction.atomic():
        if not _still_mine(update):
            return
        numbers = leave_frozen([message for _one, message in made])
        copies = [
            UpdateCopy(update_sent=update, supporter_id=one.supporter, message_id=numbers[message.key])
            for one, message in made
        ]
        UpdateCopy.objects.bulk_create(copies, ignore_conflicts=True)
        Update.objects.filter(pk=update.pk).update(
            looked_at=recipients[-1].row,
            copies_made=F("copies_made") + len(made),
            sent_at=Coalesce("sent_at", Now()),
        )


def _still_mine(update: Update) -> bool:
    """Neither paused nor stopped meanwhile, and nobody else went on with it. Locked until the copies are left."""
    same = Update.objects.select_for_update().filter(pk=update.pk, state=State.SENDING, looked_at=update.looked_at)
    return same.first() is not None


def _copy(wording: Wording, one: Recipient, *, later: bool) -> Message | None:
    """None where no mail can be made of what we have of them."""
    pk = wording.update.pk
    try:
        act: dict[str, Any] = vault().open(one.sealed, one.context)
        key, stop = f"update:{pk}:{one.supporter}", unsubscribe_url(one.edition.pk, one.digest)
        message = frozen_message(copy_for(wording, act, key=key, stop=stop))
    except (CannotOpen, CannotBeMailed, KeyError) as error:
        log.warning("update %s: no copy for supporter %s: %s", pk, one.supporter, type(error).__name__)
        return None
    if later:
        message.due_at = timezone.now() + A_DAY
    return message


def _with_many_mails(supporters: Sequence[int]) -> set[int]:
    """Who had as many mails from us in a day as anybody should: thank-yous and updates together."""
    since = timezone.now() - A_DAY
    thanked = Action.objects.filter(supporter__in=supporters, accepted_at__gte=since).values_list("supporter")
    told = UpdateCopy.objects.filter(supporter__in=supporters, message__created_at__gte=since).values_list("supporter")
    many: dict[int, int] = {}
    for rows in (thanked, told):
        for supporter, mails in rows.annotate(mails=Count("pk")).order_by():
            many[supporter] = many.get(supporter, 0) + mails
    return {supporter for supporter, mails in many.items() if mails >= MOST_IN_A_DAY}


def _finish(update: Update) -> None:
    Update.objects.filter(pk=update.pk, state=State.SENDING, looked_at=update.looked_at).update(
        state=State.SENT, finished_at=Now(), sent_at=Coalesce("sent_at", Now())
    )
