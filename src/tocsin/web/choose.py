"""The link in the mail that asks where somebody lives: their postal code lies in several ridings. They choose here.

As in web/confirm.py, only the button does anything.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.actions import choose as choosing
from tocsin.actions.finding import recipients_in
from tocsin.actions.form import ShownSearch
from tocsin.actions.receipts import receipt_key
from tocsin.actions.way_contract import DIVISION, LOOK_AGAIN
from tocsin.web.answers import answer
from tocsin.web.find import CHOOSE


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, key: str) -> HttpResponse:
    """What there is to choose from; once it was chosen, what was."""
    action_id = choosing.read_choice_key(key)
    choice = choosing.choice_of(action_id) if action_id is not None else None
    if action_id is None or choice is None:
        raise Http404
    with translation.override(choice.edition.language):
        if request.method != "POST":
            return _page(request, choice, action_id)
        chosen = str(request.POST.get(DIVISION, "")).removeprefix(LOOK_AGAIN)
        if choosing.choose(action_id, chosen):
            return _page(request, choosing.Choice(choice.edition, choice.found, chosen), action_id)
        return _page(request, choice, action_id, wrong=not choice.chosen)


def _page(request: HttpRequest, choice: choosing.Choice, action_id: int, *, wrong: bool = False) -> HttpResponse:
    names = {place.division: place.name for place in choice.found.places}
    return answer(
        request,
        "web/choose.html",
        choice.edition.words,
        status=422 if wrong else 200,
        chosen=names.get(choice.chosen, choice.chosen),
        search=ShownSearch("", recipients_in(choice.edition.words, choice.found), str(CHOOSE) if wrong else ""),
        receipt_path=f"/receipt/{receipt_key(action_id)}/",
    )
