"""What can be done with many letters at once: what each step says, which letters it changes, and how it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext_lazy

from tocsin.actions import steering
from tocsin.campaigns.models import Campaign
from tocsin.outbox.states import State


@dataclass(frozen=True, slots=True)
class Control:
    """One step. `touches` are the states of the letters it changes; `take` does it and says how many there were, which
    `said` tells whoever pressed the button. `takes_long`: it changes each letter, some hundreds at a time."""

    name: str
    label: Promise
    warns: Promise
    button: Promise
    said: Any
    touches: tuple[State, ...]
    take: Callable[..., int]
    icon: str
    only_campaign: bool = False
    final: bool = False
    asks_when: bool = False
    takes_long: bool = False


def _hold_new(*, campaign: int, target: int | None = None) -> int:  # noqa: ARG001
    Campaign.objects.filter(pk=campaign).update(letters_held=True)
    return 0


def _let_new_go(*, campaign: int, target: int | None = None) -> int:  # noqa: ARG001
    Campaign.objects.filter(pk=campaign).update(letters_held=False)
    return 0


CONTROLS = {
    control.name: control
    for control in [
        Control(
            name="pause",
            label=gettext_lazy("Pause letters"),
            warns=gettext_lazy(
                "Within seconds, no letter leaves any more. Letters that are written meanwhile wait with the others. "
                "None is lost, and they go on when somebody resumes them."
            ),
            button=gettext_lazy("Pause them"),
            said=ngettext_lazy("Paused: %(number)s letter waits.", "Paused: %(number)s letters wait.", "letters"),
            touches=steering.WAITING,
            take=steering.pause,
            icon="history",
        ),
        Control(
            name="resume",
            label=gettext_lazy("Resume letters"),
            warns=gettext_lazy("What waits leaves in its turn, at the pace that each target's office accepts."),
            button=gettext_lazy("Resume them"),
            said=ngettext_lazy(
                "No longer paused: %(number)s letter leaves in its turn.",
                "No longer paused: %(number)s letters leave in their turn.",
                "letters",
            ),
            touches=steering.WAITING,
            take=steering.resume,
            icon="rotate",
        ),
        Control(
            name="hold-new",
            label=gettext_lazy("Hold new letters"),
            warns=gettext_lazy(
                "From now on each new letter waits until somebody releases it. Letters that wait already go on."
            ),
            button=gettext_lazy("Hold new letters"),
            said=gettext_lazy("From now on each new letter waits until somebody releases it."),
            touches=(),
            take=_hold_new,
            icon="lock",
            only_campaign=True,
        ),
        Control(
            name="let-new-go",
            label=gettext_lazy("Hold new letters no longer"),
            warns=gettext_lazy(
                "New letters leave by themselves again. What is held already stays held until released."
            ),
            button=gettext_lazy("Let new letters go"),
            said=gettext_lazy("New letters leave by themselves again."),
            touches=(),
            take=_let_new_go,
            icon="lock-open",
            only_campaign=True,
        ),
        Control(
            name="hold",
            label=gettext_lazy("Hold what waits"),
            warns=gettext_lazy("Each letter that waits now is held until somebody releases it. New letters go on."),
            button=gettext_lazy("Hold them"),
            said=ngettext_lazy("%(number)s letter is held.", "%(number)s letters are held.", "letters"),
            touches=steering.WAITING,
            take=steering.hold,
            icon="lock",
            takes_long=True,
        ),
        Control(
            name="release",
            label=gettext_lazy("Release what is held"),
            warns=gettext_lazy(
                "Every held letter joins the others and leaves in its turn, for whatever reason it was held: "
                "look at the list first."
            ),
            button=gettext_lazy("Release them"),
            said=ngettext_lazy(
                "%(number)s letter is released, and leaves in its turn.",
                "%(number)s letters are released, and leave in their turn.",
                "letters",
            ),
            touches=steering.HELD,
            take=steering.release,
            icon="lock-open",
            takes_long=True,
        ),
        Control(
            name="schedule",
            label=gettext_lazy("Schedule letters"),
            warns=gettext_lazy("What waits leaves from the moment that you name, not before, and in its turn."),
            button=gettext_lazy("Schedule them"),
            said=ngettext_lazy(
                "Scheduled: %(number)s letter waits for that moment.",
                "Scheduled: %(number)s letters wait for that moment.",
                "letters",
            ),
            touches=steering.WAITING,
            take=steering.schedule,
            icon="calendar-alt",
            asks_when=True,
        ),
        Control(
            name="unschedule",
            label=gettext_lazy("Lift the schedule"),
            warns=gettext_lazy("What waits for a moment to come waits for it no longer, and leaves in its turn."),
            button=gettext_lazy("Lift the schedule"),
            said=ngettext_lazy(
                "Scheduled no longer: %(number)s letter leaves in its turn.",
                "Scheduled no longer: %(number)s letters leave in their turn.",
                "letters",
            ),
            touches=steering.WAITING,
            take=steering.unschedule,
            icon="calendar-check",
        ),
        Control(
            name="cancel",
            label=gettext_lazy("Stop letters for good"),
            warns=gettext_lazy(
                "They never leave, and their writers' receipts say so. This cannot be undone. What a server may have "
                "already is not touched, and letters that people write from now on still leave."
            ),
            button=gettext_lazy("Stop them for good"),
            said=ngettext_lazy(
                "%(number)s letter is stopped for good.", "%(number)s letters are stopped for good.", "letters"
            ),
            touches=steering.NOT_GONE,
            take=steering.cancel,
            icon="cross",
            final=True,
            takes_long=True,
        ),
    ]
}
