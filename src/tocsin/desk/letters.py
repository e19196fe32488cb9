"""A campaign's letters: the list, each letter with every attempt at it, its words for those who may, and what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from tocsin.actions.fates import letters_by_fate
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.fates import MEANS, NEED_SOMEBODY, picture_of
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.letter_list import Wanted, screenful
from tocsin.desk.letter_steps import STEPS, steps_from
from tocsin.desk.opened import open_action
from tocsin.desk.rights import DECIDE_ON_LETTERS, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, may, only
from tocsin.outbox.models import State


@only(SEE_CAMPAIGNS)
def letters(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = get_object_or_404(Campaign, pk=pk)
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
        fates=picture_of(letters_by_fate(campaign)),
        states=[(state.value, state.label) for state in MEANS],
        languages=settings.LANGUAGES,
        targets=Target.objects.filter(letters__action__campaign=campaign).distinct()
        if campaign.targets.count() > 1
        else campaign.targets.all(),
        wanted=wanted,
        found=screenful(campaign, wanted, request.GET),
    )


@only(SEE_CAMPAIGNS)
def letter(request: HttpRequest, pk: int, letter_pk: int) -> HttpResponse:
    """The letter's way: no name and no word of who wrote it."""
    found = _find(pk, letter_pk)
    return _page(request, found, title=_("Letter %(number)s") % {"number": found.pk})


@only(SEE_CAMPAIGNS, OPEN_PERSONAL_DATA)
def words(request: HttpRequest, pk: int, letter_pk: int) -> HttpResponse:
    """The same page with the letter opened; that it was opened is logged."""
    found = _find(pk, letter_pk)
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
@only(SEE_CAMPAIGNS, DECIDE_ON_LETTERS)
def take_step(request: HttpRequest, pk: int, letter_pk: int, step: str) -> HttpResponse:
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    found = _find(pk, letter_pk)
    if State(found.message.state) in chosen.possible_when and chosen.take(found.message_id):
        note(request, chosen.entry, found)
        messages.success(request, chosen.said)
    else:
        messages.warning(request, _("This is no longer possible: the letter went on meanwhile."))
    return HttpResponseRedirect(reverse("campaign:letter", args=[pk, letter_pk]))


def _page(request: HttpRequest, found: Letter, *, title: str, **context: Any) -> HttpResponse:
    campaign = found.action.campaign
    state = State(found.message.state)
    return show(
        request,
        "desk/letter.html",
        Frame(
            title=title,
            icon="mail",
            crumbs=[*campaign_crumbs(campaign), (reverse("campaign:letters", args=[campaign.pk]), _("Letters"))],
        ),
        campaign=campaign,
        letter=found,
        message=found.message,
        means=MEANS[state],
        needs_somebody=state in NEED_SOMEBODY,
        deliveries=found.message.deliveries.order_by("-number"),
        steps=steps_from(state) if may(request.user, DECIDE_ON_LETTERS) else [],
        may_open=may(request.user, OPEN_PERSONAL_DATA),
        **context,
    )


def _find(pk: int, letter_pk: int) -> Letter:
    found = Letter.objects.select_related("message", "target", "action__campaign", "action__edition__campaign")
    return get_object_or_404(found.defer("message__sealed"), pk=letter_pk, action__campaign_id=pk)
