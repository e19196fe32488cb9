"""What somebody at the desk may do with a letter, by the state it is in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.outbox.controls import Alone, cancel, goes_to_ourselves, hold, release
from tocsin.outbox.decide import TAKEN_OUT, resend_uncertain, schedule
from tocsin.outbox.emptying import is_empty
from tocsin.outbox.models import Message
from tocsin.outbox.states import State, that_may_become


def _always(_message: Message) -> bool:
    return True


def _may_be_released(message: Message) -> bool:
    """What is taken out of the number leaves only when its set is put back, and what has no address when it has one."""
    return not message.last_words.startswith(TAKEN_OUT) and not goes_to_ourselves(message)


def _leaves_by_itself(message: Message) -> bool:
    return not message.gathered


def _leaves_later(message: Message) -> bool:
    return message.due_at is not None and message.due_at > timezone.now()


def _still_has_its_bytes(message: Message) -> bool:
    return not is_empty(message)


@dataclass(frozen=True, slots=True)
class Step:
    """`take` answers whether it was still possible. `warns` is read before the button can be pressed. `fits` is asked
    besides the state. `asks_when`: it is given a moment. `with_digest`: where a digest carries the letter, it is done
    to the digest; a step that is not is not for such a letter."""

    name: str
    possible_when: frozenset[State]
    take: Callable[..., object]
    entry: str
    label: Promise
    warns: Promise
    button: Promise
    said: Promise
    fits: Callable[[Message], bool] = _always
    final: bool = False
    asks_when: bool = False
    with_digest: bool = False


STEPS = {
    step.name: step
    for step in [
        Step(
            name="release",
            possible_when=frozenset({State.HELD}),
            fits=_may_be_released,
            take=lambda message_id: release(Alone(message_id)),
            entry="letter_released",
            label=_("Release this letter"),
            warns=_("It joins the others and leaves when its turn comes."),
            button=_("Release it"),
            said=_("Released. It leaves when its turn comes."),
            with_digest=True,
        ),
        Step(
            name="again",
            possible_when=frozenset({State.UNCERTAIN}),
            fits=_still_has_its_bytes,
            take=resend_uncertain,
            entry="letter_resent",
            label=_("Send it again anyway"),
            warns=_(
                "The server may have taken it the first time: then the target gets the same letter twice. "
                "Look for it at the target's server first, by its reference."
            ),
            button=_("Send it again"),
            said=_("It leaves once more when its turn comes."),
            with_digest=True,
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
            with_digest=True,
        ),
        Step(
            name="schedule",
            possible_when=frozenset({State.WAITING, State.DEFERRED}),
            fits=_leaves_by_itself,
            take=schedule,
            entry="letter_scheduled",
            label=_("Schedule this letter"),
            warns=_("It leaves from the moment that you name, not before, and in its turn."),
            button=_("Schedule it"),
            said=_("Scheduled. It does not leave before that."),
            asks_when=True,
        ),
        Step(
            name="unschedule",
            possible_when=frozenset({State.WAITING}),
            fits=_leaves_later,
            take=lambda message_id: schedule(message_id, timezone.now()),
            entry="letter_unscheduled",
            label=_("Let it leave sooner"),
            warns=_("Its moment is lifted, and it leaves when its turn comes."),
            button=_("Lift the schedule"),
            said=_("Scheduled no longer. It leaves when its turn comes."),
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
    return [
        step
        for step in STEPS.values()
        if State(message.state) in step.possible_when
        and step.fits(message)
        and (step.with_digest or message.carrier_id is None)
    ]
