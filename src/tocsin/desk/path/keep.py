"""Keeps plans: begins them, finds one's own, and follows the drafts once they are made."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from tocsin.desk.path.models import Plan
from tocsin.desk.path.outline import Outline, outline_of, speak


def begin(person: AbstractBaseUser, outline: Outline, at: str = "what") -> Plan:
    return Plan.objects.create(by_id=person.pk, outline=cast("dict[str, Any]", outline), at=at)


def plans_of(person: AbstractBaseUser | AnonymousUser) -> QuerySet[Plan]:
    """What somebody began and has not ended."""
    return Plan.objects.filter(by_id=person.pk, finished_at=None)


def plan_of(person: AbstractBaseUser | AnonymousUser, pk: int, *, to_change: bool = False) -> Plan:
    """One of their own; nobody sees another's. 404 where there is none. `to_change`: another window that would change
    it too waits until this transaction ends."""
    plans = Plan.objects.select_for_update(of=("self",)) if to_change else Plan.objects.all()
    plan = get_object_or_404(plans.select_related("campaign"), pk=pk, by_id=person.pk)
    if plan.campaign is not None:
        _follow_the_drafts(plan, plan.campaign)
    return plan


def outline_in(plan: Plan) -> Outline:
    return cast("Outline", plan.outline)


def keep(plan: Plan, at: str) -> None:
    plan.at = at
    plan.save(update_fields=["outline", "at", "changed_at"])


def finish(plan: Plan) -> None:
    Plan.objects.filter(pk=plan.pk, finished_at=None).update(finished_at=timezone.now())


def _follow_the_drafts(plan: Plan, campaign: Any) -> None:
    """What stands in the drafts counts, also where somebody changed them elsewhere. Languages that were added on the
    path since, and an office that is still to be made, are only in the plan."""
    planned, now = outline_in(plan), outline_of(campaign)
    now["office"] = planned["office"]
    added = [language for language in planned["languages"] if language not in now["languages"]]
    now["words"] |= {language: planned["words"][language] for language in added}
    speak(now, sorted({*now["languages"], *added}))
    plan.outline = cast("dict[str, Any]", now)
