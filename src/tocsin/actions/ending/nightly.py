"""Every night: ends the people's data whose time is over, in small batches, for some time; the next night goes on.

Marks say how far each walk came: killed anywhere, it goes on from there, or does the last batch once more, which
changes nothing; so two workers at once do no harm either. No batch holds the turn to write for long, and what is next
is found by an index.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from tocsin.actions.ending.anonymous import end_actions
from tocsin.actions.ending.copies import empty_copies, empty_what_many_share
from tocsin.actions.ending.due import Due, accepted_before, due_of, mark_of, words_before
from tocsin.actions.ending.model import EndingMark, WordsLater
from tocsin.actions.ending.supporters import end_supporters, last_number, next_numbers
from tocsin.actions.ending.words import look_again, pass_words
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign
from tocsin.supporters.proofs import forget_old_proofs

BATCH = 100
SECONDS_A_NIGHT = 1800.0
# Each supporter is looked at within four weeks: consents expire, and people leave.
NIGHTS_FOR_ALL_SUPPORTERS = 28
LEAST_SUPPORTERS = 5000
SUPPORTERS = "supporters"


@dataclass(slots=True)
class EndedTonight:
    """What was done in a campaign; without one, among the supporters of the whole site. Numbers only."""

    campaign: int | None
    people: int = 0
    words: int = 0
    mails_stopped: int = 0
    supporters: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.people or self.words or self.mails_stopped or self.supporters)

    def said(self) -> dict[str, int]:
        names = ("people", "words", "mails_stopped", "supporters")
        return {name: number for name in names if (number := getattr(self, name))}


@dataclass(slots=True)
class Night:
    """One night's work and its time."""

    seconds: float = SECONDS_A_NIGHT
    now: datetime = field(default_factory=timezone.now)
    _until: float = 0.0

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds

    def goes_on(self) -> bool:
        return time.monotonic() < self._until


def end_what_is_over(seconds: float = SECONDS_A_NIGHT) -> list[EndedTonight]:
    """What was ended, by campaign, where anything was."""
    night, done = Night(seconds), list[EndedTonight]()
    for campaign in Campaign.objects.order_by("pk"):
        done.append(_of_campaign(campaign, night))
    empty_what_many_share(None, words_before(Campaign(), night.now))
    done.append(EndedTonight(None, supporters=_look_at_supporters(night.goes_on)))
    forget_old_proofs()
    return [one for one in done if one.anything]


def _of_campaign(campaign: Campaign, night: Night) -> EndedTonight:
    done, before = EndedTonight(campaign.pk), words_before(campaign, night.now)
    if (due := due_of(campaign, night.now)) is not None:
        _end_people(due, done, night)
    _end_words(campaign, before, done, night)
    empty_copies(campaign, before, night.goes_on)
    empty_what_many_share(campaign, before)
    return done


def _end_people(due: Due, done: EndedTonight, night: Night) -> None:
    """The mark moves past what was ended. Where a mail was in hand it stays before that action for a night."""
    left: frozenset[int] = frozenset()
    while night.goes_on() and not left and (some := _next(due.actions)) and _still_due(due, night):
        ended = end_actions(some, keep_digest=due.keep_digest)
        left = ended.in_hand
        _mark(due.walk, min(left) - 1 if left else some[-1])
        done.supporters += end_supporters(ended.supporters)
        done.people += ended.people
        done.mails_stopped += ended.stopped


def _still_due(due: Due, night: Night) -> bool:
    """A campaign that was opened again a moment ago keeps its data: what a night began ends with the batch in hand."""
    campaign = Campaign.objects.filter(pk=due.campaign.pk).first()
    now = campaign and due_of(campaign, night.now)
    return bool(now and now.walk == due.walk and (now.before or night.now) >= (due.before or night.now))


def _end_words(campaign: Campaign, before: datetime, done: EndedTonight, night: Night) -> None:
    """First those that were left in earlier nights, then those that no night has come to yet."""
    after = 0
    while night.goes_on() and (some := _next(_left(campaign).filter(pk__gt=after))):
        done.words += look_again(before, some)
        after = some[-1]
    walk, rows = f"words:{campaign.pk}", accepted_before(campaign, before)
    while night.goes_on() and (some := _next(rows.filter(pk__gt=mark_of(walk)))):
        done.words += pass_words(campaign.pk, before, walk, some)


def _left(campaign: Campaign) -> QuerySet[WordsLater]:
    return WordsLater.objects.filter(campaign=campaign).order_by("pk")


def _next(rows: QuerySet[Action] | QuerySet[WordsLater]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _look_at_supporters(goes_on: Callable[[], bool]) -> int:
    """A share of all, and round and round: those who have no action any more and whose consent has ended go."""
    share = max(LEAST_SUPPORTERS, last_number() // NIGHTS_FOR_ALL_SUPPORTERS)
    gone, looked, after = 0, 0, mark_of(SUPPORTERS)
    while goes_on() and looked < share:
        some = next_numbers(after, BATCH)
        gone += end_supporters(some)
        looked, after = looked + len(some), some[-1] if some else 0
        _mark(SUPPORTERS, after)
        if not some:
            break
    return gone


def _mark(walk: str, up_to: int) -> None:
    EndingMark.objects.update_or_create(pk=walk, defaults={"up_to": up_to})
