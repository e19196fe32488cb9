"""Steering many letters from the desk: each step has a page that says what will happen, and a button that does it."""

from __future__ import annotations

import time
import zoneinfo
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from tocsin.actions import steering
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.control_steps import CONTROLS, Control
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import DECIDE_ON_LETTERS, SEE_CAMPAIGNS, may, of_campaign, only
from tocsin.desk.target_numbers import targets_of
from tocsin.desk.templatetags.desk import moment
from tocsin.desk.when import WhenForm


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose letters are steered: a campaign's, a target's, or a campaign's to one target."""

    campaign: Campaign | None
    target: Target | None

    @property
    def refs(self) -> dict[str, int | None]:
        return {
            "campaign": self.campaign.pk if self.campaign else None,
            "target": self.target.pk if self.target else None,
        }

    @property
    def said(self) -> str:
        if self.campaign and self.target:
            words = {"campaign": self.campaign, "target": self.target}
            return _("Letters of “%(campaign)s” to %(target)s") % words
        if self.campaign:
            return _("All letters of “%(campaign)s”") % {"campaign": self.campaign}
        return _("All letters to %(target)s, of every campaign") % {"target": self.target}

    @property
    def home(self) -> str:
        """Where one comes back to."""
        if self.campaign and self.target:
            return reverse("campaign:target_proof", args=[self.campaign.pk, self.target.pk])
        if self.campaign:
            return reverse("campaign:hub", args=[self.campaign.pk])
        return reverse("desk_target_proof", args=[self.target.pk if self.target else 0])

    @property
    def time_zone(self) -> str:
        """In which moments are named: the campaign's, or the office's where it is about all campaigns."""
        owner = self.campaign or self.target
        return owner.time_zone if owner else "UTC"

    @property
    def paused(self) -> bool:
        """Whether this very scope is paused, by its own switch."""
        if self.campaign and self.target:
            return steering.lane_is_paused(campaign=self.campaign.pk, target=self.target.pk)
        return self.campaign.letters_paused if self.campaign else bool(self.target and self.target.paused)

    @property
    def scheduled(self) -> datetime | None:
        """Before when none of its letters leaves, in its own time zone; None where they leave in their turn."""
        at = steering.scheduled_until(**self.refs)
        return at.astimezone(zoneinfo.ZoneInfo(self.time_zone)) if at else None

    def address(self, control: Control) -> str:
        if self.campaign and self.target:
            return reverse("campaign:target_control", args=[self.campaign.pk, self.target.pk, control.name])
        if self.campaign:
            return reverse("campaign:control", args=[self.campaign.pk, control.name])
        return reverse("desk_target_control", args=[self.target.pk if self.target else 0, control.name])


@dataclass(frozen=True, slots=True)
class Offered:
    """A control as a screen offers it."""

    control: Control
    address: str
    label: str


def controls_for(request: HttpRequest, scope: Scope) -> list[Offered]:
    """What makes sense now, for those who may decide on letters."""
    if not may(request.user, DECIDE_ON_LETTERS, scope.campaign):
        return []
    scheduled = scope.scheduled
    left_out = {"resume"} if not scope.paused else {"pause"}
    if scheduled is None:
        left_out.add("unschedule")
    if scope.campaign and not scope.target:
        left_out.add("hold-new" if scope.campaign.letters_held else "let-new-go")
    return [
        Offered(control, scope.address(control), _label(control, scheduled))
        for control in CONTROLS.values()
        if control.name not in left_out and not (control.only_campaign and scope.target)
    ]


def _label(control: Control, scheduled: datetime | None) -> str:
    if control.name == "unschedule":
        return _("Lift the schedule (%(at)s)") % {"at": moment(scheduled)}
    return str(control.label)


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_one(request: HttpRequest, campaign: Campaign, step: str) -> HttpResponse:
    return _control(request, Scope(campaign, None), step)


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_one_to_target(request: HttpRequest, campaign: Campaign, target_pk: int, step: str) -> HttpResponse:
    return _control(request, Scope(campaign, get_object_or_404(targets_of(campaign), pk=target_pk)), step)


@only(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_target(request: HttpRequest, target_pk: int, step: str) -> HttpResponse:
    return _control(request, Scope(None, get_object_or_404(Target, pk=target_pk)), step)


def _control(request: HttpRequest, scope: Scope, step: str) -> HttpResponse:
    control = CONTROLS.get(step)
    if control is None or (control.only_campaign and scope.target):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = WhenForm(scope.time_zone, posted) if control.asks_when else None
    if request.method != "POST":
        return _page(request, scope, control, form)
    if form and not form.is_valid():
        return _page(request, scope, control, form, status=422)
    return _take(request, scope, control, [form.cleaned_data["at"]] if form else [])


def _take(request: HttpRequest, scope: Scope, control: Control, when: list[datetime]) -> HttpResponse:
    """Nothing is done that cannot be written down. What takes long is written down first, and is no one transaction:
    whoever signs meanwhile does not wait, and a server that ends in the middle leaves a line of what was begun."""
    # Counted before SQLite's one turn to write is taken: of a million letters it takes a while.
    there = steering.number_of_letters(control.touches, **scope.refs) if control.touches else 0
    with nullcontext() if control.takes_long else transaction.atomic():
        _write_down(request, scope, control, when, there)
        began = time.monotonic()
        letters = control.take(*when, **scope.refs)
    said = {"letters": letters, "number": number_format(letters, force_grouping=True)}
    messages.success(request, control.said % said if control.touches else control.said)
    if control.takes_long and steering.goes_on(began):
        messages.info(request, _("There are more. The others follow within minutes."))
    return HttpResponseRedirect(scope.home)


def _write_down(request: HttpRequest, scope: Scope, control: Control, when: list[datetime], letters: int) -> None:
    more = {"at": when[0].isoformat()} if when else {}
    to = {"target": scope.target.pk} if scope.campaign and scope.target else {}
    about = scope.campaign or scope.target
    if about is not None:
        note(request, f"letters_{control.name.replace('-', '_')}", about, letters=letters, **to, **more)


def _page(
    request: HttpRequest, scope: Scope, control: Control, form: forms.Form | None, *, status: int = 200
) -> HttpResponse:
    letters = steering.number_of_letters(control.touches, **scope.refs) if control.touches else None
    return show(
        request,
        "desk/control.html",
        Frame(title=control.label, icon=control.icon, crumbs=_crumbs(scope)),
        status=status,
        campaign=scope.campaign,
        scope=scope,
        control=control,
        letters=letters,
        leave_meanwhile=_leave_meanwhile(scope, control, letters or 0),
        form=form,
    )


def _leave_meanwhile(scope: Scope, control: Control, letters: int) -> bool:
    """Whether a worker could come before: what is released may leave, and what is paused does not."""
    return control.takes_long and control.name != "release" and letters > steering.MANY and not scope.paused


def _crumbs(scope: Scope) -> list[Any]:
    if scope.campaign is None:
        return [(reverse("target:index"), _("Targets")), (scope.home, str(scope.target))]
    crumbs = campaign_crumbs(scope.campaign)
    return [*crumbs, (scope.home, str(scope.target))] if scope.target else crumbs
