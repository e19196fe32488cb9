"""Whom we do not write to any more. Asked in the very transaction that takes a mail in hand, so that none slips by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models.functions import Now

from tocsin.outbox.decide import share_fate
from tocsin.outbox.models import Kind, Message, Suppression
from tocsin.outbox.post import address_digest
from tocsin.outbox.states import State

SUPPRESSED = "Not sent: nothing is sent to this address any more."
# What a target's own address did, or staff decided, stops letters. That the same person left as a supporter does not.
STOPS_LETTERS = {Suppression.Reason.BOUNCED, Suppression.Reason.COMPLAINED, Suppression.Reason.STAFF}
TO_TARGETS = {Kind.LETTER, Kind.DIGEST}

type Picked = tuple[int, str, bytes]


def suppress(who: str | bytes, scope: Suppression.Scope, reason: Suppression.Reason) -> bool:
    """Writes there no more: `who` is an address or its digest. Whether this is new."""
    row, new = Suppression.objects.get_or_create(digest=_digest(who), scope=scope, defaults={"reason": reason})
    if not new and row.reason not in STOPS_LETTERS and reason in STOPS_LETTERS:
        # The reason that stops more is the one to keep.
        Suppression.objects.filter(pk=row.pk).update(reason=reason, since=Now())
    return new


def allow_again(who: str | bytes, scope: Suppression.Scope) -> bool:
    """Writes there again, as staff or the person asked. Whether it had been stopped."""
    return bool(Suppression.objects.filter(digest=_digest(who), scope=scope).delete()[0])


def is_suppressed(who: str | bytes, kind: str) -> bool:
    """Whether a mail of that kind would not be sent there."""
    return (_digest(who), str(kind)) in _stopped([(0, str(kind), _digest(who))])


def cancel_suppressed(picked: Sequence[Picked]) -> list[Picked]:
    """Cancels those mails (number, kind, digest) that go where nothing goes any more; the others."""
    stopped = _stopped(picked) if picked else set()
    if not stopped:
        return list(picked)
    gone = [(pk, kind) for pk, kind, digest in picked if (digest, kind) in stopped]
    Message.objects.filter(pk__in=[pk for pk, _kind in gone], state__in=[State.WAITING, State.DEFERRED]).update(
        state=State.CANCELLED, state_since=Now(), due_at=None, last_words=SUPPRESSED
    )
    if digests := [pk for pk, kind in gone if kind == Kind.DIGEST]:
        share_fate(digests)
    return [one for one in picked if (one[2], one[1]) not in stopped]


def _stopped(picked: Iterable[Picked]) -> set[tuple[bytes, str]]:
    kinds = {(digest, kind) for _pk, kind, digest in picked if digest and kind != Kind.STAFF}
    found = Suppression.objects.filter(digest__in={digest for digest, _kind in kinds})
    said = [(bytes(digest), scope, reason) for digest, scope, reason in found.values_list("digest", "scope", "reason")]
    return {
        (digest, kind)
        for digest, kind in kinds
        if any(whose == digest and _stops(kind, scope, reason) for whose, scope, reason in said)
    }


def _stops(kind: str, scope: str, reason: str) -> bool:
    if kind in TO_TARGETS:
        return scope == Suppression.Scope.ALL and reason in STOPS_LETTERS
    return scope == Suppression.Scope.ALL or kind == Kind.UPDATE


def _digest(who: str | bytes) -> bytes:
    return address_digest(who) if isinstance(who, str) else who
