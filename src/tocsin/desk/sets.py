"""Takes a set of actions out of the number, or puts one back: chosen, seen, and only then done, with why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput

from tocsin.actions.count import shown_count
from tocsin.actions.invalidate import SIGNS, Chosen, chosen_by, put_back
from tocsin.actions.lists.wanted import number
from tocsin.actions.models import Invalidation, ProposedSet
from tocsin.actions.propose import propose, take_out_proposed
from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import MODERATE, SEE_CAMPAIGNS, of_campaign
from tocsin.lib.sources import SOURCE_KEYS

LONGEST_REASON = 400
SHOWN = 100


class MomentField(forms.DateTimeField):
    """A moment of our own time: at the ends of the calendar no other time zone can say it."""

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is not None and not 2000 <= moment.year < 2100:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return moment


class SetForm(forms.Form):
    """Which actions, and why. All that is filled in must be so."""

    source_key = forms.ChoiceField(
        label=gettext_lazy("Where they came from: which value of the page's address"),
        required=False,
        choices=[("", gettext_lazy("It does not matter")), *((key, key) for key in SOURCE_KEYS)],
    )
    source_value = forms.CharField(
        label=gettext_lazy("What it says there"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("To the letter: for …?utm_source=partner choose utm_source and write partner."),
    )
    sign = forms.ChoiceField(
        label=gettext_lazy("What was noticed as they came in"),
        required=False,
        choices=[("", gettext_lazy("It does not matter")), *SIGNS.items()],
    )
    since = MomentField(label=gettext_lazy("From"), required=False, widget=AdminDateTimeInput)
    until = MomentField(label=gettext_lazy("Until"), required=False, widget=AdminDateTimeInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_REASON}),
        help_text=gettext_lazy("Everybody can read it on “How we count”. Name nobody."),
    )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if bool(said.get("source_key")) != bool(said.get("source_value")):
            self.add_error("source_value", _("Choose which value it is and write what it says, or leave both."))
        if said.get("since") and said.get("until") and said["until"] <= said["since"]:
            self.add_error("until", _("This is before it begins."))
        if not self.errors and not self.chosen(said).names_something:
            raise forms.ValidationError(_("Say which actions: where they came from, what was noticed, or when."))
        return said

    def chosen(self, said: dict[str, Any] | None = None) -> Chosen:
        said = said or self.cleaned_data
        return Chosen(
            said.get("source_key", ""), said.get("source_value", ""), said.get("sign", ""), said["since"], said["until"]
        )


@of_campaign(SEE_CAMPAIGNS, MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def sets(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The form, and what was decided so far."""
    if request.method != "POST":
        return _page(request, campaign, SetForm(initial=_said(campaign, request.GET.get("change", ""))))
    form = SetForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, form, status=422)
    seen = propose(campaign, form.chosen(), form.cleaned_data["reason"])
    return HttpResponseRedirect(reverse("campaign:proposed_set", args=[campaign.pk, seen.pk]))


def _said(campaign: Campaign, proposed_pk: str) -> dict[str, Any]:
    """What was chosen before, to change it."""
    before = ProposedSet.objects.filter(pk=number(proposed_pk) or 0, campaign=campaign).first()
    return {**asdict(chosen_by(before)), "reason": before.reason} if before else {}


@of_campaign(SEE_CAMPAIGNS, MODERATE)
@require_http_methods(["GET", "HEAD", "POST"])
def proposed(request: HttpRequest, campaign: Campaign, proposed_pk: int) -> HttpResponse:
    """What it would do to the number, once a worker has counted; and the button that does it."""
    found = ProposedSet.objects.select_related("campaign").filter(pk=proposed_pk, campaign=campaign).first()
    if found is None:  # it was decided, or forgotten after a day
        return _to(campaign)
    if request.method == "POST":
        return _take_out(request, found)
    now = shown_count(campaign).count
    above = (reverse("campaign:sets", args=[campaign.pk]), _("Sets taken out"))
    return show(
        request,
        "desk/proposed_set.html",
        Frame(title=_("Before you take them out"), icon="tasks", crumbs=[*campaign_crumbs(campaign), above]),
        campaign=campaign,
        proposed=found,
        now=now,
        then=max(0, now - (found.people or 0)),
    )


@of_campaign(SEE_CAMPAIGNS, MODERATE)
@require_GET
def state(request: HttpRequest, campaign: Campaign, proposed_pk: int) -> JsonResponse:  # noqa: ARG001
    """For the page's script: whether it is counted."""
    found = get_object_or_404(ProposedSet, pk=proposed_pk, campaign=campaign)
    return JsonResponse({"ended": found.people is not None})


def _take_out(request: HttpRequest, found: ProposedSet) -> HttpResponse:
    with transaction.atomic():
        decision = take_out_proposed(found, request.user, name_of(request.user))
        if decision:
            note(request, "set_taken_out", found.campaign, decision=decision.pk)
    if decision:
        messages.success(request, _("It is being done. The number follows within seconds; letters that wait are held."))
    else:
        messages.warning(request, _("Nothing was done: nobody is in this set, or it is not counted yet."))
    return _to(found.campaign)


@require_POST
@of_campaign(SEE_CAMPAIGNS, MODERATE)
def back(request: HttpRequest, campaign: Campaign, decision_pk: int) -> HttpResponse:
    decision = get_object_or_404(Invalidation, pk=decision_pk, campaign=campaign)
    reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
    if not reason:
        messages.error(request, _("Nothing was put back: say why. Everybody can read it."))
    elif _put_back(request, decision, reason):
        messages.success(request, _("They are being put back. The number follows within seconds."))
    else:
        messages.warning(request, _("This set is not out, or not wholly out yet. Look again in a moment."))
    return _to(campaign)


@transaction.atomic
def _put_back(request: HttpRequest, decision: Invalidation, reason: str) -> bool:
    done = put_back(decision, reason, request.user, name_of(request.user))
    if done:
        note(request, "set_put_back", decision.campaign, decision=decision.pk)
    return done


def _page(request: HttpRequest, campaign: Campaign, form: SetForm, *, status: int = 200) -> HttpResponse:
    above = (reverse("campaign:moderation", args=[campaign.pk]), _("Waiting for somebody"))
    return show(
        request,
        "desk/sets.html",
        Frame(title=_("Sets taken out"), icon="tasks", crumbs=[*campaign_crumbs(campaign), above]),
        status=status,
        campaign=campaign,
        form=form,
        decisions=campaign.invalidations.select_related("restores", "restored_by")[:SHOWN],
        zone=timezone.get_current_timezone_name(),
    )


def _to(campaign: Campaign) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("campaign:sets", args=[campaign.pk]))
