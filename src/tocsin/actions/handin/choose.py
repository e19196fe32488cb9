"""Which letters go into a kit, and in which order: own words first. A letter is in one kit at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from tocsin.actions.models import HandIn, Letter
from tocsin.actions.states import IN_THE_TALLY
from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox.models import Kind
from tocsin.outbox.states import MAY_BE_HANDED_IN, State

# What no server has taken, and what came back: paper is another way. Stopped letters stay stopped.
NOT_TAKEN = MAY_BE_HANDED_IN
TAKEN_TOO = (*NOT_TAKEN, State.SENT, State.REPLIED, State.UNCERTAIN)
# What one job can make in good time; the rest makes a further kit.
MOST_IN_A_KIT = 20_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Choice:
    """How many letters a kit would have, and how many of them are in their writers' own words."""

    letters: int
    own_words: int


def choice(campaign: Campaign, target: Target, *, taken_too: bool) -> Choice:
    found = free_letters(campaign, target, taken_too=taken_too).aggregate(
        letters=Count("pk"), own=Count("pk", filter=Q(own_words=True))
    )
    return Choice(found["letters"], found["own"])


def free_letters(campaign: Campaign, target: Target, *, taken_too: bool) -> QuerySet[Letter]:
    """Letters that are in no kit yet. An action that no longer counts is not handed in."""
    return Letter.objects.filter(
        target=target,
        hand_in=None,
        message__campaign_ref=campaign.pk,
        message__kind=Kind.LETTER,
        message__state__in=TAKEN_TOO if taken_too else NOT_TAKEN,
        action__campaign=campaign,
        action__state__in=IN_THE_TALLY,
    )


def number_letters(hand_in: HandIn, *, taken_too: bool) -> int:
    """Takes the free letters into the kit and numbers them; how many. Run again, it goes on where it ended."""
    if hand_in.target is None:
        return 0
    free = free_letters(hand_in.campaign, hand_in.target, taken_too=taken_too)
    for own_words in (True, False):
        ids = list(free.filter(own_words=own_words).order_by("pk").values_list("pk", flat=True)[:MOST_IN_A_KIT])
        for some in batched(ids, AT_ONCE):
            _take(hand_in, some)
    return hand_in.letters.count()


@transaction.atomic
def _take(hand_in: HandIn, ids: Sequence[int]) -> None:
    """Only what is still free: two kits made at once share no letter. Under the lock of the kit, so that no number is
    given twice, and a kit that was put away meanwhile keeps none."""
    if not HandIn.objects.select_for_update().filter(pk=hand_in.pk, state=HandIn.State.MAKING).first():
        return
    taken = hand_in.letters.count()
    free = Letter.objects.select_for_update().filter(pk__in=ids, hand_in=None).order_by("pk")
    mine = list(free.only("pk")[: MOST_IN_A_KIT - taken])
    for place, letter in enumerate(mine, start=taken + 1):
        letter.hand_in, letter.number = hand_in, place
    Letter.objects.bulk_update(mine, ["hand_in", "number"])


def let_go(hand_in: HandIn) -> None:
    """Its letters are free for another kit. A few hundred at once, so that nobody waits for a lock."""
    while ids := list(hand_in.letters.values_list("pk", flat=True)[:AT_ONCE]):
        Letter.objects.filter(pk__in=ids).update(hand_in=None, number=None)


def in_order(hand_in: HandIn) -> Iterator[list[Letter]]:
    """The kit's letters by their numbers, some hundreds at once, with all that is needed to read them."""
    last = 0
    letters = hand_in.letters.select_related("message", "action").order_by("number")
    while some := list(letters.filter(number__gt=last)[:AT_ONCE]):
        yield some
        last = some[-1].number or 0
