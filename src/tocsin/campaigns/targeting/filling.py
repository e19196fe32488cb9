"""Fills a list with representatives whom Represent knows and the list does not: found once, kept as targets.

Not while an action is being accepted: it may ask the network.
"""

from __future__ import annotations

from django.db import transaction

from tocsin.campaigns.models import ListMember, Provider, Target, TargetList
from tocsin.campaigns.targeting.represent import answer_for
from tocsin.campaigns.targeting.represent_shape import Representative
from tocsin.campaigns.targeting.who import current, representatives


def representative_or_new(
    target_list: TargetList | int, division: str, name: str = "", *, provider: str, postal_code: str
) -> Target | None:
    """Who sits for the division: from the list, or, where the campaign asks Represent, as Represent says.

    A target that somebody took out of office at the desk is not brought back: then there is nobody.
    """
    found = representatives(target_list, division, name)
    if found is not None or provider != Provider.REPRESENT:
        return found
    answer = answer_for(postal_code)
    known = answer.representatives if answer else ()
    who = next((who for who in known if who.division == division), None)
    return _kept(target_list, who) if who else None


def _kept(target_list: TargetList | int, who: Representative) -> Target | None:
    """The representative as a target in the list. The list's row is locked: two workers make one target."""
    pk = target_list if isinstance(target_list, int) else target_list.pk
    with transaction.atomic():
        TargetList.objects.select_for_update().get(pk=pk)
        inside = Target.objects.filter(memberships__target_list=pk, division=who.division).first()
        target = inside or _known(who) or _made(who)
        ListMember.objects.get_or_create(target_list_id=pk, target=target, match="")
    target = current(target)
    return target if target.in_office else None


def _known(who: Representative) -> Target | None:
    return Target.objects.filter(external_id=who.external_id, division=who.division).first()


def _made(who: Representative) -> Target:
    return Target.objects.create(
        name=who.name,
        email=who.email,
        party=who.party[:120],
        gender=who.gender,
        office_kind=who.office_kind,
        division=who.division,
        division_name=who.division_name,
        external_id=who.external_id,
    )
