"""What a target's server took, when: one page to show, to print or to take along, of a campaign or of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions.sameness import sameness_of
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.again import ask_again
from tocsin.desk.controls import Scope, controls_for
from tocsin.desk.fates import MEANS
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.notices import shown
from tocsin.desk.pictures import pillars
from tocsin.desk.rights import DECIDE_ON_LETTERS, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, SEE_TARGETS, may, of_campaign, only
from tocsin.desk.sameness import advice, picture
from tocsin.desk.target_numbers import by_state, days_taken, numbers_of, targets_of, targets_with_fates
from tocsin.lib.csvlines import csv_lines

MOST_CAMPAIGNS = 50


@of_campaign(SEE_CAMPAIGNS)
def targets(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Every target of a campaign with the fate of its letters."""
    return show(
        request,
        "desk/targets_of.html",
        Frame(title=_("Targets"), icon="user", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        rows=targets_with_fates(campaign),
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
    )


@of_campaign(SEE_CAMPAIGNS)
def of_one(request: HttpRequest, campaign: Campaign, target_pk: int) -> HttpResponse:
    target = get_object_or_404(targets_of(campaign), pk=target_pk)
    return _page(request, target, campaign, campaign_crumbs(campaign))


@only(SEE_CAMPAIGNS)
def of_all(request: HttpRequest, target_pk: int) -> HttpResponse:
    target = get_object_or_404(Target, pk=target_pk)
    return _page(request, target, None, [(reverse("target:index"), _("Targets"))])


@of_campaign(SEE_CAMPAIGNS)
@ask_again
def csv_of_one(request: HttpRequest, campaign: Campaign, target_pk: int) -> StreamingHttpResponse:
    return _csv(request, get_object_or_404(targets_of(campaign), pk=target_pk), campaign)


@only(SEE_CAMPAIGNS)
@ask_again
def csv_of_all(request: HttpRequest, target_pk: int) -> StreamingHttpResponse:
    return _csv(request, get_object_or_404(Target, pk=target_pk), None)


def _page(request: HttpRequest, target: Target, campaign: Campaign | None, crumbs: list[Any]) -> HttpResponse:
    numbers = numbers_of(target, campaign)
    sameness = sameness_of(campaign, target) if campaign else None
    csv = (
        reverse("campaign:target_proof_csv", args=[campaign.pk, target.pk])
        if campaign
        else reverse("desk_target_proof_csv", args=[target.pk])
    )
    return show(
        request,
        "desk/target_proof.html",
        Frame(
            title=target.name,
            icon="user",
            crumbs=crumbs,
            buttons=[HeaderButton(_("As CSV"), url=csv, icon_name="download")],
        ),
        target=target,
        campaign=campaign,
        numbers=numbers,
        as_of=numbers.as_of,
        pillars=pillars([(str(day.day), day.letters) for day in numbers.days]),
        most_a_day=max((day.letters for day in numbers.days), default=0),
        sameness=sameness,
        controls=controls_for(request, Scope(campaign, target)),
        notices=shown(numbers.notices),
        may_see_targets=may(request.user, SEE_TARGETS),
        campaigns=[] if campaign else list(target.campaigns.all()[:MOST_CAMPAIGNS]),
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
        may_decide=may(request.user, DECIDE_ON_LETTERS),
        advice=advice(sameness) if sameness else "",
        sameness_picture=picture(sameness) if sameness else [],
    )


def _csv(request: HttpRequest, target: Target, campaign: Campaign | None) -> StreamingHttpResponse:
    """Numbers only: by fate, then by day."""
    note(request, "target_exported", target, campaign=campaign.pk if campaign else None)
    response = StreamingHttpResponse(
        csv_lines(_rows(target, campaign), for_spreadsheet=True), content_type="text/csv; charset=utf-8"
    )
    of = f"-campaign-{campaign.pk}" if campaign else ""
    response.headers["Content-Disposition"] = f'attachment; filename="target-{target.pk}{of}.csv"'
    return response


def _rows(target: Target, campaign: Campaign | None) -> Iterator[tuple[Any, ...]]:
    """What each line is about stands in its first column."""
    yield ("what", "value", "letters")
    letters = by_state(target, campaign)
    for state in MEANS:
        yield ("state", state.value, letters.get(state, 0))
    for day in days_taken(target, campaign):
        yield ("taken_on", day.day.isoformat(), day.letters)
