"""Campaigns in Wagtail's admin: the list, and the form that makes and changes one."""

from __future__ import annotations

import zoneinfo
from itertools import count
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from tocsin.campaigns.models import Campaign, Target
from tocsin.campaigns.republish import changed
from tocsin.desk import hub, ledger, letters, moderation
from tocsin.desk.numbers import Glance, glances
from tocsin.desk.removing import RemoveUnlessUsed
from tocsin.desk.zones import time_zones


class CampaignForm(WagtailAdminModelForm):
    """Opening and closing are written and read in the campaign's own time zone, whoever sits at the desk."""

    DATES = ("opens_at", "closes_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = zoneinfo.ZoneInfo(self.instance.time_zone)
        for name in self.DATES:
            if at := getattr(self.instance, name):
                self.initial[name] = timezone.make_naive(at, zone)
        self.fields["targets"].label_from_instance = _name_and_address
        self.fields["slug"].required = False
        self.fields["slug"].help_text = _("For addresses and exports. Left empty, it is made from the name.")
        if self.instance.pk and self.instance.actions.exists():
            self.fields["kind"].disabled = True
            self.fields["kind"].help_text = _("People have already acted: the kind stays.")

    def full_clean(self) -> None:
        with timezone.override(self._chosen_zone()):
            super().full_clean()

    def clean_slug(self) -> str:
        given: str = self.cleaned_data.get("slug", "")
        return given or _free_slug(slugify(self.cleaned_data.get("name", "")))

    def _chosen_zone(self) -> zoneinfo.ZoneInfo:
        """The zone that was posted with the dates, or the campaign's if that is none."""
        posted = self.data.get(self.add_prefix("time_zone"), "")
        known = posted in zoneinfo.available_timezones()
        return zoneinfo.ZoneInfo(posted if known else self.instance.time_zone)


def _free_slug(wish: str) -> str:
    """The wish, or the wish with the first number that nobody has yet."""
    wish = (wish or "campaign")[:70]
    taken = set(Campaign.objects.filter(slug__startswith=wish).values_list("slug", flat=True))
    tries = (wish if number == 1 else f"{wish}-{number}" for number in count(1))
    return next(slug for slug in tries if slug not in taken)


def _name_and_address(target: Target) -> str:
    return f"{target.name} · {target.email}"


def _form() -> ObjectList:
    """The panels of the form, in the order in which a campaigner thinks."""
    return ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("kind", widget=forms.RadioSelect),
            FieldPanel(
                "targets",
                widget=forms.CheckboxSelectMultiple,
                help_text=_("Who the letters go to. Targets have a list of their own in the menu: add yours first."),
                classname="desk-targets",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("opens_at"), FieldPanel("closes_at")]),
                    FieldPanel("time_zone", widget=forms.Select(choices=time_zones())),
                ],
                heading=_("When people can act"),
                help_text=_("Empty means: as soon as its page is published, and without an end."),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("goal"), FieldPanel("show_count_from")])],
                heading=_("The number"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("reply_to", widget=forms.RadioSelect),
                    FieldPanel("moderation", widget=forms.RadioSelect),
                    FieldPanel("letters_paused"),
                ],
                heading=_("How letters travel"),
            ),
            MultiFieldPanel([FieldPanel("slug")], heading=_("Short name"), classname="collapsed"),
        ],
        base_form_class=CampaignForm,
    )


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


class ChangeCampaign(_LeadsToTheHub, generic.EditView):
    """Saving republishes: what the campaign's pages say follows its targets and dates."""

    def save_instance(self) -> Campaign:
        campaign: Campaign = super().save_instance()
        changed(campaign)
        return campaign


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
    edit_handler = _form()

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/", hub.hub, name="hub"),
            path("<int:pk>/ledger/", ledger.ledger, name="ledger"),
            path("<int:pk>/moderation/", moderation.waiting, name="moderation"),
            path("<int:pk>/moderation/<int:action_pk>/", moderation.opened, name="opened"),
            path("<int:pk>/moderation/<int:action_pk>/<slug:verdict>/", moderation.decide, name="decide"),
            path("<int:pk>/letters/", letters.letters, name="letters"),
            path("<int:pk>/letters/<int:letter_pk>/", letters.letter, name="letter"),
            path("<int:pk>/letters/<int:letter_pk>/words/", letters.words, name="letter_words"),
            path("<int:pk>/letters/<int:letter_pk>/<slug:step>/", letters.take_step, name="letter_step"),
        ]
