"""What shortens the path: copying a campaign, keeping it as a model, and the shelf of models."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.path.keep import begin
from tocsin.desk.path.models import CampaignModel
from tocsin.desk.path.outline import outline_of, to_begin_with
from tocsin.desk.path.shelf import house_models
from tocsin.desk.path.steps import address_of
from tocsin.desk.rights import ADD_CAMPAIGNS, CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, of_campaign, only


@require_POST
@of_campaign(SEE_CAMPAIGNS, ADD_CAMPAIGNS)
def copy_campaign(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """A plan with everything that this campaign has, but for what people did: it is looked through, then made."""
    name = _("%(name)s (copy)") % {"name": campaign.name[:150]}
    plan = begin(cast("Any", request.user), to_begin_with(outline_of(campaign), name))
    return HttpResponseRedirect(address_of(plan, "what"))


class ModelForm(forms.ModelForm[CampaignModel]):
    class Meta:
        model = CampaignModel
        fields = ("name",)
        help_texts = {"name": gettext_lazy("What it is good for, like “Letter to the minister”.")}  # noqa: RUF012

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if CampaignModel.objects.filter(name__iexact=name).exists():
            raise ValidationError(_("There is a model of this name already. Choose another, or remove that one first."))
        return name


@of_campaign(SEE_CAMPAIGNS, CHANGE_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def keep_as_model(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    form = ModelForm(request.POST or None, initial={"name": campaign.name}, label_suffix="")
    if request.method != "POST" or not form.is_valid():
        return _keeping(request, campaign, form, status=200 if request.method != "POST" else 422)
    kept = form.save(commit=False)
    kept.outline = outline_of(campaign) | {"dates": {}}
    kept.kept_by_name = request.user.get_username()
    kept.save()
    note(request, "model_kept", campaign)
    messages.success(request, _("Kept. It is offered on the first screen of a new campaign."))
    return HttpResponseRedirect(reverse("campaign:models"))


def _keeping(request: HttpRequest, campaign: Campaign, form: ModelForm, *, status: int) -> HttpResponse:
    frame = Frame(title=_("Keep as a model"), icon="desk-bell", crumbs=campaign_crumbs(campaign))
    return show(request, "desk/path/keep.html", frame, status=status, campaign=campaign, form=form)


@only(ADD_CAMPAIGNS)
def models(request: HttpRequest) -> HttpResponse:
    frame = Frame(title=_("Models"), icon="desk-bell", crumbs=[(reverse("campaign:index"), _("Campaigns"))])
    return show(request, "desk/path/models.html", frame, kept=CampaignModel.objects.all(), house=house_models())


@only(ADD_CAMPAIGNS, CHANGE_CAMPAIGNS)
@require_POST
def remove_model(request: HttpRequest, model_pk: int) -> HttpResponse:
    """Campaigns that were begun from it stay as they are."""
    kept = get_object_or_404(CampaignModel, pk=model_pk)
    note(request, "model_removed", kept)
    kept.delete()
    messages.success(request, _("Removed."))
    return HttpResponseRedirect(reverse("campaign:models"))
