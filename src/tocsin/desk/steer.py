"""Everything that can be done with all of a campaign's letters at once, each with what it would do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign
from tocsin.desk.controls import Scope, controls_for
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.rights import DECIDE_ON_LETTERS, SEE_CAMPAIGNS, of_campaign


@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
def steer(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return show(
        request,
        "desk/steer.html",
        Frame(title=_("Steer its letters"), icon="desk-bell", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        controls=controls_for(request, Scope(campaign, None)),
    )
