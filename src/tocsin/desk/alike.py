"""How alike a campaign's letters are, on a screen of its own: the newest thousands are read for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tocsin.actions.sameness import sameness_of
from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.remembered import remembered
from tocsin.desk.rights import SEE_CAMPAIGNS, of_campaign
from tocsin.desk.sameness import advice, picture


@of_campaign(SEE_CAMPAIGNS)
def alike(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    found = remembered(f"alike:{campaign.pk}", lambda: sameness_of(campaign))
    return show(
        request,
        "desk/alike.html",
        Frame(title=_("How alike they are"), icon="desk-bell", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        sameness=found,
        sameness_picture=picture(found),
        advice=advice(found),
    )
