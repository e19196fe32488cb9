"""The next action: its form with what was typed in the last one, opened by a button of the thank-you page."""

from __future__ import annotations

import random

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.form import Occasion, show_form
from tocsin.actions.standing import Standing, standing
from tocsin.campaigns.models import Edition
from tocsin.campaigns.offers import turns_of
from tocsin.look.policy import public
from tocsin.web.act import answer_form, redirect
from tocsin.web.answers import answer
from tocsin.web.carried import CARRIED, open_details

# The action that this one led to says where its people came from.
FROM_THE_LAST = "source=next-action"


@csrf_exempt  # no cookies, so no token: as in web/act.py. It stores nothing.
def onward(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The form, filled in; or the page itself, for whoever comes without a form or too late."""
    return answer_form(request, edition_id, _answer)


def _answer(request: HttpRequest, edition: Edition) -> HttpResponse:
    words = edition.words
    if standing(edition.pk) is not Standing.OPEN:
        return public(redirect(words["page_path"]))
    details = open_details(request.META, str(request.POST.get(CARRIED, "")))
    turn = random.randrange(turns_of(words["letter"])) if words["letter"] else 0  # noqa: S311  (no secret)
    occasion = Occasion(came_from=FROM_THE_LAST, turn=turn, details=details)
    form = show_form(edition.pk, words, occasion=occasion)
    return answer(request, "web/onward.html", words, form=form, filled=bool(details))
