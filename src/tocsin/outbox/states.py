"""Which state of a message may follow which. Pure: the effects are elsewhere.

                 ┌──── hold ────┐  ┌──────────── temporary ───────────┐
                 ▼              │  ▼                                  │
    leave ──► held ─release─► waiting ──claim──► sending ◄──claim── deferred
                ▲│              │ ▲ ▲               │ │
       broken ──┘│              │ │ └─ worker died ─┤ ├──► sent ────────► bounced, replied
                 │              │ │   before the dot│ ├──► refused ─────► replied
                 ▼              ▼ │                 │ └──► held
             cancelled ◄── waiting, deferred        ▼
                                  └─send again── uncertain ──► sent, bounced, replied

`held` waits for staff. `waiting` leaves as soon as it may. `sending` is in one worker's hands, with a lease. `sent`:
the server took it. `uncertain`: the connection broke, or the worker died, after the final dot and before the answer:
nobody knows, and it is never sent again by itself; if the answer turns up after all, it counts. `deferred`: not taken
this time, tried again. `refused`: the server said no for good. `bounced`: taken first and sent back later.
`cancelled`: staff stopped it; what a server may have can no longer be cancelled. What comes back may be quicker than
the server's answer: from `sending`, once the dot was sent, a message may be `bounced` or `replied`. An answer is the
last word: whoever gave it has the letter, whatever machines say of it later. Beside all this, a letter that no server
has may be handed in on paper, and is `sent` by that (MAY_BE_HANDED_IN).
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    HELD = "held", _("Held")
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    UNCERTAIN = "uncertain", _("Uncertain")
    DEFERRED = "deferred", _("Deferred")
    REFUSED = "refused", _("Refused")
    BOUNCED = "bounced", _("Bounced")
    CANCELLED = "cancelled", _("Cancelled")
    REPLIED = "replied", _("Replied")


MAY_BECOME: dict[State, frozenset[State]] = {
    State.HELD: frozenset({State.WAITING, State.CANCELLED}),
    State.WAITING: frozenset({State.SENDING, State.HELD, State.CANCELLED}),
    State.SENDING: frozenset(
        {
            *(State.SENT, State.UNCERTAIN, State.DEFERRED, State.REFUSED, State.WAITING, State.HELD),
            *(State.BOUNCED, State.REPLIED),
        },
    ),
    State.DEFERRED: frozenset({State.SENDING, State.HELD, State.CANCELLED}),
    State.UNCERTAIN: frozenset(
        {State.WAITING, State.SENT, State.DEFERRED, State.REFUSED, State.BOUNCED, State.REPLIED}
    ),
    State.SENT: frozenset({State.BOUNCED, State.REPLIED}),
    State.REFUSED: frozenset({State.REPLIED}),
    State.BOUNCED: frozenset({State.REPLIED}),
    State.CANCELLED: frozenset(),
    State.REPLIED: frozenset(),
}


MAY_BE_HANDED_IN = (State.WAITING, State.DEFERRED, State.HELD, State.REFUSED, State.BOUNCED)


def may_become(now: State, then: State) -> bool:
    return then in MAY_BECOME[now]


def that_may_become(then: State) -> list[State]:
    """The states that a step to `then` may start from: what a conditional update asks for."""
    return [now for now in State if may_become(now, then)]
