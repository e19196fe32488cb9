"""Letters that a hand carried: each is noted as taken, once, with who received it in place of a server's words."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from tocsin.actions.handin.choose import NOT_TAKEN
from tocsin.actions.taken import BY_HAND
from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.models import Delivery, Message
from tocsin.outbox.states import State


def hand_over(message_ids: Iterable[int], words: str) -> int:
    """Marks these as sent by hand; how many were not taken before. Safe to run twice: what is sent is left alone."""
    with transaction.atomic():
        rows = Message.objects.select_for_update().filter(pk__in=list(message_ids), state__in=NOT_TAKEN)
        mine = dict(rows.order_by("pk").values_list("pk", "attempts"))
        Message.objects.filter(pk__in=mine).update(
            state=State.SENT,
            state_since=Now(),
            due_at=None,
            attempts=F("attempts") + 1,
            last_words=words[:500],
        )
        Delivery.objects.bulk_create(
            [
                Delivery(
                    message_id=pk,
                    number=attempts + 1,
                    finished_at=Now(),
                    outcome=State.SENT,
                    server=BY_HAND,
                    words=words[:500],
                )
                for pk, attempts in mine.items()
            ],
            ignore_conflicts=True,
        )
        tell_of_letters(mine, State.SENT)
    return len(mine)
