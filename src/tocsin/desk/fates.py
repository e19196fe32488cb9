"""The fates of letters in a campaigner's words: what each means, which need somebody, which picture shows them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.desk.pictures import Segment, segments
from tocsin.outbox.models import State

# In the order of a letter's way, the good end first.
MEANS: dict[State, Promise] = {
    State.SENT: _("The target's server took it."),
    State.REPLIED: _("The target answered."),
    State.SENDING: _("It is being handed over at this moment."),
    State.WAITING: _("It leaves as soon as its turn comes."),
    State.DEFERRED: _("The server asked to try later. It is tried again by itself."),
    State.HELD: _("It waits until somebody at the desk decides."),
    State.UNCERTAIN: _("The connection broke in the very moment of handing over. Nobody knows whether it arrived."),
    State.REFUSED: _("The server will not take it. Its own words say why."),
    State.BOUNCED: _("It was taken and came back."),
    State.CANCELLED: _("Somebody at the desk stopped it."),
}
NEED_SOMEBODY = frozenset({State.HELD, State.UNCERTAIN, State.REFUSED, State.BOUNCED})


@dataclass(frozen=True, slots=True)
class Fate:
    """One state with how many letters are in it."""

    state: State
    letters: int
    percent: int

    @property
    def label(self) -> str:
        return str(self.state.label)

    @property
    def means(self) -> Promise:
        return MEANS[self.state]


@dataclass(frozen=True, slots=True)
class Fates:
    """All letters of a campaign as a picture and as a table: states that no letter is in are left out."""

    rows: list[Fate]
    picture: list[Segment]
    letters: int


def picture_of(by_state: dict[str, int]) -> Fates:
    """From counts by state to what the hub shows."""
    total = sum(by_state.values())
    present = [(state, by_state[state]) for state in MEANS if by_state.get(state)]
    rows = [Fate(state, letters, round(letters * 100 / total)) for state, letters in present]
    return Fates(rows, segments([(str(state.value), letters) for state, letters in present]), total)
