"""A supporter's private page about their own letters. Which key opens how much: actions/receipts.py."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from tocsin.actions.fates import letters_by_digest, receipt_of
from tocsin.actions.receipts import Thanked, read_receipt_key, read_thanks_key
from tocsin.campaigns.changed_words import changed_since
from tocsin.campaigns.editions import frozen
from tocsin.web.answers import answer


def receipt(request: HttpRequest, key: str) -> HttpResponse:
    if (action_id := read_receipt_key(key)) is not None:
        return _whole(request, action_id)
    if (thanked := read_thanks_key(key)) is not None:
        return _outside(request, thanked)
    raise Http404


def _whole(request: HttpRequest, action_id: int) -> HttpResponse:
    """For whoever reads the supporter's mail: their words, and what became of each letter."""
    found = receipt_of(action_id)
    if found is None:
        raise Http404
    with translation.override(found.edition.language):
        return answer(
            request,
            "web/receipt.html",
            found.edition.words,
            receipt=found,
            changed_since=changed_since(found.edition),
        )


def _outside(request: HttpRequest, thanked: Thanked) -> HttpResponse:
    """For whoever just posted the form: nothing that tells a first signature from a repeated one."""
    edition = frozen(thanked.edition_id)
    letters = letters_by_digest(edition, thanked.digest) if thanked.fates_may_be_shown else []
    with translation.override(edition.language):
        return answer(request, "web/receipt_outside.html", edition.words, letters=letters)
