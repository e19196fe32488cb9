"""Gives roles and takes them, and switches accounts off and on. Somebody who may do all of it always stays."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Q, QuerySet

from tocsin.campaigns.models import Campaign
from tocsin.staff.models import Membership, Role
from tocsin.staff.roles import forget_rights


class LastAdministrator(Exception):
    """Nobody would be left who may say who may do what."""


def administrators() -> QuerySet[User]:
    """Whoever may do everything: an account without limits, or the role on the whole site."""
    by_role = Membership.objects.filter(role=Role.ADMINISTRATOR, campaign=None).values("user")
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=by_role), is_active=True)


@transaction.atomic
def give_role(*, user: User, role: str, campaign: Campaign | None, by_name: str) -> bool:
    """False if they had it already."""
    _row, new = Membership.objects.get_or_create(
        user=user, role=role, campaign=campaign, defaults={"given_by_name": by_name[:160]}
    )
    if new and campaign is None:
        _group_of(role).user_set.add(user)
    forget_rights(user)
    return new


@transaction.atomic
def take_role(membership: Membership) -> None:
    _one_at_a_time()
    if membership.campaign_id is None:
        _group_of(membership.role).user_set.remove(membership.user)
    membership.delete()
    forget_rights(membership.user)
    _somebody_stays()


@transaction.atomic
def switch_off(user: User) -> None:
    """They are out with their next request; what they did keeps their name."""
    _one_at_a_time()
    User.objects.filter(pk=user.pk).update(is_active=False)
    user.is_active = False
    _somebody_stays()


def switch_on(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True


def _one_at_a_time() -> None:
    """Two who take each other's role in the same moment wait for one another here."""
    list(administrators().select_for_update().order_by("pk").values_list("pk"))


def _somebody_stays() -> None:
    if not administrators().exists():
        raise LastAdministrator


def _group_of(role: str) -> Group:
    """Wagtail's reviews are given to groups: one for each role of the whole site. A group of ours carries no rights."""
    return Group.objects.get_or_create(name=f"tocsin: {role}")[0]
