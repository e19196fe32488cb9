"""Who may be written to about a purpose: one rule for lists, mailing lists, updates and the number on the hub.

Their consent counts now, their address takes mail, and where it is about a campaign, they did not leave it.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from tocsin.outbox.models import Suppression
from tocsin.supporters.current import about_campaign, may_be_mailed, withdrawals
from tocsin.supporters.models import Supporter

Scope = Suppression.Scope


def may_be_written_to(purpose: str, campaign: int | None = None) -> QuerySet[Supporter]:
    found = may_be_mailed(purpose).filter(~Exists(sent_nothing(campaign).filter(digest=OuterRef("email_digest"))))
    return found.filter(~_left(campaign)) if campaign else found


def left_campaign(campaign: int) -> QuerySet[Supporter]:
    """Who left it, or everything: by their own row, or by the link of a mail that came before there was one."""
    by_link = Suppression.objects.filter(scope=Scope.CAMPAIGN, campaign_ref=campaign, digest=OuterRef("email_digest"))
    return Supporter.objects.filter(_left(campaign) | Exists(by_link))


def sent_nothing(campaign: int | None = None) -> QuerySet[Suppression]:
    """Addresses that nothing is sent to any more; with a campaign, also of those who left its updates."""
    ends = Q(scope__in=[Scope.ALL, Scope.NEWS])
    return Suppression.objects.filter(ends | Q(scope=Scope.CAMPAIGN, campaign_ref=campaign) if campaign else ends)


def _left(campaign: int) -> Exists:
    return Exists(withdrawals(about_campaign(campaign)).filter(supporter=OuterRef("pk")))
