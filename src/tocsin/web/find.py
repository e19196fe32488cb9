"""The step before sending, where who gets a letter depends on the postal code: find them, show them, let people choose.

A form that was posted to /act/ without it is passed on here by the browser, whole. With script the page asks the same
beforehand, one postal code at a time. Why it is a step of its own: docs/decisions/0017.
"""

from __future__ import annotations

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from tocsin.actions.accept import edition_named
from tocsin.actions.contract import read
from tocsin.actions.finding import Finding, Recipient, find_recipients, provider_of
from tocsin.actions.form import NOT_FOUND as NOT_FOUND_BEFORE
from tocsin.actions.form import Occasion, show_form
from tocsin.actions.reading import Offer, Problem
from tocsin.actions.shown import typed_in
from tocsin.actions.shown_letter import show_letter
from tocsin.actions.standing import Standing, standing
from tocsin.actions.take import TryLater, let_go_of_the_connection
from tocsin.actions.way_contract import DIVISION, FOUND_FOR, THROUGH_US, WAY, goes_by_postal_code
from tocsin.campaigns.models import Edition, Provider
from tocsin.campaigns.targeting.answers import Outcome
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code
from tocsin.look.policy import private, public
from tocsin.web.act import answer_form
from tocsin.web.answers import answer, closed, come_back_later, mend, plain
from tocsin.web.asked import CAME_FROM, came_from
from tocsin.web.guests import may_have_looked_up

NOT_FOUND = _("We could not find this postal code. Check it, and correct it if it is mistyped.")
STILL_NOT_FOUND = _("We do not find this postal code. Correct it, or send your letter all the same if it is right.")
CHOOSE = _("Choose where you live.")
# How long everybody between us and the reader may keep an answer: what was not found may be found tomorrow.
KEPT = {Outcome.FOUND: 86400, Outcome.SEVERAL: 86400, Outcome.NONE: 60}
# Another table is used, or taken back, from one moment to the next; and to ask one costs a query.
KEPT_OF_A_TABLE = 300

# The parts of the letter that are not the same for everybody.
PARTS = {
    "to": "look/targets.html",
    "greeting": "look/greeting.html",
    "header": "look/letter_header.html",
    "closing": "look/letter_closing.html",
    "locked": "look/letter_body.html",
}


