"""API keys at the desk: which there are, a way to make one, which is shown once, and a way to end one at once."""

from __future__ import annotations

import base64

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets.button import HeaderButton

from tocsin.desk.again import ask_again
from tocsin.desk.frame import Crumb, Frame, show
from tocsin.desk.journal import note
from tocsin.desk.key_form import KeyForm
from tocsin.desk.rights import MANAGE_STAFF, only
from tocsin.lib.sealing import CannotOpen
from tocsin.lib.vault import vault
from tocsin.staff.audit import name_of
from tocsin.staff.key_ring import end_key, make_key
from tocsin.staff.models import ApiKey

KEYS_WORDS = gettext_lazy("API keys")
KEYS_PER_PAGE = 50
# In the session, sealed, from the button to the screen that shows it: a screen that is loaded again makes no other.
JUST_MADE = "desk_key_just_made"


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD"])
def keys(request: HttpRequest) -> HttpResponse:
    rows = ApiKey.objects.select_related("campaign").order_by("ended_at", "-made_at", "-pk")
    return show(
        request,
        "desk/keys.html",
        Frame(
            title=KEYS_WORDS,
            icon="key",
            buttons=[HeaderButton(_("New key"), url=reverse("desk_new_key"), icon_name="plus")],
        ),
        keys=Paginator(rows, KEYS_PER_PAGE).get_page(request.GET.get("p")),
        just_made=_just_made(request),
        base=settings.TOCSIN_BASE_URL.geturl().rstrip("/"),
    )


@only(MANAGE_STAFF)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        frame = Frame(title=_("New key"), icon="key", crumbs=_crumbs())
        return show(request, "desk/new_key.html", frame, status=422 if form.is_bound else 200, form=form)
    with transaction.atomic():
        kept, key = make_key(by_name=name_of(request.user), **form.made())
        note(request, "key_made", kept, campaign=kept.campaign_id, title=kept.name, scopes=kept.scopes)
    sealed = vault().seal([kept.pk, key], _context(request))
    request.session[JUST_MADE] = base64.b64encode(sealed).decode()
    return HttpResponseRedirect(reverse("desk_keys"))


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


def _just_made(request: HttpRequest) -> tuple[int, str] | None:
    """The number of the key that this browser has just made, and the key, once."""
    sealed = request.session.pop(JUST_MADE, None) if request.method == "GET" else None
    if sealed is None:
        return None
    try:
        pk, key = vault().open(base64.b64decode(sealed), _context(request))
    except CannotOpen:
        return None
    return pk, key


def _context(request: HttpRequest) -> bytes:
    return f"new key:{request.user.pk}".encode()


def _crumbs() -> list[Crumb]:
    return [(reverse("desk_keys"), KEYS_WORDS)]


KEYS: list[URLPattern] = [
    path("keys/", keys, name="desk_keys"),
    path("keys/new/", new_key, name="desk_new_key"),
    path("keys/<int:pk>/end/", end, name="desk_end_key"),
]
