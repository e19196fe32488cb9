"""One screen of the desk in Wagtail's frame: its title, its way back, its buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from tocsin.campaigns.models import Campaign, TargetList
from tocsin.desk.rooms import bar_of

type Words = str | Promise
type Crumb = tuple[str, Words]


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a screen. `crumbs` are (address, words) from below the desk's home down to the one above."""

    title: Words
    icon: str
    crumbs: list[Crumb] = field(default_factory=list)
    buttons: list[HeaderButton] = field(default_factory=list)

    def context(self) -> dict[str, Any]:
        """In the names that Wagtail's own templates ask for."""
        way = [(reverse("wagtailadmin_home"), _("Home")), *self.crumbs, ("", self.title)]
        return {
            "header_title": self.title,
            "header_icon": self.icon,
            "header_buttons": self.buttons,
            "breadcrumbs_items": [{"url": url, "label": words} for url, words in way],
        }


def show(request: HttpRequest, template: str, frame: Frame, *, status: int = 200, **context: Any) -> HttpResponse:
    """Renders a screen; one that is about a `campaign` gets the bar of its rooms, one whose `form` was judged says
    above it what is wrong. Wagtail's door has it kept by no browser and no proxy."""
    campaign = context.get("campaign")
    rooms = bar_of(request, campaign) if isinstance(campaign, Campaign) else None
    around = {**frame.context(), "rooms": rooms, "judged": context.get("form")}
    return render(request, template, {**around, **context}, status=status)


def campaign_crumbs(campaign: Campaign, *, below: bool = True) -> list[Crumb]:
    """The way to a campaign's hub; with `below`, the hub itself is a step of it."""
    hub = [(reverse("campaign:hub", args=[campaign.pk]), str(campaign))] if below else []
    return [(reverse("campaign:index"), _("Campaigns")), *hub]


def list_crumbs(target_list: TargetList | None = None) -> list[Crumb]:
    """The way to the lists of targets; with a list, into it."""
    inside = [(reverse("target_list:members", args=[target_list.pk]), str(target_list))] if target_list else []
    return [(reverse("target_list:index"), _("Lists of targets")), *inside]
