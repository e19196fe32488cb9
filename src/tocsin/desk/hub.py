"""A campaign's first screen: its number and trend, what needs somebody, its pages, its letters, and what to do next.

What takes a whole room stands in that room. Nothing here reads what a campaign has a million of.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions.fates import letters_by_fate
from tocsin.campaigns.models import Campaign, Tally
from tocsin.desk.back_room import back_room_of
from tocsin.desk.fates import Fates, picture_of
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.keeping import keeping_of
from tocsin.desk.notices import open_notices
from tocsin.desk.numbers import attention_to, number_of, worker_health
from tocsin.desk.receivers import receivers_of
from tocsin.desk.remembered import remembered
from tocsin.desk.rights import (
    ADD_CAMPAIGNS,
    ADD_LEDGER_LINES,
    CHANGE_CAMPAIGNS,
    CHANGE_LISTS,
    DECIDE_ON_LETTERS,
    MANAGE_STAFF,
    MODERATE,
    SEE_CAMPAIGNS,
    SEE_TARGETS,
    may,
    of_campaign,
)
from tocsin.desk.spoken import PageInLanguage, pages_of
from tocsin.desk.templatetags.desk import moment
from tocsin.desk.trends import trend_of
from tocsin.desk.waiting import waiting_of
from tocsin.desk.zones import zone_named

HAND_INS_SHOWN = 3


@of_campaign(SEE_CAMPAIGNS)
def hub(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    pages = pages_of(campaign, request.user)
    receivers = receivers_of(campaign, may_load=may(request.user, CHANGE_LISTS))
    number = number_of(campaign)
    fates = fates_of(campaign)
    return show(
        request,
        "desk/hub.html",
        Frame(
            title=campaign.name,
            icon="desk-bell",
            crumbs=campaign_crumbs(campaign, below=False),
            buttons=_buttons(request, campaign),
        ),
        campaign=campaign,
        number=number,
        keeping=keeping_of(campaign, look=False),
        trend=trend_of(campaign),
        tally=Tally.objects.filter(campaign=campaign).first(),
        fates=fates,
        waiting=waiting_of(campaign, fates),
        attention=attention_to(fates, number),
        back_room=back_room_of(request, campaign),
        pages=pages,
        published=any(page.live for page in pages),
        receivers=receivers,
        missing=[*receivers.trouble, *_missing(campaign, pages)],
        worker=worker_health(),
        notices=open_notices(request.user),
        hand_ins=campaign.hand_ins.select_related("target")[:HAND_INS_SHOWN],
        may_decide=may(request.user, DECIDE_ON_LETTERS, campaign),
        may_moderate=may(request.user, MODERATE, campaign),
        may_see_targets=may(request.user, SEE_TARGETS),
        may_manage_staff=may(request.user, MANAGE_STAFF),
        may_add_lines=may(request.user, ADD_LEDGER_LINES, campaign),
        may_change=may(request.user, CHANGE_CAMPAIGNS, campaign),
        may_add=may(request.user, ADD_CAMPAIGNS),
    )


def fates_of(campaign: Campaign) -> Fates:
    """From the index of the outbox; where there are very many, as they stood moments ago."""
    return picture_of(remembered(f"fates:{campaign.pk}", lambda: letters_by_fate(campaign)))


def _missing(campaign: Campaign, pages: list[PageInLanguage]) -> list[str]:
    """What keeps people from acting or letters from leaving, each as one sentence with what to do."""
    said = []
    if not any(page.live for page in pages):
        said.append(_("It has no live page yet. Write one below, and publish it."))
    if campaign.letters_paused:
        said.append(_("Its letters are paused: they wait, and none is lost. “Resume letters” below lets them go on."))
    if campaign.letters_held:
        said.append(_("New letters are held: each waits until somebody releases it, under “Letters”."))
    if campaign.letters_not_before and campaign.letters_not_before > timezone.now():
        at = moment(campaign.letters_not_before.astimezone(ZoneInfo(campaign.time_zone)))
        when = {"at": at, "zone": zone_named(campaign.time_zone)}
        said.append(_("Its letters leave from %(at)s on (%(zone)s), and wait until then.") % when)
    if campaign.closed_for_signing(timezone.now()):
        said.append(_("It is closed: people can read it and can no longer act."))
    elif campaign.not_yet_open(timezone.now()):
        said.append(_("It is not open yet: people can read it and cannot act until it opens."))
    return said


def _buttons(request: HttpRequest, campaign: Campaign) -> list[HeaderButton]:
    if not may(request.user, CHANGE_CAMPAIGNS, campaign):
        return []
    return [HeaderButton(_("Settings"), url=reverse("campaign:edit", args=[campaign.pk]), icon_name="cog")]
