"""The guard of the scripts' room: whoever lacks the right gets 403, and it is written down (requirement B77)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from tocsin.desk.again import ask_again
from tocsin.desk.frame import Frame, show
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import may
from tocsin.pages.script_steps import Who
from tocsin.staff.refusals import note_refusal

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def guarded[**P](right: tuple[str, ...], *, again: bool = False) -> Callable[[View[P]], View[P]]:
    """Only for those with the right. `again`: they are asked who they are once more, after that is clear."""

    def decorate(view: View[P]) -> View[P]:
        inside = ask_again(view) if again else view

        @wraps(view)
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return inside(request, *args, **kwargs) if may(request.user, right) else _refused(request)

        return answer

    return decorate


def who_is(request: HttpRequest) -> Who:
    return Who(request.user, name_of(request.user))


def _refused(request: HttpRequest) -> HttpResponse:
    note_refusal(request)
    said = _("You have no right to change scripts. Ask an administrator.")
    return show(request, "desk/refused.html", Frame(_("Scripts"), "code"), status=403, said=said)
