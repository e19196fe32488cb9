"""Whoever carries their letter themselves: the whole letter, to open in their mail program, to copy or to print.

Nothing is stored here. The page has a form that says it was sent; that one is accepted as any other (web/act.py).
"""

from __future__ import annotations

from copy import copy

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.addressees import TargetIsGone
from tocsin.actions.contract import read
from tocsin.actions.own_letter import OwnLetter, own_letters
from tocsin.actions.reading import Offer
from tocsin.actions.standing import Standing, standing
from tocsin.actions.take import TryLater, let_go_of_the_connection
from tocsin.actions.way_contract import WAY, still_to_be_found
from tocsin.campaigns.models import Edition
from tocsin.look.policy import private, public
from tocsin.web.act import answer_form, redirect
from tocsin.web.answers import answer, closed, come_back_later, mend
from tocsin.web.asked import CAME_FROM, came_from


@csrf_exempt  # no cookies, so no token: as in web/act.py
def own(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The letter as it leaves, or the form to mend; 307 to the step that finds who gets it, where that is missing."""
    return answer_form(request, edition_id, _answer)


def _answer(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Whoever wrote a letter keeps it on the screen, also while the database is away."""
    try:
        return _step(request, edition)
    except (OperationalError, InterfaceError):
        let_go_of_the_connection()
        return come_back_later(request, edition, TryLater().seconds)


def _step(request: HttpRequest, edition: Edition) -> HttpResponse:
    way = request.GET.get(WAY, "")
    if way not in edition.words.get("ways", ()):
        raise Http404
    if (now := standing(edition.pk)) is not Standing.OPEN:
        return closed(request, edition, now)
    offer = read(edition.words, request.POST, request.FILES)
    if offer.problems:
        return mend(request, edition, offer, _query(request))
    if still_to_be_found(edition.words, offer):
        return private(public(redirect(f"/find/{edition.pk}/?{WAY}={way}", 307)))
    return _letter(request, edition, offer, way)


def _letter(request: HttpRequest, edition: Edition, offer: Offer, way: str) -> HttpResponse:
    return answer(
        request,
        "web/own.html",
        edition.words,
        letters=_letters(edition, offer),
        way=way,
        action=f"/act/{edition.pk}/",
        carried=_carried(request, way),
    )


def _letters(edition: Edition, offer: Offer) -> list[OwnLetter]:
    """Where a target was removed, the letter is theirs all the same: to nobody, as where nobody is known."""
    try:
        return own_letters(edition, offer.act)
    except TargetIsGone:
        nameless = copy(edition)  # the edition is frozen and shared
        nameless.words = {**edition.words, "targets": []}
        return own_letters(nameless, offer.act)


def _carried(request: HttpRequest, way: str) -> list[tuple[str, str]]:
    """Everything that was typed, once more, with who carries the letter."""
    typed = [(name, value) for name, values in request.POST.lists() for value in values if name not in {WAY, CAME_FROM}]
    return [*((name, str(value)) for name, value in typed), (CAME_FROM, _query(request)), (WAY, way)]


def _query(request: HttpRequest) -> str:
    return came_from(request.META, str(request.POST.get(CAME_FROM, "")))
