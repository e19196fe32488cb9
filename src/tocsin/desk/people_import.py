"""Importing supporters: upload, say what was agreed to, see what would happen, do it, and take it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.actions.exporting.store import FILES
from tocsin.actions.importing import steps
from tocsin.actions.importing.files import FileIsGone
from tocsin.actions.importing.judge import LEFT_OUT, TAKEN
from tocsin.actions.importing.work import judged_first
from tocsin.desk.again import ask_again
from tocsin.desk.data_tabs import data_crumbs, data_tabs
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.people_import_form import LABELS, ConsentForm, PeopleFileForm
from tocsin.desk.rights import IMPORT_PEOPLE, only
from tocsin.supporters.models import SupporterImport

State = SupporterImport.State
UNDER_WAY = (State.READING, State.CHECKING, State.IMPORTING, State.UNDOING)
ROWS_SHOWN = 20
IMPORTS_SHOWN = 50


@only(IMPORT_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """What was imported, and the form for another file."""
    form = PeopleFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with transaction.atomic():
            kept = steps.begin(file_name=file.name, by=request.user, by_name=name_of(request.user))  # type: ignore[arg-type]
            note(request, "people_uploaded", kept)
        steps.upload(kept, file.chunks())
        return _to(kept.pk)
    return show(
        request,
        "desk/people_imports.html",
        Frame(title=_("Imports"), icon="upload", crumbs=data_crumbs(None)),
        status=422 if request.method == "POST" else 200,
        tabs=data_tabs(request, None, "imports"),
        form=form,
        imports=SupporterImport.objects.all()[:IMPORTS_SHOWN],
    )


@only(IMPORT_PEOPLE)
@require_GET
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import stands: being read, to be explained, to be carried out, or done."""
    kept = get_object_or_404(SupporterImport, pk=pk)
    return _page(request, kept, ConsentForm(kept))


@only(IMPORT_PEOPLE)
@require_GET
def state(request: HttpRequest, pk: int) -> JsonResponse:  # noqa: ARG001
    """For the page's script: how far it is."""
    kept = get_object_or_404(SupporterImport, pk=pk)
    rows = kept.rows or None
    return JsonResponse({"ended": kept.state not in UNDER_WAY, "done": kept.rows_done, "rows": rows})


@only(IMPORT_PEOPLE)
@require_POST
def check(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(SupporterImport, pk=pk)
    form = ConsentForm(kept, request.POST)
    if not form.is_valid():
        return _page(request, kept, form, status=422)
    if not steps.check(upload_pk=pk, columns=form.columns(), consent=form.consent()):
        messages.warning(request, _("This file went on meanwhile. Nothing was changed."))
    return _to(pk)


@only(IMPORT_PEOPLE)
@require_POST
def as_typed(request: HttpRequest, pk: int) -> HttpResponse:
    """Addresses that look mistyped, after somebody looked at them: taken as they stand, or left out again."""
    kept = get_object_or_404(SupporterImport, pk=pk)
    if not steps.take_as_typed(kept.pk, as_typed="yes" in request.POST):
        messages.warning(request, _("This file went on meanwhile. Nothing was changed."))
    return _to(pk)


@only(IMPORT_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """By a button; whoever was asked who they are comes back by an address, and finds the button again."""
    kept = get_object_or_404(SupporterImport, pk=pk)
    if request.method == "POST":
        with transaction.atomic():
            done = steps.carry_out(pk)
            if done:
                note(request, "people_imported", kept, rows=kept.rows, **_about(kept))
        if not done:
            messages.warning(request, _("This file went on meanwhile. Nothing was changed."))
    return _to(pk)


@only(IMPORT_PEOPLE)
@ask_again
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    kept = get_object_or_404(SupporterImport, pk=pk)
    with transaction.atomic():
        done = steps.take_back(pk)
        if done:
            note(request, "people_import_undone", kept)
    if not done:
        messages.warning(request, _("This import cannot be taken back now."))
    return _to(pk)


@only(IMPORT_PEOPLE)
@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def left_out(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The rows that are not taken, as they were, each with why: to mend and import again. By a button;
    whoever was asked who they are finds it again."""
    kept = get_object_or_404(SupporterImport, pk=pk)
    if request.method != "POST":
        return _to(pk)
    opened = FILES.pieces(kept.left_out_file) if kept.left_out_file else None
    if opened is None:
        messages.warning(request, _("This file was removed after two weeks."))
        return _to(pk)
    note(request, "people_left_out_downloaded", kept)
    response = StreamingHttpResponse(opened, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="left-out-{pk}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _page(request: HttpRequest, kept: SupporterImport, form: ConsentForm, *, status: int = 200) -> HttpResponse:
    return show(
        request,
        "desk/people_import.html",
        Frame(title=kept.file_name, icon="upload", crumbs=data_crumbs(None, "imports")),
        status=status,
        tabs=data_tabs(request, None, "imports"),
        kept=kept,
        form=form,
        under_way=kept.state in UNDER_WAY,
        to_explain=kept.state in (State.READ, State.CHECKED),
        taken=sum(kept.numbers.get(outcome, 0) for outcome in TAKEN),
        left_out=sum(kept.numbers.get(outcome, 0) for outcome in LEFT_OUT),
        said=form.said(),
        may_undo=kept.state == State.DONE or (kept.state == State.FAILED and kept.consents.exists()),
        **_first_rows(request, kept, form),
    )


def _first_rows(request: HttpRequest, kept: SupporterImport, form: ConsentForm) -> dict[str, Any]:
    """An example of each column, and once it was checked, the first rows with what would become of them."""
    if kept.state not in (State.READ, State.CHECKED):
        return {}
    try:
        first = judged_first(kept, ROWS_SHOWN)
    except FileIsGone:
        return {"gone": True}
    note(request, "people_listed", kept, list="import", rows=len(first))
    meaning = form.meanings()
    choices = [
        {"at": at, "name": name, "means": meaning.get(at, ""), "example": _example(first, at)}
        for at, name in enumerate(kept.columns)
    ]
    shown = first if kept.state == State.CHECKED else []
    return {"fields": LABELS.items(), "choices": choices, "first": shown}


def _example(first: list[Any], at: int) -> str:
    return next((one.row[at][:60] for one in first if at < len(one.row) and one.row[at]), "")


def _about(kept: SupporterImport) -> dict[str, object]:
    said = {name: kept.consent.get(name, "") for name in ("purpose", "basis", "source")}
    return said | ({"as_typed": True} if kept.mapping.get("as_typed") else {})


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk_import", args=[pk]))
