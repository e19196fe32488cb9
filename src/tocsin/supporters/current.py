"""Which consents count now: one rule, as sets that the database answers, for lists, exports and mailings.

A person's answers are never changed, and what they come to is read from all of them:

- a yes counts until it expires (implied consent does, express consent never);
- a box left unticked says nothing: an earlier yes stands;
- a no, chosen where yes or no was asked, ends every earlier yes to that purpose; a later yes begins anew;
- whoever left by a link of ours, or told staff so, has left: no box ticked and no file imported afterwards brings them
  back, since anybody can type an address into a form. Only their own link does.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tocsin.supporters.models import Consent, Supporter

# The purpose of whoever leaves for good: it ends every other.
EVERYTHING = ""
# What a campaigner files a consent under has no colon in it.
ABOUT_A_CAMPAIGN = "campaign:"


def about_campaign(campaign_id: int) -> str:
    """The purpose of news about one campaign, for those who want no more of it."""
    return f"{ABOUT_A_CAMPAIGN}{campaign_id}"


def is_about_campaign(purpose: str) -> bool:
    return purpose.startswith(ABOUT_A_CAMPAIGN)


def current_consents(purpose: str, at: datetime | None = None) -> QuerySet[Consent]:
    """The answers that allow this purpose now; somebody may have several. Narrow it by `supporter`."""
    supporter = OuterRef("supporter")
    return Consent.objects.filter(
        _not_expired(at or timezone.now()),
        ~Exists(_later_noes(purpose)),
        ~Exists(withdrawals(purpose).filter(supporter=supporter)),
        purpose=purpose,
        yes=True,
    )


def may_be_mailed(purpose: str, at: datetime | None = None) -> QuerySet[Supporter]:
    """Those whose consent to this purpose is current. Whether an address is suppressed the outbox knows besides."""
    return Supporter.objects.filter(Exists(current_consents(purpose, at).filter(supporter=OuterRef("pk"))))


def withdrawals(purpose: str) -> QuerySet[Consent]:
    """Where somebody left this purpose, or everything, and did not come back by their own link since."""
    back = Consent.objects.filter(
        supporter=OuterRef("supporter"),
        control=Consent.Control.BACK,
        purpose__in=(purpose, EVERYTHING),
        given_at__gt=OuterRef("given_at"),
    )
    left = Consent.objects.filter(control=Consent.Control.LEFT, purpose__in=(purpose, EVERYTHING))
    return left.filter(~Exists(back))


def purposes_of(supporters: Iterable[int], at: datetime | None = None) -> dict[int, list[str]]:
    """What each of these people allows now, in one question for each purpose that they ever said yes to."""
    numbers = list(supporters)
    said = Consent.objects.filter(supporter__in=numbers, yes=True).exclude(purpose=EVERYTHING)
    found: dict[int, list[str]] = {number: [] for number in numbers}
    for purpose in sorted(set(said.values_list("purpose", flat=True))):
        current = current_consents(purpose, at).filter(supporter__in=numbers)
        for number in set(current.values_list("supporter_id", flat=True)):
            found[number].append(purpose)
    return found


def _not_expired(at: datetime) -> Q:
    return Q(expires_at__isnull=True) | Q(expires_at__gt=at)


def _later_noes(purpose: str) -> QuerySet[Consent]:
    """Of the same moment too: where both were said at once, no is safe."""
    return Consent.objects.filter(
        supporter=OuterRef("supporter"),
        purpose=purpose,
        yes=False,
        control=Consent.Control.YES_NO,
        given_at__gte=OuterRef("given_at"),
    )
