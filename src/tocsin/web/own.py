"""Whoever carries their letter themselves: the whole letter, to open in their mail program, to copy or to print.

Nothing is stored here. The page has a form that says it was sent; that one is accepted as any other (web/act.py).
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.contract import read
from tocsin.actions.own_letter import own_letters
from tocsin.actions.reading import Offer
from tocsin.actions.standing import Standing, standing
from tocsin.actions.way_contract import WAY, still_to_be_found
from tocsin.campaigns.models import Edition
from tocsin.look.policy import private, public
from tocsin.web.act import answer_form, redirect
from tocsin.web.answers import answer, closed, mend
from tocsin.web.asked import CAME_FROM, came_from


@csrf_exempt  # no cookies, so no token: as in web/act.py
def own(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The letter as it leaves, or the form to mend; 307 to the step that finds who gets it, where that is missing."""
    return answer_form(request, edition_id, _answer)


def _answer(request: HttpRequest, edition: Edition) -> HttpResponse:
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
        letters=own_letters(edition, offer.act),
        way=way,
        action=f"/act/{edition.pk}/",
        carried=_carried(request, way),
    )


def _carried(request: HttpRequest, way: str) -> list[tuple[str, str]]:
    """Everything that was typed, once more, with who carries the letter."""
    typed = [(name, value) for name, values in request.POST.lists() for value in values if name not in {WAY, CAME_FROM}]
    return [*((name, str(value)) for name, value in typed), (CAME_FROM, _query(request)), (WAY, way)]


def _query(request: HttpRequest) -> str:
    return came_from(request.META, str(request.POST.get(CAME_FROM, "")))
