"""Campaigns in Wagtail's admin: the list, and the screens of each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from tocsin.campaigns.models import Campaign
from tocsin.campaigns.republish import changed
from tocsin.desk import hub, ledger, letters, moderation
from tocsin.desk.campaign_form import campaign_form
from tocsin.desk.numbers import Glance, glances
from tocsin.desk.proof_urls import PROOF_OF_A_CAMPAIGN
from tocsin.desk.removing import RemoveUnlessUsed
from tocsin.desk.update_urls import UPDATES_OF_A_CAMPAIGN
from tocsin.outbox import controls
from tocsin.outbox.controls import Letters


class CampaignsList(generic.IndexView):
    """Each campaign with its number, its letters and whether it is open: four queries a page."""

    page_title = _("Campaigns")

    def get_base_queryset(self) -> QuerySet[Campaign]:
        return Campaign.objects.order_by("-created_at", "-id")

    def get_table(self, object_list: Any) -> Any:
        return super().get_table(glances(object_list))

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("campaign", label=_("Name"), accessor="campaign.name", get_url=_hub_of),
            Column("kind", label=_("Kind"), accessor=_kind_of),
            NumberColumn("count", label=_("Number"), accessor="count", classname="desk-figure"),
            LettersColumn("letters", label=_("Letters")),
            StandingColumn("standing", label=_("Standing"), accessor="campaign"),
        ]


class NumberColumn(Column):
    cell_template_name = "desk/cells/number.html"


class LettersColumn(Column):
    cell_template_name = "desk/cells/letters.html"


class StandingColumn(Column):
    cell_template_name = "desk/cells/standing.html"


def _hub_of(glance: Glance) -> str:
    return reverse("campaign:hub", args=[glance.campaign.pk])


def _kind_of(glance: Glance) -> str:
    return glance.campaign.get_kind_display().partition(":")[0]


class _LeadsToTheHub:
    object: Campaign

    def get_success_url(self) -> str:
        return reverse("campaign:hub", args=[self.object.pk])


class NewCampaign(_LeadsToTheHub, generic.CreateView):
    page_title = _("New campaign")

    def save_instance(self) -> Campaign:
        campaign: Campaign = super().save_instance()
        keep_schedule(campaign)
        return campaign


class ChangeCampaign(_LeadsToTheHub, generic.EditView):
    """Saving republishes: what the campaign's pages say follows its targets and dates."""

    def save_instance(self) -> Campaign:
        in_test_mode = bool(Campaign.objects.get(pk=self.object.pk).test_address)
        campaign: Campaign = super().save_instance()
        keep_schedule(campaign)
        if campaign.test_address and not in_test_mode:
            hold_real_letters(campaign)
        changed(campaign)
        return campaign


def hold_real_letters(campaign: Campaign) -> None:
    """What was written before test mode is addressed to targets: it waits until somebody releases it."""
    controls.hold(Letters(campaign_ref=campaign.pk))


def keep_schedule(campaign: Campaign) -> None:
    """Tells the outbox from when on this campaign's letters may leave."""
    controls.schedule(Letters(campaign_ref=campaign.pk), campaign.letters_not_before)


class Campaigns(ModelViewSet):
    model = Campaign
    name = "campaign"
    url_prefix = "campaigns"
    icon = "desk-bell"
    menu_label = _("Campaigns")
    menu_order = 50
    add_to_admin_menu = True
    copy_view_enabled = False
    index_view_class = CampaignsList
    index_results_template_name = "desk/campaigns_results.html"
    add_view_class = NewCampaign
    edit_view_class = ChangeCampaign
    delete_view_class = RemoveUnlessUsed
    search_fields = ("name", "slug")
    list_per_page = 30
    edit_handler = campaign_form()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/", hub.hub, name="hub"),
            path("<int:pk>/ledger/", ledger.ledger, name="ledger"),
            path("<int:pk>/moderation/", moderation.waiting, name="moderation"),
            path("<int:pk>/moderation/<int:action_pk>/", moderation.opened, name="opened"),
            path("<int:pk>/moderation/<int:action_pk>/<slug:verdict>/", moderation.decide, name="decide"),
            path("<int:pk>/letters/", letters.letters, name="letters"),
            *PROOF_OF_A_CAMPAIGN,
            *UPDATES_OF_A_CAMPAIGN,
            path("<int:pk>/letters/<int:letter_pk>/", letters.letter, name="letter"),
            path("<int:pk>/letters/<int:letter_pk>/words/", letters.words, name="letter_words"),
            path("<int:pk>/letters/<int:letter_pk>/<slug:step>/", letters.take_step, name="letter_step"),
        ]
