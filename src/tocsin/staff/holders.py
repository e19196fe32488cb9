"""Who may do something: whoever has a right by their account, by a group or by a role."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet

from tocsin.staff.models import Membership
from tocsin.staff.roles import OF_THE_SITE, RIGHTS

BY_DJANGO = "django.contrib.auth.backends.ModelBackend"


def holders_of(right: str, campaign_id: int | None = None) -> QuerySet[User]:
    """On the whole site; with a campaign's number, for that campaign too. Nobody whose account is off."""
    roles = [role for role, rights in RIGHTS.items() if right in rights]
    where = Q(campaign=None)
    if campaign_id is not None and right not in OF_THE_SITE:
        where |= Q(campaign=campaign_id)
    by_role = Membership.objects.filter(where, role__in=roles).values("user")
    by_django = User.objects.with_perm(right, backend=BY_DJANGO).values("pk")
    return User.objects.filter(Q(pk__in=by_role) | Q(pk__in=by_django), is_active=True)
