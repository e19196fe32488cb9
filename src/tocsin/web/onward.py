"""The next action: its form with what was typed in the last one, opened by a button of the thank-you page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.standing import Standing, standing
from tocsin.campaigns.models import Edition
from tocsin.look.policy import public
from tocsin.web.act import answer_form, redirect
from tocsin.web.answers import begin
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
    return begin(request, "web/onward.html", edition, came_from=FROM_THE_LAST, details=details)
