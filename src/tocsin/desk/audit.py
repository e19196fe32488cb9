"""What staff did, to read, to filter and to take along; and whether the log still is as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.reports.audit_logging import LogEntriesView

from tocsin.campaigns.models import Campaign
from tocsin.desk.again import ask_again
from tocsin.desk.audit_list import Wanted, every_line, screenful
from tocsin.desk.audit_words import words_of
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import Kind, note
from tocsin.desk.rights import SEE_AUDIT, only
from tocsin.lib.csvlines import csv_lines
from tocsin.staff.models import AuditProof

MOST_TO_CHOOSE_FROM = 500
COLUMNS = ("line", "at", "who", "kind", "what", "words", "about", "campaign", "details", "address", "before", "sha256")


@only(SEE_AUDIT)
@require_http_methods(["GET", "HEAD"])
def audit(request: HttpRequest) -> HttpResponse:
    wanted = Wanted.asked_by(request.GET)
    return show(
        request,
        "desk/audit.html",
        Frame(title=_("What staff did"), icon="history"),
        wanted=wanted,
        found=screenful(wanted, request.GET),
        people=User.objects.order_by("last_name", "first_name", "username")[:MOST_TO_CHOOSE_FROM],
        campaigns=Campaign.objects.order_by("name")[:MOST_TO_CHOOSE_FROM],
        kinds=Kind.choices,
        proof=AuditProof.objects.order_by("-pk").first(),
    )


@only(SEE_AUDIT)
@ask_again
@require_POST
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The lines that are chosen, streamed. That somebody took them along is a line itself."""
    wanted = Wanted.asked_by(request.GET)
    note(request, "audit_exported", get_object_or_404(User, pk=request.user.pk), which=wanted.query())
    lines = csv_lines(_rows(wanted, get_language() or settings.LANGUAGE_CODE), for_spreadsheet=True)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _rows(wanted: Wanted, language: str) -> Iterator[tuple[Any, ...]]:
    """In the language of whoever asked: they are written when the answer has left the desk, which knows it."""
    yield COLUMNS
    for line in every_line(wanted):
        yield (
            line.pk,
            line.at,
            line.who_name,
            line.kind,
            line.what,
            _said(line.what, language),
            line.about,
            line.campaign_ref,
            json.dumps(line.details, ensure_ascii=False, sort_keys=True),
            line.address,
            line.before,
            line.sha256,
        )


def _said(what: str, language: str) -> str:
    with override(language):
        return words_of(what)


# Wagtail shows its history to everybody who may enter. These stand before its own addresses, in the root table.
SITE_HISTORY: list[URLPattern] = [
    path(f"reports/site-history/{part}", never_cache(require_admin_access(only(SEE_AUDIT)(view))))
    for part, view in (("", LogEntriesView.as_view()), ("results/", LogEntriesView.as_view(results_only=True)))
]
AUDIT: list[URLPattern] = [
    path("audit/", audit, name="desk_audit"),
    path("audit/lines.csv", export, name="desk_audit_export"),
]
