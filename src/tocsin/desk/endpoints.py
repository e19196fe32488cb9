"""Webhooks at the desk: which other software is told of what, how that goes, and a test. For administrators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets.button import HeaderButton

from tocsin.desk.again import ask_again
from tocsin.desk.endpoint_form import EndpointForm
from tocsin.desk.endpoint_rows import endpoint_rows, newest_calls, newest_test
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.other_software import OTHER_SOFTWARE, software_crumbs, software_tabs
from tocsin.desk.rights import MANAGE_STAFF, only
from tocsin.desk.shown_once import keep_secret, take_secret
from tocsin.outbox.calls import endpoints as steps
from tocsin.outbox.models import Call, Endpoint
from tocsin.staff.audit import name_of

WHICH = ("open", "given_up")


@only(MANAGE_STAFF)
@require_GET
def endpoints(request: HttpRequest) -> HttpResponse:
    """All of them, or what they are good for."""
    frame = Frame(
        title=OTHER_SOFTWARE,
        icon="link-external",
        buttons=[HeaderButton(_("Add an endpoint"), url=reverse("desk_endpoint_new"), icon_name="plus")],
    )
    rows = endpoint_rows(Endpoint.objects.all())
    return show(request, "desk/endpoints.html", frame, rows=rows, tabs=software_tabs("desk_endpoints"))


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _form(
            request, form, Frame(title=_("Add an endpoint"), icon="plus", crumbs=software_crumbs("desk_endpoints"))
        )
    endpoint: Endpoint = form.instance
    endpoint.made_by_name = name_of(request.user)
    with transaction.atomic():
        secret = steps.add(endpoint)
        _note(request, "endpoint_added", endpoint, **_told(endpoint))
    keep_secret(request, endpoint, secret)
    messages.success(request, _("Added. Copy its secret now: it is shown this once."))
    return _to(endpoint.pk)


@only(MANAGE_STAFF)
@require_GET
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: how it is doing, and its newest calls."""
    row = get_object_or_404(Endpoint, pk=pk)
    which = request.GET.get("which", "")
    return show(
        request,
        "desk/endpoint.html",
        Frame(title=row.name, icon="link-external", crumbs=software_crumbs("desk_endpoints")),
        endpoint=row,
        row=endpoint_rows([row])[0],
        secret=take_secret(request, row),
        test=newest_test(row),
        which=which if which in WHICH else "",
        calls=newest_calls(row, which),
    )


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Endpoint, pk=pk)
    form = EndpointForm(request.POST if request.method == "POST" else None, instance=row)
    if not form.is_valid():
        crumbs = [*software_crumbs("desk_endpoints"), (reverse("desk_endpoint", args=[pk]), row.name)]
        return _form(request, form, Frame(title=_("Change this endpoint"), icon="edit", crumbs=crumbs))
    with transaction.atomic():
        steps.change(row)
        _note(request, "endpoint_changed", row, **_told(row))
    messages.success(request, _("Changed."))
    return _to(pk)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def secret(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Endpoint, pk=pk)
    with transaction.atomic():
        another = steps.give_another_secret(pk)
        _note(request, "endpoint_secret_changed", row)
    keep_secret(request, row, another)
    messages.success(request, _("It has another secret. Copy it now: it is shown this once."))
    return _to(pk)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def off(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Switched off. What happens from now on is not told there.")
    return _take(request, pk, steps.switch_off, "endpoint_off", said)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def on(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Switched on. What waited for it goes out now.")
    return _take(request, pk, steps.switch_on, "endpoint_on", said)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """The worker sends it; the screen says what came of it."""
    row = get_object_or_404(Endpoint, pk=pk)
    with transaction.atomic():
        steps.send_test(row)
        _note(request, "endpoint_tested", row)
    return _to(pk)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def again(request: HttpRequest, pk: int, call_pk: int) -> HttpResponse:
    row = get_object_or_404(Endpoint, pk=pk)
    call = get_object_or_404(Call, pk=call_pk, endpoint=row)
    with transaction.atomic():
        sent = steps.send_again(call.pk)
        if sent:
            _note(request, "endpoint_call_again", row)
    if sent:
        messages.success(request, _("It is sent again, with the same webhook-id."))
    else:
        messages.warning(request, _("Somebody else was faster. Nothing was changed."))
    return _to(pk)


@only(MANAGE_STAFF)
@ask_again
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Endpoint, pk=pk)
    with transaction.atomic():
        _note(request, "endpoint_removed", row)
        steps.remove(pk)
    messages.success(request, _("“%(name)s” is removed.") % {"name": row.name})
    return HttpResponseRedirect(reverse("desk_endpoints"))


@only(MANAGE_STAFF)
@require_GET
def state(request: HttpRequest, pk: int) -> JsonResponse:  # noqa: ARG001
    """For the page's script: whether the test has its answer."""
    newest = newest_test(get_object_or_404(Endpoint, pk=pk))
    ended = newest is None or newest.call.standing != "waiting"
    return JsonResponse({"ended": ended, "done": 0, "rows": None})


def _take(request: HttpRequest, pk: int, step: Callable[[int], bool], entry: str, said: str) -> HttpResponse:
    """Done and written down, or neither."""
    row = get_object_or_404(Endpoint, pk=pk)
    with transaction.atomic():
        done = step(pk)
        if done:
            _note(request, entry, row)
    if done:
        messages.success(request, said)
    else:
        messages.warning(request, _("Somebody else was faster. Nothing was changed."))
    return _to(pk)


def _note(request: HttpRequest, entry: str, row: Endpoint, **more: Any) -> None:
    """Without its address: in some of them stands a key."""
    note(request, entry, row, title=row.name, campaign=row.campaign_ref, **more)


def _told(row: Endpoint) -> dict[str, Any]:
    return {"kinds": row.kinds, "with_people": row.with_people}


def _form(request: HttpRequest, form: EndpointForm, frame: Frame) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return show(request, "desk/endpoint_form.html", frame, status=status, form=form, back=frame.crumbs[-1][0])


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk_endpoint", args=[pk]))


ENDPOINTS: list[URLPattern] = [
    path("endpoints/", endpoints, name="desk_endpoints"),
    path("endpoints/new/", new, name="desk_endpoint_new"),
    path("endpoints/<int:pk>/", endpoint, name="desk_endpoint"),
    path("endpoints/<int:pk>/change/", change, name="desk_endpoint_change"),
    path("endpoints/<int:pk>/secret/", secret, name="desk_endpoint_secret"),
    path("endpoints/<int:pk>/off/", off, name="desk_endpoint_off"),
    path("endpoints/<int:pk>/on/", on, name="desk_endpoint_on"),
    path("endpoints/<int:pk>/remove/", remove, name="desk_endpoint_remove"),
    path("endpoints/<int:pk>/test/", test, name="desk_endpoint_test"),
    path("endpoints/<int:pk>/state.json", state, name="desk_endpoint_state"),
    path("endpoints/<int:pk>/calls/<int:call_pk>/again/", again, name="desk_endpoint_call_again"),
]
