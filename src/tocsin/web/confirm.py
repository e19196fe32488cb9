"""The link in the mail that asks whether it was you: a page with one button. Only the button does anything.

Scanners of mail servers follow every link, by GET or HEAD (B67): those change nothing. No cookie is asked, so no token
is needed: whoever has the key may press.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.actions import confirm as confirming
from tocsin.actions.receipts import receipt_key
from tocsin.web.answers import answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """The button, or, once it was pressed, what comes of it. Pressing it twice is pressing it once."""
    action_id = confirming.read_confirm_key(key)
    edition = confirming.edition_to_confirm(action_id) if action_id is not None else None
    if action_id is None or edition is None:
        raise Http404
    with translation.override(edition.language):
        if request.method != "POST":
            return answer(request, "web/confirm.html", edition.words)
        if not confirming.confirm(action_id):
            raise Http404
        return answer(request, "web/confirmed.html", edition.words, receipt_path=f"/receipt/{receipt_key(action_id)}/")
