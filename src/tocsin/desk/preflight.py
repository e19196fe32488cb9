"""The screen “Before publishing”: what must be mended, what to look at, what is well; and a test by mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign
from tocsin.outbox.post import leave
from tocsin.pages.preflight import drafts_of, preflight
from tocsin.pages.sample import CannotBeTried, test_mails


@of_campaign(SEE_CAMPAIGNS)
def look(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return _screen(request, campaign)


def _screen(request: HttpRequest, campaign: Campaign, *, trouble: str = "") -> HttpResponse:
    drafts = drafts_of(campaign)
    return show(
        request,
        "desk/preflight.html",
        Frame(title=_("Before publishing"), icon="tasks", crumbs=campaign_crumbs(campaign)),
        status=422 if trouble else 200,
        campaign=campaign,
        preflight=preflight(campaign, drafts).linked_for(lambda right: may(request.user, (right,))),
        drafts=drafts,
        trouble=trouble,
        may_change=may(request.user, CHANGE_CAMPAIGNS, campaign),
    )


@require_POST
@of_campaign(CHANGE_CAMPAIGNS)
def try_it(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The letter and the thanks, exactly as they would leave, marked as a test, to whoever asks and to nobody else."""
    language = request.POST.get("language", "")
    draft = next((page for page in drafts_of(campaign) if page.locale.language_code == language), None)
    if draft is None:
        return _screen(request, campaign, trouble=_("There is no page in this language yet."))
    try:
        mails = test_mails(draft, request.user)
    except CannotBeTried as reason:
        return _screen(request, campaign, trouble=str(reason))
    leave(mails)
    note(request, "tested_by_mail", campaign, language=language)
    messages.success(request, _sent(request.user))
    return HttpResponseRedirect(reverse("campaign:preflight", args=[campaign.pk]))


def _sent(person: Any) -> str:
    if settings.TOCSIN_MAIL_URL.scheme == "mailbox":
        return _("The test is under Mailbox within seconds: this installation sends no mail.")
    return _("The test is on its way to %(address)s.") % {"address": person.email}
