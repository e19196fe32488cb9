"""The guard of the scripts' room: whoever lacks the right gets 403, and a line in the log (requirement B77)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, cast

from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase, HttpResponseForbidden
from django.utils.translation import gettext as _

from tocsin.desk.again import ask_again
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import may
from tocsin.pages.script_steps import Who

audit = logging.getLogger("tocsin.audit")

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


def _refused(request: HttpRequest) -> HttpResponseForbidden:
    audit.warning("scripts: user %s has no right to %s %s", request.user.pk, request.method, request.path)
    note(request, "script_denied", cast("Model", request.user), method=request.method, path=request.path)
    return HttpResponseForbidden(_("You have no right to change scripts. Ask an administrator."))
