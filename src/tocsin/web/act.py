"""One person acts: the posted form of an action page, and an answer for whatever may have been posted instead.

What nearly everybody sends was taken already by the straight way (web/straight.py), which leads to the same `accept`.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.accept import Accepted, NotOpen, ToFind, accept, edition_named
from tocsin.actions.take import TryLater
from tocsin.actions.way_contract import THROUGH_US, WAY
from tocsin.campaigns.models import Edition
from tocsin.lib.sources import source_of, with_source_of
from tocsin.look.policy import private, public
from tocsin.web.answers import closed, come_back_later, mend, plain
from tocsin.web.asked import CAME_FROM, LARGEST_BODY, Environ, came_from, comes_from_us, length_of_body
from tocsin.web.carried import CARRIED, seal_details

type Answerer = Callable[[HttpRequest, Edition], HttpResponse]

MOST_FIELDS = 200
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@csrf_exempt  # no cookies, so no token: `comes_from_us` asks the browser instead
def act(request: HttpRequest, edition_id: int) -> HttpResponse:
    """303 to the thank-you page once the act is stored; 422 with the form to mend; 410 when it is too late.

    307 to the step that finds who gets the letter, where that is not known yet: the browser takes the form along.
    """
    return answer_form(request, edition_id, _answer)


def answer_form(request: HttpRequest, edition_id: int, answer: Answerer) -> HttpResponse:
    """Answers a form posted to an edition, in its language; what is no form of ours never reaches `answer`."""
    if (refused := _refused_unread(request)) is not None:
        return refused
    try:
        edition = edition_named(edition_id)
    except TryLater as later:
        return plain(503, "away", seconds=later.seconds)
    if edition is None:
        raise Http404
    if request.method != "POST":
        return public(redirect(with_source_of(request.META.get("QUERY_STRING", ""), edition.words["page_path"])))
    with translation.override(edition.language):
        return answer(request, edition)


def thanked(accepted: Accepted, environ: Environ) -> HttpResponse:
    """303 to the thank-you page: the answer to everybody whose act is stored, for the first or the tenth time.

    Who carries a letter themselves is thanked for that, and what was typed goes along where another action follows:
    both are told by what was posted, not by what is stored.
    """
    told = {} if accepted.way == THROUGH_US else {WAY: accepted.way}
    if accepted.details:
        told[CARRIED] = seal_details(accepted.details, environ)
    query = f"?{urlencode(told)}" if told else ""
    return private(public(redirect(f"/thanks/{accepted.key}/{query}")))


def _refused_unread(request: HttpRequest) -> HttpResponse | None:
    """What is no form of ours at all, answered before a byte of it is read as one."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return public(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
    if request.method != "POST":
        return None
    if length_of_body(request.META) > LARGEST_BODY:
        return plain(413, "too_large")
    if request.content_type not in FORMS:
        return plain(415, "no_form")
    if comes_from_us(request.META) is False:
        return plain(403, "from_elsewhere")
    try:
        fields = len(request.POST) + len(request.FILES)
    except (MultiPartParserError, TooManyFieldsSent, RequestDataTooBig, BadRequest, UnicodeError):
        return plain(400, "unreadable")
    return plain(400, "unreadable") if fields > MOST_FIELDS else None


def _answer(request: HttpRequest, edition: Edition) -> HttpResponse:
    query = came_from(request.META, str(request.POST.get(CAME_FROM, "")))
    try:
        result = accept(
            edition,
            request.POST,
            source=source_of(query),
            from_us=comes_from_us(request.META),
            files=request.FILES,
        )
    except TryLater as later:
        return come_back_later(request, edition, later.seconds)
    if isinstance(result, Accepted):
        return thanked(result, request.META)
    if isinstance(result, NotOpen):
        return closed(request, edition, result.standing)
    if isinstance(result, ToFind):
        return private(public(redirect(f"/find/{edition.pk}/", 307)))
    return mend(request, edition, result.offer, query)


def redirect(to: str, status: int = 303) -> HttpResponse:
    """303 asks for a page; 307 has the browser post the same form there."""
    response = HttpResponseRedirect(to)
    response.status_code = status
    return response
