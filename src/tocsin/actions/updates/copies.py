"""Which mails some copies of updates are: those that may still leave, wherever they wait."""

from __future__ import annotations

from django.db.models import QuerySet

from tocsin.actions.updates.models import UpdateCopy
from tocsin.outbox.models import Message
from tocsin.outbox.states import State

STILL_HERE = (State.WAITING, State.DEFERRED, State.HELD, State.SENDING)


def still_here(copies: QuerySet[UpdateCopy]) -> QuerySet[Message]:
    """Also those that are held, since somebody may release them. The claim asks again for whatever else there is."""
    return Message.objects.filter(pk__in=copies.values("message"), state__in=STILL_HERE)
