"""The screen “Links for mailings”: what to put into a newsletter, so that its readers need not type what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.mail_programs import link_from, links_for
from tocsin.desk.rights import SEE_CAMPAIGNS, of_campaign
from tocsin.desk.spoken import PageInLanguage, pages_of
from tocsin.lib.sources import source_of

# How a mailing is called until its campaigner names it.
A_NEWSLETTER = "newsletter"


@dataclass(frozen=True, slots=True)
class Links:
    """Of one page: the plain one, and one for each mail program."""

    code: str
    language: str | Promise
    plain: str
    by_program: Mapping[str, str]


@of_campaign(SEE_CAMPAIGNS)
def mailing_links(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    source = source_of(urlencode({"source": request.GET.get("source", A_NEWSLETTER)})).get("source", "")
    return show(
        request,
        "desk/mailing_links.html",
        Frame(title=_("Links for mailings"), icon="link", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        source=source,
        links=[_links(page, source) for page in pages_of(campaign, request.user) if page.live],
    )


def _links(one: PageInLanguage, source: str) -> Links:
    address = one.page.full_url if one.page else ""
    asked = [field["kind"] for field in one.edition.words["fields"]] if one.edition else []
    return Links(one.code, one.language, link_from(address, source), links_for(address, source, asked))
