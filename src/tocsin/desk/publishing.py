"""What happens at the desk around publishing: what to look at is said, and the question about changed words is asked.

Publishing by a review or by a schedule does not come by here: then the question stands on the campaign's first screen.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem, SubmitForModerationMenuItem

from tocsin.campaigns.changed_words import open_notes
from tocsin.campaigns.models import Campaign
from tocsin.desk.rights import CHANGE_CAMPAIGNS, may
from tocsin.pages.models import ActionPage
from tocsin.pages.preflight import drafts_of, preflight


def after_publishing(request: HttpRequest, page: Any) -> HttpResponse | None:
    """Leads to the question about changed words, if there is one; else says how much there is to look at."""
    campaign = page.campaign if isinstance(page, ActionPage) else None
    if campaign is None:
        return None
    if may(request.user, CHANGE_CAMPAIGNS, campaign) and open_notes(campaign).exists():
        messages.success(request, _("“%(title)s” is published.") % {"title": page.title})
        return HttpResponseRedirect(reverse("campaign:changed_words", args=[campaign.pk]))
    _say_what_to_look_at(request, campaign)
    return None


def _say_what_to_look_at(request: HttpRequest, campaign: Campaign) -> None:
    found = preflight(campaign, drafts_of(campaign))
    if number := found.to_mend + found.to_look_at:
        said = ngettext("There is %(number)d thing to look at.", "There are %(number)d things to look at.", number) % {
            "number": number
        }
        where = reverse("campaign:preflight", args=[campaign.pk])
        messages.info(request, said, buttons=[messages.button(where, _("Look"))])


class AskForReview(SubmitForModerationMenuItem):
    """In a campaigner's words. For whoever may publish it is a choice, and stands behind “Publish”."""

    name = "action-submit"
    label = gettext_lazy("Ask for review")

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        context["label"] = self.label
        return context


def offer_review(items: list[ActionMenuItem], _request: HttpRequest, _context: dict[str, Any]) -> None:
    """Wagtail names its own step after a workflow that nobody has heard of."""
    for at, item in enumerate(items):
        if item.name == "action-submit":
            items[at] = AskForReview(order=item.order)
