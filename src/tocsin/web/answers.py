"""Forms begun for somebody, and the answers to a posted one that are no thank-you: mend it, too late, later, none."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from tocsin.actions.form import Occasion, show_form
from tocsin.actions.reading import Offer
from tocsin.actions.standing import Standing
from tocsin.campaigns.models import Edition
from tocsin.campaigns.offers import turns_of
from tocsin.campaigns.words import EditionWords
from tocsin.look.policy import accent_style, private, public
from tocsin.web.asked import CAME_FROM, came_from


def answer(
    request: HttpRequest, template: str, words: EditionWords, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page in the look and the language of an edition, for one person's eyes."""
    brand = words["brand"]
    style = accent_style(brand["accent"], brand["accent_dark"])
    context |= {"words": words, "brand": brand, "accent_style": style, "language": words["language"]}
    html = render_to_string(template, context, request=request)
    return private(public(HttpResponse(html, status=status), inline_style=style))


def begin(
    request: HttpRequest, template: str, edition: Edition, *, came_from: str, details: Mapping[str, str]
) -> HttpResponse:
    """The form with what is known of whoever opens it, if anything is. No consent is ever filled in."""
    letter = edition.words["letter"]
    turn = random.randrange(turns_of(letter)) if letter else 0  # noqa: S311  (no secret)
    occasion = Occasion(came_from=came_from, turn=turn, details=details)
    form = show_form(edition.pk, edition.words, occasion=occasion)
    return answer(request, template, edition.words, form=form, filled=bool(details))


def mend(request: HttpRequest, edition: Edition, offer: Offer, came_from: str) -> HttpResponse:
    """422: the form again with everything typed kept, what is wrong at the top and beside each field."""
    form = show_form(
        edition.pk, edition.words, posted=request.POST, problems=offer.problems, occasion=Occasion(came_from)
    )
    return answer(request, "web/mend.html", edition.words, status=422, form=form)


def closed(request: HttpRequest, edition: Edition, standing: Standing) -> HttpResponse:
    """410: not open any more (or 403: not open yet). What they wrote stays on the screen, to copy."""
    status = 403 if standing is Standing.NOT_YET else 410
    text = str(request.POST.get("text", ""))
    return answer(
        request,
        "web/closed.html",
        edition.words,
        status=status,
        standing=standing,
        text=text,
        campaign=edition.campaign,
    )


def come_back_later(request: HttpRequest, edition: Edition, seconds: int) -> HttpResponse:
    """503: nothing was stored. The form is there again, filled in, to send once more."""
    query = came_from(request.META, str(request.POST.get(CAME_FROM, "")))
    form = show_form(edition.pk, edition.words, posted=request.POST, occasion=Occasion(query))
    response = answer(request, "web/later.html", edition.words, status=503, form=form, seconds=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


PLAIN = {
    "too_large": _("This is more than a letter can be. Go back and shorten it."),
    "no_form": _("Send this as a form, from the action page."),
    "from_elsewhere": _("This form was sent from another site. Open the action page and send it from there."),
    "away": _("We cannot take this now. Nothing was stored. Go back, wait a moment and send it again."),
    "later": _("We cannot show this now. Wait a moment and open the link again."),
    "unreadable": _("This form could not be read. Go back and send it again."),
}


def plain(status: int, why: str, *, seconds: int = 0) -> HttpResponse:
    """One sentence for what no page of ours sends, and for when there is no edition at hand to dress a page in."""
    response = HttpResponse(f"{PLAIN[why]}\n", status=status, content_type="text/plain; charset=utf-8")
    if seconds:
        response.headers["Retry-After"] = str(seconds)
    return private(public(response))
