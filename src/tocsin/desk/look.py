"""The screen “Look at everything”: each state of each page, in one language and one width at a time, drafts too."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.rights import SEE_CAMPAIGNS, of_campaign
from tocsin.pages.models import ActionPage
from tocsin.pages.preflight import drafts_of

WIDTHS = {"phone": gettext_lazy("Phone"), "desk": gettext_lazy("Computer")}


@of_campaign(SEE_CAMPAIGNS)
def look(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    drafts = drafts_of(campaign)
    page = _chosen(request, drafts)
    width = request.GET.get("width", "")
    return show(
        request,
        "desk/look.html",
        Frame(
            title=_("Look at everything"),
            icon="view",
            crumbs=[
                *campaign_crumbs(campaign),
                (reverse("campaign:preflight", args=[campaign.pk]), _("Before publishing")),
            ],
        ),
        campaign=campaign,
        drafts=drafts,
        page=page,
        width=width if width in WIDTHS else "phone",
        widths=WIDTHS.items(),
        states=_states(campaign, page) if page else [],
    )


def _chosen(request: HttpRequest, drafts: list[ActionPage]) -> ActionPage | None:
    asked = request.GET.get("page", "")
    return next((page for page in drafts if str(page.pk) == asked), next(iter(drafts), None))


def _states(campaign: Campaign, page: ActionPage) -> list[tuple[str, Any]]:
    """(address, what it is) of each state."""
    named = page.preview_modes
    return [(reverse("campaign:look_at", args=[campaign.pk, page.pk, mode]), said) for mode, said in named]


@of_campaign(SEE_CAMPAIGNS)
def at(request: HttpRequest, campaign: Campaign, page_pk: int, mode: str) -> HttpResponse:
    """One state by itself, as the public would see it."""
    page = next((page for page in drafts_of(campaign) if page.pk == page_pk), None)
    if page is None or mode not in dict(page.preview_modes):
        raise Http404
    return page.serve_preview(request, mode)
