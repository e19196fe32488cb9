"""A campaign's hub: its number and what is behind it, its letters and their fate, its pages, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions.fates import letters_by_fate
from tocsin.actions.sameness import sameness_of
from tocsin.campaigns.models import Campaign, Edition
from tocsin.desk.back_room import back_room_of
from tocsin.desk.controls import Scope, controls_for
from tocsin.desk.fates import picture_of
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.letter_list import recent_letters
from tocsin.desk.notices import open_notices
from tocsin.desk.numbers import number_of, worker_health
from tocsin.desk.receivers import receivers_of
from tocsin.desk.rights import (
    ADD_LEDGER_LINES,
    CHANGE_CAMPAIGNS,
    DECIDE_ON_LETTERS,
    MODERATE,
    OPEN_PERSONAL_DATA,
    SEE_CAMPAIGNS,
    may,
    only,
)
from tocsin.desk.sameness import advice, picture
from tocsin.desk.target_numbers import targets_of
from tocsin.desk.templatetags.desk import moment

LINES_SHOWN = 5
LETTERS_SHOWN = 8
FEW_TARGETS = 8
HAND_INS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PageInLanguage:
    """The campaign's page in one language; without an edition it was never published."""

    language: str | Promise
    edition: Edition | None

    @property
    def address(self) -> str:
        base = settings.TOCSIN_BASE_URL.geturl().rstrip("/")
        return base + str(self.edition.words["page_path"]) if self.edition else ""


@only(SEE_CAMPAIGNS)
def hub(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
    pages = pages_of(campaign)
    receivers = receivers_of(campaign)
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
        number=number_of(campaign),
        fates=picture_of(letters_by_fate(campaign)),
        recent=recent_letters(campaign, LETTERS_SHOWN),
        back_room=back_room_of(request, campaign),
        ledger=campaign.counter_entries.select_related("decision")[:LINES_SHOWN],
        pages=pages,
        receivers=receivers,
        missing=[*receivers.trouble, *_missing(campaign, pages)],
        worker=worker_health(),
        notices=open_notices(),
        may_decide=may(request.user, DECIDE_ON_LETTERS),
        few_targets=targets_of(campaign)[:FEW_TARGETS],
        **_sameness(campaign),
        controls=controls_for(request, Scope(campaign, None)),
        hand_ins=campaign.hand_ins.select_related("target")[:HAND_INS_SHOWN],
        may_open=may(request.user, OPEN_PERSONAL_DATA),
        may_add_lines=may(request.user, ADD_LEDGER_LINES),
        may_moderate=may(request.user, MODERATE),
        may_change=may(request.user, CHANGE_CAMPAIGNS),
    )


def _sameness(campaign: Campaign) -> dict[str, Any]:
    found = sameness_of(campaign)
    return {"sameness": found, "sameness_picture": picture(found), "advice": advice(found)}


def pages_of(campaign: Campaign) -> list[PageInLanguage]:
    """One for each language that this installation speaks, published or not."""
    return [PageInLanguage(name, Edition.objects.current(campaign, code)) for code, name in settings.LANGUAGES]


def _missing(campaign: Campaign, pages: list[PageInLanguage]) -> list[str]:
    """What keeps people from acting or letters from leaving, each as one sentence with what to do."""
    said = []
    if not any(page.edition for page in pages):
        said.append(_("It has no page yet. Write one under “Pages”, choose this campaign there, and publish it."))
    if campaign.letters_paused:
        said.append(_("Its letters are paused: they wait, and none is lost. “Resume letters” below lets them go on."))
    if campaign.letters_held:
        said.append(_("New letters are held: each waits until somebody releases it, under “Letters”."))
    if campaign.letters_not_before and campaign.letters_not_before > timezone.now():
        at = moment(campaign.letters_not_before)
        said.append(_("Its letters leave from %(at)s on, and wait until then.") % {"at": at})
    if campaign.closed_for_signing(timezone.now()):
        said.append(_("It is closed: people can read it and can no longer act."))
    elif campaign.not_yet_open(timezone.now()):
        said.append(_("It is not open yet: people can read it and cannot act until it opens."))
    return said


def _buttons(request: HttpRequest, campaign: Campaign) -> list[HeaderButton]:
    if not may(request.user, CHANGE_CAMPAIGNS):
        return []
    return [HeaderButton(_("Settings"), url=reverse("campaign:edit", args=[campaign.pk]), icon_name="cog")]
