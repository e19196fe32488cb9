"""The thank-you page: what happens next, the number with the signer in it, and ways to tell others."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from tocsin.actions.count import count_with_everyone
from tocsin.actions.receipts import read_thanks_key
from tocsin.actions.way_contract import THROUGH_US, WAY
from tocsin.campaigns.editions import edition_that_follows, frozen
from tocsin.campaigns.models import Campaign, Edition
from tocsin.web.answers import answer
from tocsin.web.carried import CARRIED, open_details


def thanks(request: HttpRequest, key: str) -> HttpResponse:
    """The same for a first and for a repeated signature: it is made from the key alone (actions/receipts.py)."""
    thanked = read_thanks_key(key)
    if thanked is None:
        raise Http404
    try:
        edition = frozen(thanked.edition_id)
    except Edition.DoesNotExist:
        raise Http404 from None
    words = edition.words
    with translation.override(edition.language):
        page_url = settings.TOCSIN_BASE_URL.geturl().rstrip("/") + words["page_path"]
        return answer(
            request,
            "web/thanks.html",
            words,
            count=count_with_everyone(edition.campaign),
            confirm_first=_confirms_first(edition),
            way=_way(request, edition),
            page_url=page_url,
            receipt_path=f"/receipt/{key}/",
            onward=edition_that_follows(words),
            carried=_carried(request),
        )


def _carried(request: HttpRequest) -> str:
    """Only what opens again is offered again."""
    carried = request.GET.get(CARRIED, "")
    return carried if open_details(request.META, carried) else ""


def _confirms_first(edition: Edition) -> bool:
    """Asked afresh: a campaign may begin to ask for confirmation at any time."""
    return Campaign.objects.filter(pk=edition.campaign_id, confirm_first=True).exists()


def _way(request: HttpRequest, edition: Edition) -> str:
    """Who carries the letter, as the form said that led here; nothing that is stored is told."""
    way = request.GET.get(WAY, "")
    return way if way in edition.words.get("ways", ()) else THROUGH_US
