"""One person acts: the posted form of an action page, accepted or shown again. The hot path of the house."""

from __future__ import annotations

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.contract import Offer, read
from tocsin.actions.receipts import thanks_key
from tocsin.actions.standing import Standing, standing
from tocsin.actions.take import TryLater, take
from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Edition
from tocsin.look.policy import private, public
from tocsin.web.answers import closed, come_back_later, mend, plain
from tocsin.web.door import comes_from_us, too_large
from tocsin.web.source import came_from, source_of

MOST_FIELDS = 200
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
LARGEST_ID = 2**31 - 1


@csrf_exempt  # no cookies, so no token: `comes_from_us` asks the browser instead
def act(request: HttpRequest, edition_id: int) -> HttpResponse:
    """303 to the thank-you page once the act is stored; 422 with the form to mend; 410 when it is too late."""
    if (refused := _refused_unread(request)) is not None:
        return refused
    edition = _edition(edition_id)
    if request.method != "POST":
        return public(_redirect(edition.words["page_path"]))
    with translation.override(edition.language):
        return _accepted(request, edition)


def _refused_unread(request: HttpRequest) -> HttpResponse | None:
    """What is no form of ours at all, answered before a byte of it is read as one."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return public(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
    if request.method != "POST":
        return None
    if too_large(request):
        return plain(413, "too_large")
    if request.content_type not in FORMS:
        return plain(415, "no_form")
    if comes_from_us(request) is False:
        return plain(403, "from_elsewhere")
    try:
        fields = len(request.POST) + len(request.FILES)
    except (MultiPartParserError, TooManyFieldsSent, RequestDataTooBig, BadRequest, UnicodeError):
        return plain(400, "unreadable")
    return plain(400, "unreadable") if fields > MOST_FIELDS else None


def _edition(edition_id: int) -> Edition:
    if edition_id > LARGEST_ID:
        raise Http404
    try:
        return frozen(edition_id)
    except Edition.DoesNotExist:
        raise Http404 from None


def _accepted(request: HttpRequest, edition: Edition) -> HttpResponse:
    if (now := standing(edition.pk)) is not Standing.OPEN:
        return closed(request, edition, now)
    offer = read(edition.words, request.POST, request.FILES)
    if offer.problems or offer.email is None:
        return mend(request, edition, offer, came_from(request))
    try:
        digest = take(
            edition=edition,
            email=offer.email,
            act=offer.act,
            source=source_of(request),
            signs=_signs(request, offer),
        )
    except TryLater as later:
        return come_back_later(request, edition, later.seconds)
    return private(public(_redirect(f"/thanks/{thanks_key(edition.pk, digest)}/")))


def _signs(request: HttpRequest, offer: Offer) -> list[str]:
    return [*offer.signs, "no_origin"] if comes_from_us(request) is None else offer.signs


def _redirect(to: str) -> HttpResponse:
    response = HttpResponseRedirect(to)
    response.status_code = 303
    return response
