"""Hands a person all that is kept of them: one button, a ZIP of JSON, CSV and a page to read, in their language."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tocsin.actions.models import Action
from tocsin.desk.again import ask_again
from tocsin.desk.journal import note
from tocsin.desk.rights import ERASE_PEOPLE, only
from tocsin.desk.their_data import TheirData, language_of, their_data
from tocsin.desk.their_mails import Cell, Table
from tocsin.lib.csvlines import csv_lines, written
from tocsin.supporters.models import Supporter


@only(ERASE_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def take_along(request: HttpRequest, pk: int) -> HttpResponse:
    """By a button, so that nothing that merely looks ahead fetches it."""
    supporter = get_object_or_404(Supporter, pk=pk)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("desk_supporter", args=[pk]))
    return _file(request, supporter, bytes(supporter.email_digest))


@only(ERASE_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def take_along_by_action(request: HttpRequest, pk: int) -> HttpResponse:
    """Of whoever never became a supporter."""
    action = get_object_or_404(Action, pk=pk, ended_at=None)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("desk_find_person"))
    return _file(request, action, bytes(action.email_digest))


def _file(request: HttpRequest, about: Supporter | Action, digest: bytes) -> HttpResponse:
    note(request, "person_taken_along", about, campaign=None)
    language = language_of(digest)
    with translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        response = HttpResponse(packed(their_data(digest)), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{timezone.now():%Y-%m-%d}.zip"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def packed(data: TheirData) -> bytes:
    """Call with the person's language active."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_("read-me.html"), _page(data))
        archive.writestr("data.json", _as_json(data))
        for table in data.tables:
            archive.writestr(f"{table.name}.csv", b"".join(csv_lines(_lines(table), for_spreadsheet=True)))
        for name, mail in data.mails.items():
            archive.writestr(f"mails/{name}", mail)
    return file.getvalue()


def _page(data: TheirData) -> str:
    return render_to_string("desk/their_data.html", {"data": data, "html_lang": translation.get_language()})


def _lines(table: Table) -> list[list[Cell]]:
    return [list(table.columns.values()), *([_plain(cell) for cell in row] for row in table.rows)]


def _plain(cell: Cell) -> Cell:
    return str(cell) if not isinstance(cell, bool | int) and not hasattr(cell, "astimezone") else cell


def _as_json(data: TheirData) -> str:
    """For programs: keys that are the same in every language."""
    said = {
        table.name: [{key: written(cell) for key, cell in zip(table.columns, row, strict=True)} for row in table.rows]
        for table in data.tables
    }
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
