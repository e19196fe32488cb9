"""Erases one person at their wish: a page that says what will happen, and one press. By a data officer."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from tocsin.actions.ending.erase import Erased, StillLeaving, erase_person, what_would_be_erased
from tocsin.actions.exporting.store import UPLOADS_ARE_KEPT_FOR, kept_for
from tocsin.actions.models import Action
from tocsin.desk.again import ask_again
from tocsin.desk.data_tabs import data_crumbs, data_tabs
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.rights import ERASE_PEOPLE, only
from tocsin.supporters.models import Supporter


class EraseForm(forms.Form):
    """What becomes of letters that wait."""

    let_leave = forms.BooleanField(
        label=gettext_lazy("They want their letters that wait to leave all the same"),
        required=False,
        help_text=gettext_lazy("Their words are removed the night after they left."),
    )


@only(ERASE_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    supporter = get_object_or_404(Supporter, pk=pk)
    return _asked(request, supporter, bytes(supporter.email_digest))


@only(ERASE_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def erase_by_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Of whoever never became a supporter: their action was held, blocked or not confirmed."""
    action = get_object_or_404(Action, pk=pk, ended_at=None)
    return _asked(request, action, bytes(action.email_digest))


def _asked(request: HttpRequest, about: Supporter | Action, digest: bytes) -> HttpResponse:
    if request.method != "POST":
        return _page(request, digest)
    form = EraseForm(request.POST)
    try:
        erased = _erased(request, about, digest, let_leave=form.is_valid() and form.cleaned_data["let_leave"])
    except StillLeaving:
        messages.warning(request, _("A mail of theirs is being handed over at this moment. Try again in a minute."))
        return _page(request, digest, status=409)
    messages.success(request, _said(erased))
    return HttpResponseRedirect(reverse("desk_find_person"))


@transaction.atomic
def _erased(request: HttpRequest, about: Model, digest: bytes, *, let_leave: bool) -> Erased:
    """The line of the log names a number that nobody has any more, and says how many actions it was about."""
    erased = erase_person(digest, let_leave=let_leave)
    note(request, "person_erased", about, campaign=None, actions=erased.actions, stopped=erased.mails_stopped)
    return erased


def _said(erased: Erased) -> str:
    return ngettext(
        "Erased. %(number)d action stays in the number, without them.",
        "Erased. %(number)d actions stay in the numbers, without them.",
        erased.actions,
    ) % {"number": erased.actions}


def _page(request: HttpRequest, digest: bytes, *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "desk/erase.html",
        Frame(title=_("Erase this person"), icon="bin", crumbs=data_crumbs(None, "supporters")),
        status=status,
        tabs=data_tabs(request, None, "supporters"),
        what=what_would_be_erased(digest),
        erase_form=EraseForm(),
        days_of_exports=kept_for().days,
        days_of_uploads=UPLOADS_ARE_KEPT_FOR.days,
    )
