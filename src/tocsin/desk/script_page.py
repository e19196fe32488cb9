"""One script: what it is, what became of it, and what may be done with it next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.desk.code_lines import CodeLine, difference
from tocsin.desk.frame import Crumb, Frame, show
from tocsin.desk.journal import note
from tocsin.desk.rights import (
    APPROVE_SCRIPTS,
    CHANGE_SCRIPTS,
    REMOVE_SCRIPTS,
    SEE_SCRIPTS,
    SWITCH_SCRIPTS_OFF,
    may,
)
from tocsin.desk.script_guard import guarded, who_is
from tocsin.desk.second_person import tell_of_script
from tocsin.pages.models import Script
from tocsin.pages.script_history import ScriptStep
from tocsin.pages.script_steps import Who, approve, ask_for_approval, may_decide, refuse, switch_off, switch_on
from tocsin.staff.refusals import note_refusal

STEPS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Step:
    """What one button does: who may, what is written into the log, and what is said."""

    right: tuple[str, ...]
    take: Callable[[Script, Who], bool]
    entry: str
    said: Promise


def _ask(found: Script, who: Who) -> bool:
    asked = ask_for_approval(found, who)
    if asked:
        tell_of_script(found, who.user)
    return asked


STEPS = {
    "ask": Step(
        CHANGE_SCRIPTS,
        _ask,
        "script_asked",
        gettext_lazy("Asked. Those who may approve scripts are told by mail, and find it on their first screen."),
    ),
    "on": Step(CHANGE_SCRIPTS, switch_on, "script_on", gettext_lazy("Switched on. Readers get it within seconds.")),
    "off": Step(
        SWITCH_SCRIPTS_OFF,
        switch_off,
        "script_off",
        gettext_lazy("Switched off. Readers get it no more within seconds."),
    ),
}


class RefusalForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is refused"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Whoever wrote it reads this."),
    )


@guarded(SEE_SCRIPTS)
def script(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(pk)
    return show(
        request,
        "desk/script.html",
        Frame(title=found.name, icon="code", crumbs=_crumbs()),
        script=found,
        history=_history(found),
        may_change=may(request.user, CHANGE_SCRIPTS),
        may_remove=may(request.user, REMOVE_SCRIPTS),
        may_switch_off=may(request.user, SWITCH_SCRIPTS_OFF),
        may_decide=_may_decide(request, found),
    )


@guarded(APPROVE_SCRIPTS, again=True)
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be approved, whole and as a difference; approving or refusing it names what was looked at."""
    found = _find(pk)
    if not may_decide(found, request.user):
        note_refusal(request)
        raise PermissionDenied
    form = RefusalForm(request.POST if "refuse" in request.POST else None)
    if request.method == "POST" and found.sha256 == request.POST.get("sha256"):
        if "approve" in request.POST:
            return _decided(request, found, "script_approved", approve)
        if form.is_valid():
            why = form.cleaned_data["reason"]
            return _decided(request, found, "script_refused", partial(refuse, reason=why))
    elif request.method == "POST":
        messages.warning(request, _("It was changed while you read it. This is what it is now."))
    return show(
        request,
        "desk/script_review.html",
        Frame(title=_("Approve “%(name)s”?") % {"name": found.name}, icon="code", crumbs=_crumbs(found)),
        status=422 if request.method == "POST" else 200,
        script=found,
        form=form,
        changes=_since_approved(found),
    )


@transaction.atomic
def _taken(request: HttpRequest, found: Script, entry: str, take: Callable[[Script, Who], bool]) -> bool:
    """The step and its line in the log: both, or neither."""
    done = take(found, who_is(request))
    if done:
        note(request, entry, found, sha256=found.sha256)
    return done


def _decided(request: HttpRequest, found: Script, entry: str, take: Callable[[Script, Who], bool]) -> HttpResponse:
    if _taken(request, found, entry, take):
        messages.success(request, _("Written down."))
    else:
        messages.warning(request, _("It does not wait for approval any more. Look at what became of it."))
    return HttpResponseRedirect(reverse("scripts:script", args=[found.pk]))


@require_POST
@guarded(SEE_SCRIPTS)
def take_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    chosen, found = STEPS.get(step), _find(pk)
    if chosen is None:
        raise Http404
    return guarded(chosen.right)(_step)(request, found, chosen)  # type: ignore[return-value]


def _step(request: HttpRequest, found: Script, chosen: Step) -> HttpResponse:
    if _taken(request, found, chosen.entry, chosen.take):
        messages.success(request, chosen.said)
    else:
        messages.warning(request, _("That is not possible any more. Look at what became of it."))
    return HttpResponseRedirect(_back(request, found))


def _back(request: HttpRequest, found: Script) -> str:
    """Where the button was pressed: the list, the hub, or the script's own page."""
    wished = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(wished, allowed_hosts=None)
    return wished if safe else reverse("scripts:script", args=[found.pk])


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the history; where it changed the code, line by line how."""

    step: ScriptStep
    changes: list[CodeLine]


def _history(found: Script) -> list[Told]:
    steps = list(found.steps.select_related("version")[:STEPS_SHOWN])
    versions = {version.number: version for version in found.versions.all()}
    told = []
    for step in steps:
        before = versions.get(step.version.number - 1)
        changed = step.what == ScriptStep.What.CHANGED and before is not None
        first = changed and _first_of(step, steps)
        told.append(Told(step, difference(before, step.version) if before is not None and first else []))
    return told


def _first_of(step: ScriptStep, steps: list[ScriptStep]) -> bool:
    """Whether this very step made its version: a new name alone makes none."""
    return not any(other.version_id == step.version_id and other.pk < step.pk for other in steps)


def _since_approved(found: Script) -> list[CodeLine]:
    """How it differs from what was approved last; nothing where nothing was, or it is the same."""
    last = found.steps.filter(what=ScriptStep.What.APPROVED).select_related("version").first()
    return difference(last.version, found) if last else []


def _may_decide(request: HttpRequest, found: Script) -> bool:
    return may(request.user, APPROVE_SCRIPTS) and may_decide(found, request.user)


def _find(pk: int) -> Script:
    return get_object_or_404(Script.objects.select_related("page", "page__locale", "added_by", "changed_by"), pk=pk)


def _crumbs(found: Script | None = None) -> list[Crumb]:
    inside = [(reverse("scripts:script", args=[found.pk]), found.name)] if found else []
    return [(reverse("scripts:index"), _("Scripts")), *inside]
