"""Whom we do not write to any more. Asked in the very transaction that takes a mail in hand, so that none slips by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models.functions import Now

from tocsin.outbox.calls.tell import tell_of_letters
from tocsin.outbox.decide import share_fate
from tocsin.outbox.models import Kind, Message, Suppression
from tocsin.outbox.post import address_digest
from tocsin.outbox.states import State

SUPPRESSED = "Not sent: nothing is sent to this address any more."
# What a target's own address did, or staff decided, stops letters. That the same person left as a supporter does not.
STOPS_LETTERS = {Suppression.Reason.BOUNCED, Suppression.Reason.COMPLAINED, Suppression.Reason.STAFF}
TO_TARGETS = {Kind.LETTER, Kind.DIGEST}

# A mail that is about to be claimed: its number, kind, recipient's digest and campaign.
type Picked = tuple[int, str, bytes, int | None]
# What of a mail decides whether it may go there: recipient's digest, kind and campaign.
type Sort = tuple[bytes, str, int | None]


def suppress(who: str | bytes, scope: Suppression.Scope, reason: Suppression.Reason, *, campaign_ref: int = 0) -> bool:
    """Writes there no more: `who` is an address or its digest. Whether this is new."""
    row, new = Suppression.objects.get_or_create(
        digest=_digest(who), scope=scope, campaign_ref=campaign_ref, defaults={"reason": reason}
    )
    if not new and row.reason not in STOPS_LETTERS and reason in STOPS_LETTERS:
        # The reason that stops more is the one to keep.
        Suppression.objects.filter(pk=row.pk).update(reason=reason, since=Now())
    return new


def allow_again(who: str | bytes, scope: Suppression.Scope, *, campaign_ref: int = 0) -> bool:
    """Writes there again, as staff or the person asked. Whether it had been stopped."""
    found = Suppression.objects.filter(digest=_digest(who), scope=scope, campaign_ref=campaign_ref)
    return bool(found.delete()[0])


def suppressed_among(digests: Iterable[bytes], kind: str, campaign_ref: int | None) -> set[bytes]:
    """Those of some people to whom a mail of that kind, about that campaign, would not be sent."""
    return {digest for digest, _kind, _ref in _stopped((0, str(kind), digest, campaign_ref) for digest in digests)}


def cancel_suppressed(picked: Sequence[Picked]) -> list[Picked]:
    """Cancels those mails (number, kind, digest) that go where nothing goes any more; the others."""
    stopped = _stopped(picked) if picked else set()
    if not stopped:
        return list(picked)
    gone = [(pk, kind) for pk, kind, digest, campaign in picked if (digest, kind, campaign) in stopped]
    Message.objects.filter(pk__in=[pk for pk, _kind in gone], state__in=[State.WAITING, State.DEFERRED]).update(
        state=State.CANCELLED, state_since=Now(), due_at=None, last_words=SUPPRESSED
    )
    if digests := [pk for pk, kind in gone if kind == Kind.DIGEST]:
        share_fate(digests)
    tell_of_letters([pk for pk, kind in gone if kind in TO_TARGETS], State.CANCELLED)
    return [one for one in picked if (one[2], one[1], one[3]) not in stopped]


def _stopped(picked: Iterable[Picked]) -> set[Sort]:
    sorts = {(digest, kind, campaign) for _pk, kind, digest, campaign in picked if digest and kind != Kind.STAFF}
    said: dict[bytes, list[Suppression]] = {}
    for row in Suppression.objects.filter(digest__in={digest for digest, _kind, _campaign in sorts}):
        said.setdefault(bytes(row.digest), []).append(row)
    return {one for one in sorts if any(_stops(row, one[1], one[2]) for row in said.get(one[0], ()))}


def _stops(row: Suppression, kind: str, campaign: int | None) -> bool:
    if kind in TO_TARGETS:
        return row.scope == Suppression.Scope.ALL and row.reason in STOPS_LETTERS
    if row.scope == Suppression.Scope.CAMPAIGN:
        return kind == Kind.UPDATE and row.campaign_ref == campaign
    return row.scope == Suppression.Scope.ALL or kind == Kind.UPDATE


def _digest(who: str | bytes) -> bytes:
    return address_digest(who) if isinstance(who, str) else who
