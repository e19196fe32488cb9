"""The way out that every mail to many has: a page with the choice, and one press that ends it (RFC 8058).

Scanners follow every link, by GET or HEAD: those change nothing. A mail program posts `List-Unsubscribe=One-Click`, or
whatever else, without a cookie and from anywhere: that ends all of it, since its reader was offered no choice.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.actions.unsubscribe import Choice, Leaver, choose, read_unsubscribe_key
from tocsin.web.answers import answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, key: str) -> HttpResponse:
    """In the language of the action, whatever the browser asks for. It never runs out."""
    leaver = read_unsubscribe_key(key)
    if leaver is None:
        raise Http404
    with translation.override(leaver.edition.language):
        if request.method != "POST":
            return _page(request, leaver)
        choice = _pressed(request)
        choose(leaver, choice)
        return _page(request, leaver, choice)


def _page(request: HttpRequest, leaver: Leaver, done: Choice | None = None) -> HttpResponse:
    return answer(
        request,
        "web/unsubscribe.html",
        leaver.edition.words,
        done=done,
        left_everything=leaver.left_everything,
        left_the_campaign=leaver.left_the_campaign,
    )


def _pressed(request: HttpRequest) -> Choice:
    """What cannot be read is a wish to get no more, too."""
    try:
        return Choice(str(request.POST.get("choice", "")))
    except (ValueError, MultiPartParserError, TooManyFieldsSent, RequestDataTooBig, BadRequest, UnicodeError):
        return Choice.EVERYTHING
