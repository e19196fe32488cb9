"""What proves a consent when its person is gone: a digest, the wording, the times; for three years after its last use.

Somebody may say later that they never agreed. With their address in hand, and the key, what they agreed to is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from tocsin.lib.vault import vault
from tocsin.supporters.current import EVERYTHING
from tocsin.supporters.models import Consent, ConsentProof

KEPT_FOR = timedelta(days=3 * 365 + 1)
ENDS = (Consent.Control.LEFT, Consent.Control.YES_NO)


def proof_digest(email_digest: bytes | memoryview) -> bytes:
    """Not the digest that a person is known by everywhere else: a proof leads to no row."""
    return vault().digest(bytes(email_digest).hex(), "proof of consent")


def proofs_of(email_digest: bytes) -> QuerySet[ConsentProof]:
    """What somebody once agreed to, found by their address."""
    found = ConsentProof.objects.filter(digest=proof_digest(email_digest)).select_related("wording")
    return found.order_by("-given_at", "-pk")


def keep_proofs(supporters: Sequence[int]) -> int:
    """Of those who ever said yes, what they said and how it ended. Before their rows go; inside that transaction."""
    now, made = timezone.now(), list[ConsentProof]()
    rows = Consent.objects.filter(supporter__in=supporters).select_related("supporter").defer("supporter__sealed")
    said: dict[int, list[Consent]] = {}
    for row in rows.order_by("given_at", "pk"):
        said.setdefault(row.supporter_id, []).append(row)
    for theirs in said.values():
        made += _proofs(theirs, now)
    ConsentProof.objects.bulk_create(made)
    return len(made)


def forget_old_proofs() -> int:
    """Nightly."""
    return ConsentProof.objects.filter(kept_until__lt=timezone.now()).delete()[0]


def _proofs(said: list[Consent], now: datetime) -> list[ConsentProof]:
    if not any(one.yes for one in said):
        return []
    told = [one for one in said if one.yes or one.control in ENDS]  # a box left unticked says nothing
    made = [_proof(one, _used_until(one, said, now)) for one in told]
    return [one for one in made if one.kept_until > now]


def _used_until(one: Consent, said: list[Consent], now: datetime) -> datetime:
    """The first no or leaving after it, or the day it expired; else it could be used until this moment."""
    ends = [
        other.given_at
        for other in said
        if not other.yes
        and other.control in ENDS
        and other.purpose in {one.purpose, EVERYTHING}
        and other.given_at >= one.given_at
    ]
    return min([now, *ends, *([one.expires_at] if one.expires_at else [])])


def _proof(one: Consent, used_until: datetime) -> ConsentProof:
    return ConsentProof(
        digest=proof_digest(one.supporter.email_digest),
        wording_id=one.wording_id,
        purpose=one.purpose,
        control=one.control,
        yes=one.yes,
        basis=one.basis,
        method=one.method,
        language=one.language,
        given_at=one.given_at,
        used_until=used_until,
        kept_until=used_until + KEPT_FOR,
    )
