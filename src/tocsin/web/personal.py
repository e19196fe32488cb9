"""The form filled in for whoever comes by a link that was made for them. Reading it stores nothing."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from tocsin.actions.accept import LARGEST_ID
from tocsin.actions.standing import Standing, standing
from tocsin.actions.take import TryLater, let_go_of_the_connection
from tocsin.campaigns.editions import newest_edition
from tocsin.campaigns.models import Edition
from tocsin.lib.sources import source_of, with_source_of
from tocsin.look.policy import private, public
from tocsin.web.act import redirect
from tocsin.web.answers import begin, plain
from tocsin.web.personal_links import open_link


@require_safe
def personal(request: HttpRequest, campaign_id: int, language: str, key: str) -> HttpResponse:
    """A link that opens nothing leads to the same form, empty: nobody is told why, and nobody is lost who would act.

    No referrer carries the key. It is not “no-referrer”: under that, browsers send the form as coming from nowhere.
    """
    try:
        edition = newest_edition(campaign_id, language) if campaign_id <= LARGEST_ID else None
        if edition is None:
            raise Http404
        with translation.override(edition.language):
            response = _answer(request, edition, key)
    except (OperationalError, InterfaceError):
        let_go_of_the_connection()
        response = plain(503, "later", seconds=TryLater().seconds)
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


def _answer(request: HttpRequest, edition: Edition, key: str) -> HttpResponse:
    held = open_link(edition.campaign_id, edition.language, key)
    source = urlencode(source_of(request.META.get("QUERY_STRING", "")) | dict(held.source))
    if standing(edition.pk) is not Standing.OPEN:
        return private(public(redirect(with_source_of(source, edition.words["page_path"]))))
    return begin(request, "web/personal.html", edition, came_from=source, details=held.details)
