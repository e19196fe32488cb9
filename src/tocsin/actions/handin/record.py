"""A hand-in from the first click to the hand that received it: begun, put away, handed over. Each step once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from tocsin.actions.handin.carried import hand_over
from tocsin.actions.handin.choose import AT_ONCE, let_go
from tocsin.actions.handin.store import FILES
from tocsin.actions.models import HandIn, Letter
from tocsin.campaigns.models import Campaign, Target

State = HandIn.State


@dataclass(frozen=True, slots=True)
class Received:
    """What is known of the moment: when, by whom, a note, and the name of a photograph's file."""

    at: datetime
    by: str
    note: str = ""
    photo: str = ""


def begin(*, campaign: Campaign, target: Target, made_by_name: str) -> HandIn:
    """The row of a kit that is to be made; the job is put off by the caller."""
    return HandIn.objects.create(campaign=campaign, target=target, made_by_name=made_by_name[:160])


def fail(hand_in: HandIn, why: str) -> None:
    """Its letters are free again, and the row says why."""
    if HandIn.objects.filter(pk=hand_in.pk, state=State.MAKING).update(state=State.FAILED, note=why):
        let_go(hand_in)


def put_away(hand_in: HandIn) -> bool:
    """Forgets a kit that was not handed over; `free` follows. False if it was."""
    gone = HandIn.objects.filter(pk=hand_in.pk, state__in=[State.READY, State.FAILED, State.MAKING])
    return bool(gone.update(state=State.FAILED, file="", note=_("Put away.")))


def free(hand_in: HandIn) -> None:
    """Removes the file of a kit that was put away, and lets go of its letters, once that is sure."""
    FILES.remove(hand_in.file)
    let_go(hand_in)


def free_what_failed() -> int:
    """Letters of kits that there are not, where whoever was to free them broke off; of how many kits. Every minute."""
    left = HandIn.objects.filter(Exists(Letter.objects.filter(hand_in=OuterRef("pk"))), state=State.FAILED)
    for hand_in in (found := list(left)):
        let_go(hand_in)
    return len(found)


def record_hand_over(hand_in: HandIn, received: Received) -> bool:
    """Notes who received it, once. Its letters are marked by `mark_letters`, some hundreds at once."""
    return bool(
        HandIn.objects.filter(pk=hand_in.pk, state=State.READY).update(
            state=State.HANDED_OVER,
            handed_over_at=received.at,
            received_by=received.by[:200],
            note=received.note,
            photo=received.photo,
        )
    )


def mark_letters(hand_in: HandIn) -> int:
    """Every letter of a hand-in that happened, as sent by hand; how many had not been taken before."""
    words = _said(hand_in)
    return sum(hand_over(ids, words) for ids in message_ids(hand_in))


def _said(hand_in: HandIn) -> str:
    """What stands where a server's words would."""
    with translation.override(hand_in.target.language if hand_in.target else None):
        return _("Handed in on paper, received by %(name)s.") % {"name": hand_in.received_by}


def message_ids(hand_in: HandIn) -> Iterator[list[int]]:
    last = 0
    while rows := list(
        hand_in.letters.filter(number__gt=last).order_by("number").values_list("number", "message_id")[:AT_ONCE]
    ):
        yield [message for _number, message in rows]
        last = rows[-1][0] or 0
