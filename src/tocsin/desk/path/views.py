"""The screens of the path: each keeps what was entered, whichever button leads away from it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.desk.frame import Frame, show
from tocsin.desk.path.forms import StepForm
from tocsin.desk.path.keep import begin, finish, keep, outline_in, plan_of, plans_of
from tocsin.desk.path.make import make_drafts
from tocsin.desk.path.meanwhile import changed_meanwhile, mark_of
from tocsin.desk.path.models import Plan
from tocsin.desk.path.ready import brand_url
from tocsin.desk.path.steps import LAST, Step, address_of, beside, marks_of, steps_of
from tocsin.desk.path.what import BeginForm, languages_to_write_in
from tocsin.desk.rights import ADD_CAMPAIGNS, only
from tocsin.pages.making import brand_is_said

MOST_PLANS_SHOWN = 5


@only(ADD_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The first screen, before there is a plan."""
    if request.method != "POST":
        chosen = request.GET.get("with", "")
        return _beginning(request, BeginForm(request.user, initial={"begin_with": chosen} if chosen else {}))
    form = BeginForm(request.user, request.POST)
    if not form.is_valid():
        return _beginning(request, form, status=422)
    plan = begin(_somebody(request), form.outline(), at="demand")
    return HttpResponseRedirect(address_of(plan, "demand"))


def _beginning(request: HttpRequest, form: BeginForm, *, status: int = 200) -> HttpResponse:
    languages = [code for code, _name in languages_to_write_in(request.user)]
    return show(
        request,
        "desk/path/begin.html",
        _frame(_("New campaign")),
        status=status,
        form=form,
        marks=marks_of(None, "what"),
        plans=plans_of(request.user)[:MOST_PLANS_SHOWN],
        languages=languages,
        **_brand(languages),
    )


@only(ADD_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, plan_pk: int, name: str) -> HttpResponse:
    """One screen with a form. The last one is `desk/path/end.py`."""
    if request.method != "POST" or _is_typing(request):
        return _screen(request, plan_of(request.user, plan_pk), name)
    with transaction.atomic():
        return _screen(request, plan_of(request.user, plan_pk, to_change=True), name)


def _is_typing(request: HttpRequest) -> bool:
    """The script asks how it looks while somebody types: nothing is stored."""
    return request.headers.get("X-Part") == "look"


def _screen(request: HttpRequest, plan: Plan, name: str) -> HttpResponse:
    if plan.finished_at:
        return HttpResponseRedirect(_hub(plan))
    found = next((step for step in steps_of(plan) if step.name == name), None)
    if found is None or found.form is None:
        raise Http404
    if request.method != "POST":
        form = found.form(plan, request.user)
        return _page(request, found, form, mark=mark_of(form))
    form = found.form(plan, request.user, data=request.POST, files=request.FILES)
    return _looked_at(request, found, form) if _is_typing(request) else _posted(request, found, form)


def _looked_at(request: HttpRequest, found: Step, form: StepForm) -> HttpResponse:
    form.is_valid()
    form.keep()
    return render(request, f"desk/path/look_{found.name}.html", form.context())


def _posted(request: HttpRequest, found: Step, form: StepForm) -> HttpResponse:
    """Keeps what is right, unless somebody was faster. What is wrong holds up only whoever goes on."""
    plan, standing = form.plan, mark_of(form)
    if meanwhile := changed_meanwhile(form, request.POST.get("mark", "")):
        return _page(request, found, form, mark=standing, status=409, meanwhile=meanwhile, judged=None)
    right = form.is_valid()
    form.keep()
    to = _elsewhere(request, plan, found)
    if ("look" in request.POST or not right) and not to:
        return _stays(request, found, form, standing)
    _keep_all(request, plan, found)
    return HttpResponseRedirect(address_of(plan, to)) if to else _on(request, plan, found)


def _stays(request: HttpRequest, found: Step, form: StepForm, standing: str) -> HttpResponse:
    """The same screen again. What is right is kept in the plan; drafts wait until somebody goes on or leaves."""
    if form.plan.campaign is None:
        keep(form.plan, found.name)
        standing = mark_of(form)
    if "look" in request.POST:
        return _page(request, found, form.as_typed(), mark=standing)
    return _page(request, found, form, mark=standing, status=422)


def _keep_all(request: HttpRequest, plan: Plan, found: Step) -> None:
    keep(plan, found.name)
    if plan.campaign is not None:  # its drafts say what is planned: what stood in the plan alone would be forgotten
        make_drafts(plan, _somebody(request))


def _elsewhere(request: HttpRequest, plan: Plan, found: Step) -> str:
    """The screen that somebody wants to see before this one is finished; none for whoever goes on. The last one is
    reached by going on: it shows drafts that are made on the way."""
    to = request.POST.get("to", "")
    if to == "back":
        return beside(plan, found.name, -1)
    return to if to != LAST and any(step.name == to for step in steps_of(plan)) else ""


def _on(request: HttpRequest, plan: Plan, found: Step) -> HttpResponse:
    """To the next screen. From the one before the last, or back to the last, the drafts are made as planned."""
    to = LAST if request.POST.get("to") == LAST else beside(plan, found.name, 1)
    if to == LAST or plan.campaign is not None:
        if missing := _first_unready(plan):
            messages.warning(request, _("Before there can be a draft, this is needed."))
            return HttpResponseRedirect(address_of(plan, missing))
        if plan.campaign is None:
            make_drafts(plan, _somebody(request))
    keep(plan, to)
    return HttpResponseRedirect(address_of(plan, to))


def _first_unready(plan: Plan) -> str:
    """The screen on which a title is missing, without which there can be no draft. All else may come later."""
    outline = outline_in(plan)
    untitled = [one for one in outline["languages"] if not str(outline["words"][one].get("title", "")).strip()]
    return "demand" if untitled else ""


def _page(
    request: HttpRequest, found: Step, form: StepForm, *, mark: str, status: int = 200, **said: Any
) -> HttpResponse:
    """`mark` is of what stands there, and comes back with the form."""
    return show(
        request,
        form.template,
        _frame(_("New campaign: %(name)s") % {"name": form.outline["name"]}),
        status=status,
        plan=form.plan,
        step=found,
        form=form,
        mark=mark,
        marks=marks_of(form.plan, found.name),
        **said,
        **_brand(form.spoken),
        **form.context(),
    )


@only(ADD_CAMPAIGNS)
@require_POST
def throw_away(request: HttpRequest, plan_pk: int) -> HttpResponse:
    """Forgets a plan. A campaign that was made of it stays, with its drafts."""
    finish(plan_of(request.user, plan_pk))
    messages.success(request, _("Thrown away."))
    return HttpResponseRedirect(reverse("campaign:new"))


def _brand(languages: list[str]) -> dict[str, Any]:
    return {"brand_is_said": brand_is_said(languages), "brand_url": brand_url()}


def _hub(plan: Plan) -> str:
    return reverse("campaign:hub", args=[plan.campaign.pk]) if plan.campaign else reverse("campaign:new")


def _frame(title: str) -> Frame:
    return Frame(title=title, icon="desk-bell", crumbs=[(reverse("campaign:index"), _("Campaigns"))])


def _somebody(request: HttpRequest) -> Any:
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user
