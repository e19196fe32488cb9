"""What keeps letters that wait: pauses, and moments to come. One answer for the desk and for their writers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from tocsin.actions.models import Letter
from tocsin.campaigns.models import Target
from tocsin.outbox.lanes import domain_key, pair_key, target_key
from tocsin.outbox.models import Bucket
from tocsin.outbox.states import State

# A letter needs these to be asked without a query of its own.
ASKED = ("target", "action__campaign", "message__lane", "message__carrier__lane")
WAITING = (State.WAITING, State.DEFERRED)


@dataclass(frozen=True, slots=True)
class Kept:
    """Who paused it, and the latest of the moments that staff named or at which it is tried again, if still to come."""

    campaign: bool = False
    pair: bool = False
    target: bool = False
    domain: bool = False
    until: datetime | None = None

    @property
    def paused(self) -> bool:
        return self.campaign or self.pair or self.target or self.domain


def what_keeps(letters: Sequence[Letter]) -> dict[int, Kept]:
    """By the keys of those letters that wait, with one query for all. None is paused that is carried by hand."""
    waiting = [one for one in letters if one.message.state in WAITING and not _by_hand(one)]
    keys = {key for one in waiting for key in _buckets(one)}
    shut = set(Bucket.objects.filter(key__in=keys, paused=True).values_list("key", flat=True)) if keys else set()
    return {one.pk: _kept(one, shut) for one in waiting}


def _by_hand(letter: Letter) -> bool:
    return letter.message.gathered and letter.target.mode == Target.Mode.HAND_IN


def _buckets(letter: Letter) -> tuple[str, str, str]:
    """Those that its mail passes: the pair's, the target's, the domain's."""
    campaign, target = letter.action.campaign_id, letter.target_id
    return pair_key(campaign, target), target_key(target), domain_key(letter.message.domain)


def _kept(letter: Letter, shut: set[str]) -> Kept:
    pair, of_target, of_domain = _buckets(letter)
    to_target = letter.message.target_ref is not None  # a test goes to staff
    return Kept(
        campaign=letter.action.campaign.letters_paused,
        pair=to_target and pair in shut,
        target=to_target and (letter.target.paused or of_target in shut),
        domain=of_domain in shut,
        until=_until(letter),
    )


def _until(letter: Letter) -> datetime | None:
    mail = letter.message.carrier or letter.message
    lane = mail.lane
    moments = [mail.due_at, letter.action.campaign.letters_not_before, lane.not_before if lane else None]
    at = max((one for one in moments if one), default=None)
    return at if at and at > timezone.now() else None