@csrf_exempt  # no cookies, so no token: as in web/act.py
def find(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The form again, with who was found for the letter; whatever was typed is kept, and nothing is stored."""
    return answer_form(request, edition_id, _answer)


def _answer(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Whoever wrote a letter keeps it on the screen, also while the database is away."""
    try:
        return _step(request, edition)
    except (OperationalError, InterfaceError):
        let_go_of_the_connection()
        return come_back_later(request, edition, TryLater().seconds)


def _step(request: HttpRequest, edition: Edition) -> HttpResponse:
    if not goes_by_postal_code(edition.words):
        raise Http404
    if (now := standing(edition.pk)) is not Standing.OPEN:
        return closed(request, edition, now)
    offer = read(edition.words, request.POST, request.FILES)
    code = offer.act.get("postal_code", "")
    if not code:
        offer.problems = [one for one in offer.problems if one.field == "postal_code"]
        return mend(request, edition, offer, _query(request))
    found = find_recipients(
        edition.words, code, chosen=typed_in(request.POST, DIVISION), asking=may_have_looked_up(request.META)
    )
    if (recipient := found.recipient) is not None and recipient.excluded:
        return _no_letter(request, edition, recipient)
    return _found(request, edition, offer, found)


def _found(request: HttpRequest, edition: Edition, offer: Offer, found: Finding) -> HttpResponse:
    problems = _problems(request, found)
    form = show_form(
        edition.pk,
        edition.words,
        posted=request.POST,
        problems=problems,
        occasion=Occasion(_query(request), found=found, may_send=not offer.problems, way=_way(request, edition)),
    )
    return answer(request, "web/find.html", edition.words, status=422 if problems else 200, form=form)


def _problems(request: HttpRequest, found: Finding) -> list[Problem]:
    """Only what this step is about: the rest is told when the letter is sent."""
    if found.outcome is Outcome.NONE:
        return [Problem("postal_code", STILL_NOT_FOUND if typed_in(request.POST, NOT_FOUND_BEFORE) else NOT_FOUND)]
    was_shown = typed_in(request.POST, FOUND_FOR) == found.code
    if found.outcome is Outcome.SEVERAL and was_shown and found.recipient is None:
        return [Problem(DIVISION, CHOOSE)]
    return []


def _no_letter(request: HttpRequest, edition: Edition, recipient: Recipient) -> HttpResponse:
    """Their target gets no letter: the campaigner's text says why. What they wrote can be copied."""
    text = typed_in(request.POST, "text")
    return answer(request, "web/no_letter.html", edition.words, recipient=recipient, text=text)


def _way(request: HttpRequest, edition: Edition) -> str:
    """Who was to carry the letter: whoever came here from web/own.py goes on there."""
    way = request.GET.get(WAY, "")
    return way if way in edition.words.get("ways", ()) else THROUGH_US


def _query(request: HttpRequest) -> str:
    return came_from(request.META, typed_in(request.POST, CAME_FROM))


def find_json(request: HttpRequest, edition_id: int, code: str) -> HttpResponse:
    """The same answer for the page's own script. There is one address for each postal code, so that it can be kept."""
    try:
        edition = edition_named(edition_id)
    except TryLater as later:
        return plain(503, "away", seconds=later.seconds)
    if edition is None or not goes_by_postal_code(edition.words) or request.method not in {"GET", "HEAD"}:
        raise Http404
    try:
        return _found_json(request, edition, _whole_code(code))
    except (OperationalError, InterfaceError):
        let_go_of_the_connection()
        return plain(503, "away", seconds=TryLater().seconds)


def _found_json(request: HttpRequest, edition: Edition, code: str) -> HttpResponse:
    if standing(edition.pk) is not Standing.OPEN:  # nobody can act, so nobody is looked up
        raise Http404
    with translation.override(edition.language):
        found = find_recipients(edition.words, code, asking=may_have_looked_up(request.META))
        return _kept(JsonResponse(_as_json(request, edition, found)), edition, found)


def _whole_code(code: str) -> str:
    """As the form would have it; only the one way of writing it that the script uses is an address."""
    try:
        whole = read_postal_code(code)
    except NotAPostalCode:
        raise Http404 from None
    if whole.replace(" ", "") != code:
        raise Http404
    return whole


def _as_json(request: HttpRequest, edition: Edition, found: Finding) -> dict[str, object]:
    """What to show beside the postal code, and for each who may get the letter, the parts of it that are theirs."""
    search = show_form(edition.pk, edition.words, occasion=Occasion(found=found)).search
    html = render_to_string("look/finding/answer.html", {"search": search, "words": edition.words}, request=request)
    parts = {one.value: _parts(edition, one) for one in found.recipients}
    return {"outcome": found.outcome.value, "html": html, "letters": parts}


def _parts(edition: Edition, recipient: Recipient) -> dict[str, str]:
    words, variant = edition.words, recipient.variant
    letter = show_letter(words, typed=None, wrong={}, turn=0, recipient=recipient)
    context = {"letter": letter, "words": words, "targets": letter.targets if letter else []}
    parts = {part: render_to_string(template, context).strip() for part, template in PARTS.items()}
    return {**parts, "text": variant["text"] if variant else ""}


def _kept(response: HttpResponse, edition: Edition, found: Finding) -> HttpResponse:
    if found.outcome not in KEPT:
        return private(public(response))
    response = public(response)
    response.headers["Cache-Control"] = f"public, max-age={_seconds_kept(edition, found)}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _seconds_kept(edition: Edition, found: Finding) -> int:
    """Where nobody sits today the list may be filled any moment, and everybody is to be shown it then."""
    is_missing = any(one.said is None for one in found.recipients)
    seconds = KEPT[Outcome.NONE] if is_missing else KEPT[found.outcome]
    return min(seconds, KEPT_OF_A_TABLE) if provider_of(edition.words) == Provider.TABLE else seconds
