"""API keys at the desk: which there are, a way to make one, which is shown once, and a way to end one at once."""

from __future__ import annotations

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions.lists.wanted import number
from tocsin.desk.again import ask_again
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.key_form import KeyForm
from tocsin.desk.other_software import OTHER_SOFTWARE, software_crumbs, software_tabs
from tocsin.desk.rights import MANAGE_STAFF, only
from tocsin.desk.shown_once import keep_secret, take_secret
from tocsin.staff.audit import name_of
from tocsin.staff.key_ring import end_key, make_key
from tocsin.staff.models import ApiKey

KEYS_PER_PAGE = 50


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD"])
def keys(request: HttpRequest) -> HttpResponse:
    rows = ApiKey.objects.select_related("campaign").order_by("ended_at", "-made_at", "-pk")
    return show(
        request,
        "desk/keys.html",
        Frame(
            title=OTHER_SOFTWARE,
            icon="link-external",
            buttons=[HeaderButton(_("New key"), url=reverse("desk_new_key"), icon_name="plus")],
        ),
        keys=Paginator(rows, KEYS_PER_PAGE).get_page(request.GET.get("p")),
        just_made=_just_made(request),
        tabs=software_tabs("desk_keys"),
        base=settings.TOCSIN_BASE_URL.geturl().rstrip("/"),
    )


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        frame = Frame(title=_("New key"), icon="key", crumbs=software_crumbs("desk_keys"))
        return show(request, "desk/new_key.html", frame, status=422 if form.is_bound else 200, form=form)
    with transaction.atomic():
        kept, key = make_key(by_name=name_of(request.user), **form.made())
        note(request, "key_made", kept, campaign=kept.campaign_id, title=kept.name, scopes=kept.scopes)
    keep_secret(request, kept, key)
    return HttpResponseRedirect(f"{reverse('desk_keys')}?made={kept.pk}")


@only(MANAGE_STAFF)
@ask_again
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk)
    with transaction.atomic():
        ended = end_key(key, name_of(request.user))
        if ended:
            note(request, "key_ended", key, campaign=key.campaign_id, title=key.name)
    if ended:
        messages.success(request, _("Ended. Whatever shows this key is refused from now on."))
    else:
        messages.warning(request, _("It was ended before."))
    return HttpResponseRedirect(reverse("desk_keys"))


def _just_made(request: HttpRequest) -> str:
    """The key that this browser has just made, once."""
    made = ApiKey.objects.filter(pk=number(request.GET.get("made")) or 0).first()
    return take_secret(request, made) if made else ""


KEYS: list[URLPattern] = [
    path("keys/", keys, name="desk_keys"),
    path("keys/new/", new_key, name="desk_new_key"),
    path("keys/<int:pk>/end/", end, name="desk_end_key"),
]
