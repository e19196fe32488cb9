"""How far an update got: its copies by fate, in words about people's mailboxes, as a picture and as a table."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.models import Update
from tocsin.desk.pictures import Segment, segments
from tocsin.desk.remembered import remembered
from tocsin.outbox.models import Message, State

MEANS: dict[State, tuple[Promise, Promise]] = {
    State.SENT: (_("Taken"), _("Their mail server took it.")),
    State.REPLIED: (_("Answered"), _("They wrote back.")),
    State.SENDING: (_("Being sent"), _("It is being handed over at this moment.")),
    State.WAITING: (_("Waiting"), _("It leaves at the pace that you chose.")),
    State.DEFERRED: (_("Tried again"), _("Their server asked to try later.")),
    State.HELD: (
        _("Held"),
        _("It was given up. Look at the notices on the first screen, then try again below."),
    ),
    State.UNCERTAIN: (_("Uncertain"), _("The connection broke in the moment of handing over.")),
    State.REFUSED: (_("Refused"), _("Their server did not take it.")),
    State.BOUNCED: (_("Came back"), _("It was taken and came back: the address is no more.")),
    State.CANCELLED: (_("Not sent"), _("They left meanwhile, or the update was stopped.")),
}


@dataclass(frozen=True, slots=True)
class CopiesBy:
    """One fate, and how many copies have it."""

    key: str
    label: Promise
    means: Promise
    copies: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Of so many people, so many copies were made; what became of them."""

    rows: list[CopiesBy]
    picture: list[Segment]
    copies: int
    people: int
    held: int


def progress_of(update: Update) -> Progress:
    by_state = remembered(f"copies:{update.pk}", lambda: _copies_by_state(update))
    rows = [CopiesBy(str(state.value), *MEANS[state], by_state[state]) for state in MEANS if by_state.get(state)]
    picture = segments([(row.key, row.copies) for row in rows])
    held = by_state.get(State.HELD, 0)
    return Progress(rows, picture, sum(by_state.values()), max(update.people, update.copies_made), held)


def _copies_by_state(update: Update) -> dict[str, int]:
    """Of a million copies each is looked at, so this is remembered for a while."""
    states = Message.objects.filter(update_copy__update_sent=update).order_by().values_list("state")
    return dict(states.annotate(copies=Count("pk")))
