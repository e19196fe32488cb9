"""All that happened to a letter, newest first: every attempt, what came back afterwards, and what staff decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.models import Letter
from tocsin.actions.newest import SIDE_BY_SIDE, first_number
from tocsin.actions.taken import BY_HAND
from tocsin.desk.audit_words import words_of
from tocsin.desk.journal import ENTRIES, OURS, Kind, kind_of
from tocsin.desk.letter_steps import STEPS
from tocsin.outbox.models import Delivery, Event, Message
from tocsin.outbox.states import State
from tocsin.staff.models import AuditLine

UNDER_WAY, NO_ANSWER = _("under way"), _("no answer after all was handed over")
MOST_DECISIONS = 50
NAMES = [entry.removeprefix(OURS) for entry in ENTRIES]
ABOUT_MANY = [name for name in NAMES if name.startswith("letters_") and kind_of(name) is Kind.LETTERS]
ABOUT_ONE = [step.entry for step in STEPS.values()]
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
    """One line of the history. `number` is the attempt's; `ended` is empty for what took no time; `who` decided it."""

    at: datetime
    ended: datetime | None
    number: int | None
    looks_like: str
    what: str | Promise
    server: str
    tls: str
    words: str
    who: str = ""

    @property
    def by_hand(self) -> bool:
        return self.server == BY_HAND


def history_of(letter: Letter) -> list[Happened]:
    """Its own attempts and events, and those of the digest that carries it: its fate is the digest's."""
    messages = [message for message in (letter.message, letter.message.carrier) if message is not None]
    lines = [*(line for message in messages for line in _lines(message)), *map(_decision, _decisions_about(letter))]
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


def _decisions_about(letter: Letter) -> list[AuditLine]:
    """About itself; and about many since it was written, among which it was: its campaign's, its target's, or both.
    One that was written anew was there before its message, but never before its action."""
    campaign, target = letter.message.campaign_ref, f"target:{letter.target_id}"
    lines = _lines_since(min(letter.message.created_at, letter.action.accepted_at))
    of_campaign = lines.filter(campaign_ref=campaign)
    itself = of_campaign.filter(about=f"letter:{letter.pk}", what__in=ABOUT_ONE)
    theirs = Q(about=f"campaign:{campaign}", details__target__isnull=True) | Q(about=target)
    theirs |= Q(about=f"campaign:{campaign}", details__target=letter.target_id)
    since = {"what__in": ABOUT_MANY, "at__gte": letter.message.created_at}
    many = of_campaign.filter(theirs, **since)
    to_target = lines.filter(campaign_ref=None, about=target, **since)
    return [line for rows in (itself, many, to_target) for line in rows[:MOST_DECISIONS]]


def _lines_since(moment: datetime) -> QuerySet[AuditLine]:
    """By number as well, since no index knows the time: a letter of today is not looked for in the log of years."""
    first = first_number(AuditLine.objects.all(), "at", moment - SIDE_BY_SIDE)
    return AuditLine.objects.filter(kind=Kind.LETTERS, pk__gte=first)


def _decision(line: AuditLine) -> Happened:
    return Happened(line.at, None, None, "", words_of(line.what), "", "", "", who=line.who_name)
