"""Campaigns in Wagtail's admin: the list, and the screens of each."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.views.generic.usage import UsageView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import HeaderButton

from tocsin.campaigns.models import Campaign
from tocsin.campaigns.republish import changed
from tocsin.desk import alike, hub, ledger, letters, moderation, steer
from tocsin.desk.campaign_form import campaign_form
from tocsin.desk.campaigns_by_role import OfThisCampaign
from tocsin.desk.counter_urls import COUNTER_OF_A_CAMPAIGN
from tocsin.desk.data_urls import DATA_OF_A_CAMPAIGN
from tocsin.desk.figure_urls import NUMBERS_OF_A_CAMPAIGN
from tocsin.desk.keeping import keeping_of
from tocsin.desk.listing import LISTING, SaidColumn
from tocsin.desk.numbers import Glance, glances
from tocsin.desk.path_urls import PATH
from tocsin.desk.proof_urls import PROOF_OF_A_CAMPAIGN
from tocsin.desk.removing import RemoveUnlessUsed
from tocsin.desk.rights import ADD_CAMPAIGNS, CHANGE_CAMPAIGNS, REMOVE_CAMPAIGNS, campaigns_seen_by, may
from tocsin.desk.rooms import bar_of
from tocsin.desk.safety_urls import SAFETY_OF_A_CAMPAIGN
from tocsin.desk.trials import TRIALS_OF_A_CAMPAIGN
from tocsin.desk.update_urls import UPDATES_OF_A_CAMPAIGN
from tocsin.outbox import controls
from tocsin.outbox.controls import Letters


class CampaignsList(generic.IndexView):
    """Each campaign with its number, how it is doing, what needs somebody, and whether it is open."""

    page_title = _("Campaigns")
    add_item_label = _("New campaign")
    table_classname = LISTING

    def get_add_url(self) -> str | None:
        """A campaign is made on the path, together with its pages."""
        return reverse("campaign:new") if may(self.request.user, ADD_CAMPAIGNS) else None

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        """Beside “New campaign”: one that was taken along from here, or from elsewhere."""
        buttons: list[HeaderButton] = super().header_buttons
        if self.add_url:
            buttons.append(HeaderButton(_("A campaign from files"), reverse("campaign:from_files"), icon_name="upload"))
        return buttons

    def get_base_queryset(self) -> QuerySet[Campaign]:
        return campaigns_seen_by(self.request.user).order_by("-created_at", "-id")

    def get_table(self, object_list: Any) -> Any:
        return super().get_table(glances(object_list))

    @cached_property
    def columns(self) -> list[Column]:
        return [
            TitleColumn("campaign", label=_("Name"), accessor="campaign.name", get_url=_hub_of),
            SaidColumn("kind", label=_("Kind"), accessor=_kind_of),
            NumberColumn("count", label=_("Number"), accessor="count", classname="desk-figure"),
            TrendColumn("trend", label=_("In seven days"), classname="desk-figure"),
            AttentionColumn("attention", label=_("Needs somebody")),
            StandingColumn("standing", label=_("Standing"), accessor="campaign"),
        ]


class NumberColumn(Column):
    cell_template_name = "desk/cells/number.html"


class TrendColumn(Column):
    cell_template_name = "desk/cells/trend.html"


class AttentionColumn(Column):
    cell_template_name = "desk/cells/attention.html"


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


class ChangeCampaign(_LeadsToTheHub, OfThisCampaign, generic.EditView):
    """Saving republishes: what the campaign's pages say follows its targets and dates."""

    rights = CHANGE_CAMPAIGNS

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        keeping = keeping_of(self.object, look=True)
        return context | {"rooms": bar_of(self.request, self.object), "keeping": keeping}

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


class RemoveCampaign(OfThisCampaign, RemoveUnlessUsed):
    rights = REMOVE_CAMPAIGNS


class HistoryOfCampaign(OfThisCampaign, HistoryView):
    rights = CHANGE_CAMPAIGNS


class UsageOfCampaign(OfThisCampaign, UsageView):
    rights = CHANGE_CAMPAIGNS


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
    edit_template_name = "desk/campaign_edit.html"
    delete_view_class = RemoveCampaign
    history_view_class = HistoryOfCampaign
    usage_view_class = UsageOfCampaign
    search_fields = ("name", "slug")
    list_per_page = 30
    edit_handler = campaign_form()

    @cached_property
    def menu_url(self) -> str:
        """The list: Wagtail would take the first address there is."""
        return reverse(self.get_url_name("index"))

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *PATH,  # before Wagtail's own, whose addresses take a word for a number
            *super().get_urlpatterns(),
            path("<int:pk>/", hub.hub, name="hub"),
            path("<int:pk>/alike/", alike.alike, name="alike"),
            path("<int:pk>/steer/", steer.steer, name="steer"),
            path("<int:pk>/ledger/", ledger.ledger, name="ledger"),
            *COUNTER_OF_A_CAMPAIGN,
            path("<int:pk>/moderation/", moderation.waiting, name="moderation"),
            path("<int:pk>/moderation/again/", moderation.stuck_again, name="stuck_again"),
            path("<int:pk>/moderation/<int:action_pk>/", moderation.opened, name="opened"),
            path("<int:pk>/moderation/<int:action_pk>/<slug:verdict>/", moderation.decide, name="decide"),
            path("<int:pk>/letters/", letters.letters, name="letters"),
            *PROOF_OF_A_CAMPAIGN,
            *TRIALS_OF_A_CAMPAIGN,
            *NUMBERS_OF_A_CAMPAIGN,
            *SAFETY_OF_A_CAMPAIGN,
            *DATA_OF_A_CAMPAIGN,
            *UPDATES_OF_A_CAMPAIGN,
            path("<int:pk>/letters/<int:letter_pk>/", letters.letter, name="letter"),
            path("<int:pk>/letters/<int:letter_pk>/words/", letters.words, name="letter_words"),
            path("<int:pk>/letters/<int:letter_pk>/<slug:step>/", letters.take_step, name="letter_step"),
        ]
