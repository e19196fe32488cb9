"""Everything that happened to a letter, newest first: every attempt, and whatever came back afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.models import Letter
from tocsin.actions.taken import BY_HAND
from tocsin.outbox.models import Delivery, Event, Message
from tocsin.outbox.states import State

UNDER_WAY, NO_ANSWER = _("under way"), _("no answer after all was handed over")
# An event's picture is that of the fate it leads to.
LOOKS_LIKE = {
    Event.Kind.BOUNCED: State.BOUNCED,
    Event.Kind.DELAYED: State.DEFERRED,
    Event.Kind.DELIVERED: State.SENT,
    Event.Kind.COMPLAINED: State.REFUSED,
    Event.Kind.REPLIED: State.REPLIED,
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the history. `number` is the attempt's; `ended` is empty for what took no time."""

    at: datetime
    ended: datetime | None
    number: int | None
    looks_like: str
    what: str | Promise
    server: str
    tls: str
    words: str

    @property
    def by_hand(self) -> bool:
        return self.server == BY_HAND


def history_of(letter: Letter) -> list[Happened]:
    """Its own attempts and events, and those of the digest that carries it: its fate is the digest's."""
    messages = [message for message in (letter.message, letter.message.carrier) if message is not None]
    lines = [line for message in messages for line in _lines(message)]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _lines(message: Message) -> list[Happened]:
    return [*map(_attempt, message.deliveries.all()), *map(_event, message.events.all())]


def _attempt(delivery: Delivery) -> Happened:
    what = delivery.get_outcome_display() if delivery.outcome else NO_ANSWER if delivery.dot_at else UNDER_WAY
    return Happened(
        delivery.started_at,
        delivery.finished_at,
        delivery.number,
        delivery.outcome,
        what,
        delivery.server,
        delivery.tls,
        delivery.words,
    )


def _event(event: Event) -> Happened:
    looks_like = LOOKS_LIKE[Event.Kind(event.kind)]
    return Happened(event.at, None, None, looks_like, event.get_kind_display(), event.source, "", event.words)
