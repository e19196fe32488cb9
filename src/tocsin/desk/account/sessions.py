"""Where somebody is signed in: each browser, and how to end what is not theirs any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tocsin.desk.account.inside import OWN
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note

# The first that is found names the browser: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One browser that is signed in."""

    pk: int
    browser: str
    address: str
    since: datetime
    here: bool


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """By POST with `end`: one session by its number, or all the others."""
    if request.method == "POST":
        _end(request, request.POST.get("end", ""))
        return HttpResponseRedirect(request.path)
    UserSession.objects.create_from_request(request)  # one that began before sessions were listed
    frame = Frame(
        title=_("Where you are signed in"),
        icon="desktop",
        crumbs=[(reverse("wagtailadmin_account"), _("Account")), (reverse("mfa_index"), OWN)],
    )
    return show(request, "desk/account/sessions.html", frame, places=_places(request))


def _places(request: HttpRequest) -> list[Place]:
    found = [
        Place(one.pk, browser_of(one.user_agent), one.ip, one.created_at, one.is_current())
        for one in UserSession.objects.purge_and_list(request.user)
    ]
    return sorted(found, key=lambda place: (not place.here, -place.since.timestamp()))


def _end(request: HttpRequest, which: str) -> None:
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    chosen = list(others if which == "others" else others.filter(pk=which) if which.isdecimal() else [])
    for session in chosen:
        session.end()
    if chosen:
        note(request, "sessions_ended", request.user, sessions=len(chosen))  # type: ignore[arg-type]
        messages.success(request, _("Signed out there."))


def browser_of(user_agent: str) -> str:
    """“Firefox, Windows”, or as much of it as can be told."""
    known = [next((name for mark, name in names.items() if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known)) or _("An unknown browser")
