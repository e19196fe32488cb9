"""Who may do what at the desk: rights that roles give (staff/roles.py), asked by every view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, NoReturn

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase

from tocsin.campaigns.models import Campaign
from tocsin.staff.refusals import note_refusal
from tocsin.staff.roles import held_by

type Person = AbstractBaseUser | AnonymousUser

SEE_CAMPAIGNS = ("campaigns.view_campaign", "campaigns.change_campaign")
CHANGE_CAMPAIGNS = ("campaigns.change_campaign",)
# By role; or by a group of Wagtail's, whose rights lie on the tree and are asked there.
WRITE_PAGES = ("wagtailcore.change_page", *CHANGE_CAMPAIGNS)
ADD_CAMPAIGNS = ("campaigns.add_campaign",)
REMOVE_CAMPAIGNS = ("campaigns.delete_campaign",)
SEE_TARGETS = ("campaigns.view_targetlist", "campaigns.change_targetlist", "campaigns.add_targetlist")
CHANGE_TARGETS = ("campaigns.change_target",)
CHANGE_LISTS = ("campaigns.change_targetlist",)
ADD_TARGETS = ("campaigns.add_target",)
ADD_LEDGER_LINES = ("campaigns.add_counterentry",)
# What people wrote and who they are is opened by those who need to, and each opening is logged.
OPEN_PERSONAL_DATA = ("actions.view_action",)
MODERATE = ("actions.change_action",)
DECIDE_ON_LETTERS = ("outbox.change_message",)
# Whoever decides on what is held reads that, and goes through no list of people.
FIND_PEOPLE = ("staff.find_people",)
EXPORT_PEOPLE = ("staff.export_people",)
IMPORT_PEOPLE = ("staff.import_people",)
ERASE_PEOPLE = ("staff.erase_people",)
APPROVE_SCRIPTS = ("staff.approve_script",)
APPROVE_ENTRIES = ("staff.approve_entry",)
WRITE_UPDATES = ("staff.write_update",)
SEE_AUDIT = ("staff.see_audit",)
MANAGE_STAFF = ("staff.manage_staff",)
ADD_SCRIPTS = ("pages.add_script",)
CHANGE_SCRIPTS = ("pages.change_script",)
REMOVE_SCRIPTS = ("pages.delete_script",)
SEE_SCRIPTS = ("pages.view_script", *ADD_SCRIPTS, *CHANGE_SCRIPTS, *REMOVE_SCRIPTS, *APPROVE_SCRIPTS)
SEE_EVIDENCE = (*ADD_LEDGER_LINES, *APPROVE_ENTRIES, *OPEN_PERSONAL_DATA)
# Nobody who may do anything with scripts has to look for somebody else while one does harm.
SWITCH_SCRIPTS_OFF = (*CHANGE_SCRIPTS, *APPROVE_SCRIPTS)

# Wagtail's page of group permissions shows only what it is told of.
GRANTABLE = (*SEE_CAMPAIGNS, *ADD_LEDGER_LINES, *OPEN_PERSONAL_DATA, *MODERATE, *DECIDE_ON_LETTERS)


def may(person: Person, any_of: tuple[str, ...], campaign: Campaign | None = None) -> bool:
    """Whether somebody has one of these rights: on the whole site, or for this campaign."""
    has: Callable[..., bool] = person.has_perm  # type: ignore[union-attr]
    return any(has(right) or (campaign is not None and has(right, campaign)) for right in any_of)


def campaigns_with(person: Person, any_of: tuple[str, ...]) -> QuerySet[Campaign]:
    """The campaigns for which somebody has one of these rights: all of them, those of their roles, or none."""
    if may(person, any_of):
        return Campaign.objects.all()
    held = held_by(person)
    return Campaign.objects.filter(pk__in=set().union(*(held.with_right(right) for right in any_of)))


def campaigns_seen_by(person: Person) -> QuerySet[Campaign]:
    """What every list of campaigns, and of what belongs to them, begins with."""
    return campaigns_with(person, SEE_CAMPAIGNS)


def sees_campaigns(person: Person) -> bool:
    """Whether somebody may see any campaign, also if there is none yet."""
    return may(person, SEE_CAMPAIGNS) or any(held_by(person).with_right(right) for right in SEE_CAMPAIGNS)


def refuse(request: HttpRequest, campaign_ref: int | None = None) -> NoReturn:
    """No, and a line of the audit log that says who tried which door."""
    note_refusal(request, campaign_ref)
    raise PermissionDenied


def only[**P, R: HttpResponseBase](
    *any_of: tuple[str, ...],
) -> Callable[[Callable[Concatenate[HttpRequest, P], R]], Callable[Concatenate[HttpRequest, P], R]]:
    """Refuses whoever lacks one of these rights. Several: each of them is needed."""

    def decorate(view: Callable[Concatenate[HttpRequest, P], R]) -> Callable[Concatenate[HttpRequest, P], R]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
            if not all(may(request.user, needed) for needed in any_of):
                refuse(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def of_any_campaign[**P, R: HttpResponseBase](
    view: Callable[Concatenate[HttpRequest, P], R],
) -> Callable[Concatenate[HttpRequest, P], R]:
    """For a list of campaigns: opens to whoever sees one, and begins with `campaigns_seen_by`."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if not sees_campaigns(request.user):
            refuse(request)
        return view(request, *args, **kwargs)

    return guarded


def of_campaign[**P, R: HttpResponseBase](
    *any_of: tuple[str, ...],
) -> Callable[[Callable[Concatenate[HttpRequest, Campaign, P], R]], Callable[Concatenate[HttpRequest, int, P], R]]:
    """For a screen of one campaign, whose number `pk` is in its address: finds the campaign and refuses whoever lacks
    one of these rights for it. Several: each of them is needed. Whoever may not see a campaign is told the same as
    where there is none."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, Campaign, P], R],
    ) -> Callable[Concatenate[HttpRequest, int, P], R]:
        @wraps(view)
        def guarded(request: HttpRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs) -> R:
            campaign = Campaign.objects.filter(pk=pk).first()
            if campaign is None and may(request.user, SEE_CAMPAIGNS):
                raise Http404
            if campaign is None or not all(may(request.user, needed, campaign) for needed in any_of):
                refuse(request, campaign.pk if campaign else None)
            return view(request, campaign, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate


def grantable_permissions() -> QuerySet[Permission]:
    """The permissions above as rows, for Wagtail's page of groups."""
    wanted = Q()
    for permission in GRANTABLE:
        app_label, codename = permission.split(".")
        wanted |= Q(content_type__app_label=app_label, codename=codename)
    return Permission.objects.filter(wanted)
