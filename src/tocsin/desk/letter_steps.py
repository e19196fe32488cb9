"""What somebody at the desk may do with a letter, by the state it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.controls import Alone, cancel, hold, release
from tocsin.outbox.decide import resend_uncertain, schedule
from tocsin.outbox.models import Message
from tocsin.outbox.states import State, that_may_become


@dataclass(frozen=True, slots=True)
class Step:
    """`take` answers whether it was still possible. `warns` is read before the button can be pressed. `asks_when`: it
    is given a moment, and is for a letter that leaves by itself."""

    name: str
    possible_when: frozenset[State]
    take: Callable[..., object]
    entry: str
    label: Promise
    warns: Promise
    button: Promise
    said: Promise
    final: bool = False
    asks_when: bool = False


STEPS = {
    step.name: step
    for step in [
        Step(
            name="release",
            possible_when=frozenset({State.HELD}),
            take=lambda message_id: release(Alone(message_id)),
            entry="letter_released",
            label=_("Release this letter"),
            warns=_("It joins the others and leaves when its turn comes."),
            button=_("Release it"),
            said=_("Released. It leaves when its turn comes."),
        ),
        Step(
            name="again",
            possible_when=frozenset({State.UNCERTAIN}),
            take=resend_uncertain,
            entry="letter_resent",
            label=_("Send it again anyway"),
            warns=_(
                "The server may have taken it the first time: then the target gets the same letter twice. "
                "Look for it at the target's server first, by its reference."
            ),
            button=_("Send it again"),
            said=_("It leaves once more when its turn comes."),
        ),
        Step(
            name="hold",
            possible_when=frozenset({State.WAITING, State.DEFERRED, State.SENDING}),
            take=lambda message_id: hold(Alone(message_id)),
            entry="letter_held",
            label=_("Hold this letter back"),
            warns=_("It waits here until somebody releases it. All other letters go on."),
            button=_("Hold it"),
            said=_("Held. It waits here until somebody releases it."),
        ),
        Step(
            name="schedule",
            possible_when=frozenset({State.WAITING, State.DEFERRED}),
            take=schedule,
            entry="letter_scheduled",
            label=_("Schedule this letter"),
            warns=_(
                "It leaves from the moment that you name, not before, and in its turn. To let it leave sooner after "
                "all, hold it and release it."
            ),
            button=_("Schedule it"),
            said=_("Scheduled. It does not leave before that."),
            asks_when=True,
        ),
        Step(
            name="cancel",
            possible_when=frozenset({*that_may_become(State.CANCELLED), State.SENDING}),
            take=lambda message_id: cancel(Alone(message_id)),
            entry="letter_cancelled",
            label=_("Stop this letter"),
            warns=_("It will never leave, and its writer's receipt says so. This cannot be undone."),
            button=_("Stop it for good"),
            said=_("Stopped. This letter will not leave."),
            final=True,
        ),
    ]
}


def steps_for(message: Message) -> list[Step]:
    """What makes sense now. What a worker has in hand can be stopped until a server may have it."""
    alone = not message.gathered
    return [
        step for step in STEPS.values() if State(message.state) in step.possible_when and (alone or not step.asks_when)
    ]
