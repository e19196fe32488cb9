"""What one attempt makes of a message: its next state, and how long to wait. Pure: nothing is read or written here."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from tocsin.outbox.states import State
from tocsin.outbox.transports.base import LONGEST_WORDS, NobodyKnows, NotHandedOver, Reply, ServerAway

# Never sooner than five minutes: greylisting servers refuse whoever is in a hurry. Then 6 hours each, up to 5 days.
DELAYS = [timedelta(minutes=minutes) for minutes in (5, 10, 20, 40, 90, 180)] + [timedelta(hours=6)] * 18
MOST_OWN_FAULTS = 3
AN_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@([^\s<>\"'(),;:]*[^\s<>\"'(),;:.])")


class Mood(Enum):
    """What an answer says of the receiver, beyond this one mail."""

    NOTHING = "nothing"
    WELL = "."
    BAD = "x"  # refused as policy, or kept us waiting in vain: five of the last twenty, and the domain is paused
    SLOW = "slow"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that follows an attempt; `wait` is set where another is to be made."""

    state: State
    words: str
    server: str = ""
    wait: timedelta | None = None
    own_fault: bool = False
    mood: Mood = Mood.NOTHING
    tls: str = ""


def delay_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts, or None when it is time to give up."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None


def on_reply(reply: Reply, attempts: int, *, to_target: bool = False) -> Verdict:
    """`to_target`: a letter, whose address staff can mend. Refused for good as one that does not exist, it is held."""
    return replace(_on_reply(reply, attempts, to_target), mood=_mood(reply), tls=reply.tls)


def _on_reply(reply: Reply, attempts: int, to_target: bool) -> Verdict:  # noqa: FBT001
    if reply.taken:
        return Verdict(State.SENT, reply.words, reply.server)
    # “Policy” (5.7.x) judges the sender, a wave of letters, or a day's reputation: not this letter and not its address.
    # So does what is said of our own address. Giving up at once would burn thousands of letters against one filter.
    if reply.about_policy or reply.about_us:
        return _again(reply.words, reply.server, attempts, at_last=State.HELD)
    if reply.permanent:
        state = State.HELD if to_target and reply.address_is_dead else State.REFUSED
        return Verdict(state, reply.words, reply.server)
    return _again(reply.words, reply.server, attempts, at_last=State.REFUSED)


def _mood(reply: Reply) -> Mood:
    if reply.about_us:
        return Mood.NOTHING  # whoever says so judges us, and would whoever the mail was for
    if reply.about_policy:
        return Mood.BAD
    if reply.address_is_dead:
        return Mood.DEAD
    return Mood.SLOW if reply.asks_for_patience else Mood.WELL


def on_no_connection(error: NotHandedOver, attempts: int) -> Verdict:
    """Nobody refused anything: when it is time to give up, staff decide."""
    verdict = _again(error.words, error.server, attempts, at_last=State.HELD)
    # That there is no server at all says nothing of the receiver.
    return replace(verdict, mood=Mood.BAD if error.timed_out and not isinstance(error, ServerAway) else Mood.NOTHING)


def on_silence(error: NobodyKnows) -> Verdict:
    mood = Mood.BAD if error.timed_out else Mood.NOTHING
    return Verdict(State.UNCERTAIN, error.words, error.server, mood=mood)


def on_own_fault(error: Exception, own_faults: int) -> Verdict:
    """Our own program failed on this mail. The third time it is put aside, so that the others go on."""
    words = f"Our own program failed: {type(error).__name__}"
    if own_faults + 1 >= MOST_OWN_FAULTS:
        return Verdict(State.HELD, words, own_fault=True)
    return Verdict(State.DEFERRED, words, wait=DELAYS[0], own_fault=True)


def storable(words: str, *, public_domain: str = "") -> str:
    """A server's words as they are kept: short, and without addresses but those of `public_domain`."""
    return AN_ADDRESS.sub(lambda found: found.group() if found.group(1).lower() == public_domain else "…", words)[
        :LONGEST_WORDS
    ]


def _again(words: str, server: str, attempts: int, *, at_last: State) -> Verdict:
    delay = delay_after(attempts)
    if delay is None:
        return Verdict(at_last, f"Given up after {attempts} attempts. {words}", server)
    # Up to a tenth later, so that a wave that was refused together does not come back together.
    return Verdict(State.DEFERRED, words, server, delay * random.uniform(1, 1.1))  # noqa: S311  (no secret)
