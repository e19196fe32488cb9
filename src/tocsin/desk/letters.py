"""A campaign's letters: the list, each letter with every attempt at it, its words for those who may, and what to do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.actions.exporting.letters import message_id_of
from tocsin.actions.letters_wanted import WAYS, Wanted
from tocsin.actions.lists.wanted import OWN_WORDS
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign
from tocsin.desk.again import ask, confirmed_lately
from tocsin.desk.fates import MEANS, NEED_SOMEBODY
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.letter_history import history_of
from tocsin.desk.letter_list import screenful
from tocsin.desk.letter_search import MOST_FOUND, is_an_address, letters_by_address, letters_by_reference
from tocsin.desk.letter_steps import STEPS, Step, steps_for
from tocsin.desk.letter_waits import why_it_waits
from tocsin.desk.opened import open_action
from tocsin.desk.rights import (
    DECIDE_ON_LETTERS,
    OPEN_PERSONAL_DATA,
    SEE_CAMPAIGNS,
    campaigns_with,
    may,
    of_campaign,
    refuse,
)
from tocsin.desk.target_numbers import targets_of
from tocsin.desk.when import WhenForm
from tocsin.outbox.models import Kind, Message, State


@of_campaign(SEE_CAMPAIGNS)
def letters(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    wanted = Wanted.asked_by(request.GET)
    return show(
        request,
        "desk/letters.html",
        Frame(
            title=_("Letters"),
            icon="mail",
            crumbs=campaign_crumbs(campaign),
        ),
        campaign=campaign,
        any_letters=_any_letters(campaign),
        states=[(state.value, state.label) for state in MEANS],
        languages=settings.LANGUAGES,
        targets=targets_of(campaign),
        ways=WAYS.items(),
        own_words=OWN_WORDS.items(),
        wanted=wanted,
        found=screenful(campaign, wanted, request.GET),
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
        may_decide=may(request.user, DECIDE_ON_LETTERS, campaign),
    )


def _any_letters(campaign: Campaign) -> bool:
    return Message.objects.filter(campaign_ref=campaign.pk, kind=Kind.LETTER).exists()


@require_POST
@of_campaign(SEE_CAMPAIGNS)
def find(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """By reference, or by the writer's address. Posted, so that no address stands in an address line or a log."""
    text = request.POST.get("text", "")[:300].replace("\x00", "")  # which PostgreSQL keeps in no text
    by_address = is_an_address(text)
    if by_address:
        if not may(request.user, OPEN_PERSONAL_DATA, campaign):
            refuse(request, campaign.pk)
        if not confirmed_lately(request):
            return ask(request)
        note(request, "letters_searched", campaign)
    among = campaigns_with(request.user, OPEN_PERSONAL_DATA if by_address else SEE_CAMPAIGNS)
    found = letters_by_address(text, among) if by_address else letters_by_reference(text, among)
    if len(found) == 1:
        return HttpResponseRedirect(reverse("campaign:letter", args=[found[0].action.campaign_id, found[0].pk]))
    return show(
        request,
        "desk/letters_found.html",
        Frame(title=_("Letters found"), icon="search", crumbs=_crumbs(campaign)),
        campaign=campaign,
        found=found,
        most=MOST_FOUND if len(found) == MOST_FOUND else None,
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
    )


@of_campaign(SEE_CAMPAIGNS)
def letter(request: HttpRequest, campaign: Campaign, letter_pk: int) -> HttpResponse:
    """The letter's way: no name and no word of who wrote it."""
    found = _find(campaign.pk, letter_pk)
    return _page(request, found, title=_("Letter %(number)s") % {"number": found.pk})


@of_campaign(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
def words(request: HttpRequest, campaign: Campaign, letter_pk: int) -> HttpResponse:
    """The same page with the letter opened; that it was opened is logged."""
    found = _find(campaign.pk, letter_pk)
    note(request, "letter_opened", found)
    opened = open_action(found.action, found.target_id)
    return _page(
        request,
        found,
        title=_("Letter %(number)s, opened") % {"number": found.pk},
        opened=opened,
        could_not_open=opened is None,
    )


@require_POST
@of_campaign(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
def take_step(request: HttpRequest, campaign: Campaign, letter_pk: int, step: str) -> HttpResponse:
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    found = _find(campaign.pk, letter_pk)
    when = WhenForm(campaign.time_zone, request.POST) if chosen.asks_when else None
    if when and not when.is_valid():
        return _page(request, found, title=_("Letter %(number)s") % {"number": found.pk}, when=when, status=422)
    at = [when.cleaned_data["at"]] if when else []
    if chosen in steps_for(found.message) and _taken(request, chosen, found, at):
        messages.success(request, chosen.said)
    else:
        messages.warning(request, _("This is no longer possible: the letter went on meanwhile."))
    return HttpResponseRedirect(reverse("campaign:letter", args=[campaign.pk, letter_pk]))


@transaction.atomic
def _taken(request: HttpRequest, step: Step, found: Letter, at: list[datetime]) -> bool:
    """Nothing is done that cannot be written down. Where a digest carries the letter, it is done to the digest."""
    taken = bool(step.take(found.message.carrier_id or found.message_id, *at))
    if taken:
        note(request, step.entry, found, **({"at": at[0].isoformat()} if at else {}))
    return taken


def _page(
    request: HttpRequest, found: Letter, *, title: str, when: WhenForm | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    campaign = found.action.campaign
    state = State(found.message.state)
    waits = why_it_waits(found)
    return show(
        request,
        "desk/letter.html",
        Frame(
            title=title,
            icon="mail",
            crumbs=_crumbs(campaign),
        ),
        status=status,
        campaign=campaign,
        letter=found,
        message=found.message,
        means="" if waits and state == State.WAITING else MEANS[state],
        needs_somebody=state in NEED_SOMEBODY,
        waits=waits,
        history=history_of(found),
        message_id=message_id_of(found.message.ref),
        reference=f"{found.action.campaign_id}-{found.action_id}",
        steps=steps_for(found.message) if may(request.user, DECIDE_ON_LETTERS, campaign) else [],
        when=when or WhenForm(campaign.time_zone),
        may_open=may(request.user, OPEN_PERSONAL_DATA, campaign),
        **context,
    )


def _crumbs(campaign: Campaign) -> list[Crumb]:
    return [*campaign_crumbs(campaign), (reverse("campaign:letters", args=[campaign.pk]), _("Letters"))]


def _find(pk: int, letter_pk: int) -> Letter:
    found = Letter.objects.select_related(
        *("message__lane__target", "message__carrier__lane__target", "target", "hand_in"),
        *("action__campaign", "action__edition__campaign"),
    )
    return get_object_or_404(
        found.defer("message__sealed", "message__carrier__sealed"), pk=letter_pk, action__campaign_id=pk
    )
