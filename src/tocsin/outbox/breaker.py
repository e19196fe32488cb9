"""What servers' answers mean for the mails that come after: slower, not at all, or never again to this address.

One letter that is refused as unwanted says little; a wave of them says that a filter was set against us, and each
further letter makes it worse. Then the domain is paused, its letters wait, and staff are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction

from tocsin.lib.sql import database_now
from tocsin.outbox.claims import Claim, kept_words
from tocsin.outbox.lanes import TO_TARGETS, domain_key, target_key
from tocsin.outbox.models import Bucket, Kind, Notice, Suppression
from tocsin.outbox.notices import raise_notice
from tocsin.outbox.suppress import suppress
from tocsin.outbox.verdict import Mood, Verdict

REMEMBERED = 20
MOST_BAD = 5
SLOW_FOR = timedelta(minutes=15)
LEFT_ALONE_FOR = timedelta(seconds=30)

type Result = tuple[Claim, Verdict]


def hear(results: Sequence[Result], troubled: set[str]) -> bool:
    """Draws the consequences of some answers; whether something was paused, so that more of it must not leave.

    An ordinary “yes” costs nothing: it is only noted where a domain refused something lately. `troubled` are the
    domains of which the caller knows that; new ones are added.
    """
    troubled |= {one.message.domain for one, verdict in results if one.troubled or verdict.mood is Mood.BAD}
    telling = [(one, verdict) for one, verdict in results if _tells(verdict, one.message.domain in troubled)]
    paused = [_hear_domain(domain, said) for domain, said in _by_domain(telling).items()]
    dead = [_bury(one, verdict) for one, verdict in telling if verdict.mood is Mood.DEAD]
    return any(paused) or any(dead)


def leave_alone(domains: Iterable[str]) -> None:
    """A domain that keeps connections waiting gets none for a moment, and few for a while: the others need them."""
    now = database_now()
    Bucket.objects.filter(key__in=[domain_key(domain) for domain in domains]).update(
        ready_at=now + LEFT_ALONE_FOR, slow_until=now + SLOW_FOR
    )


def pause(key: str, why: str, kind: Notice.Kind) -> None:
    """Nothing leaves past this bucket until staff open it again."""
    Bucket.objects.filter(key=key, paused=False).update(paused=True, why_paused=why[:500])
    raise_notice(kind, key, why)


def trips(recent: str) -> bool:
    return recent.count(Mood.BAD.value) >= MOST_BAD


def _tells(verdict: Verdict, troubled: bool) -> bool:  # noqa: FBT001
    return verdict.mood in {Mood.BAD, Mood.SLOW, Mood.DEAD} or (troubled and verdict.mood is Mood.WELL)


def _by_domain(results: Iterable[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for one, verdict in results:
        found.setdefault(one.message.domain, []).append((one, verdict))
    return found


@transaction.atomic
def _hear_domain(domain: str, results: Sequence[Result]) -> bool:
    """Remembers the last answers of a domain; whether they were too many refusals."""
    bucket = Bucket.objects.select_for_update(no_key=True).filter(key=domain_key(domain)).first()
    if bucket is None:
        return False
    moods = [verdict.mood for _one, verdict in results]
    said = "".join(Mood.BAD.value if mood is Mood.BAD else Mood.WELL.value for mood in moods)
    bucket.recent = (bucket.recent + said)[-REMEMBERED:]
    if Mood.BAD in moods or Mood.SLOW in moods:
        bucket.slow_until = database_now() + SLOW_FOR
    bucket.save(update_fields=["recent", "slow_until"])
    if bucket.paused or not trips(bucket.recent):
        return False
    pause(bucket.key, next(kept_words(*result) for result in results[::-1]), Notice.Kind.PAUSED)
    return True


def _bury(one: Claim, verdict: Verdict) -> bool:
    """An address that does not exist: a target's is for staff to mend, anybody else's is not written to again."""
    message = one.message
    if message.target_ref is not None:
        pause(target_key(message.target_ref), kept_words(one, verdict), Notice.Kind.DEAD)
        return True
    if message.kind not in {*TO_TARGETS, Kind.STAFF} and message.to_digest:
        suppress(bytes(message.to_digest), Suppression.Scope.ALL, Suppression.Reason.BOUNCED)
    return False
