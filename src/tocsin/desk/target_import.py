"""Importing a file into a list of targets: upload, see what would happen, do it, and take it back."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin import messages

from tocsin.actions.target_changes import follow_import
from tocsin.campaigns import importing
from tocsin.campaigns.forms_of_address import OFFICE_KINDS
from tocsin.campaigns.import_columns import FIELDS
from tocsin.campaigns.import_file import MOST_BYTES, CannotBeRead
from tocsin.campaigns.import_plan import Planned, plan
from tocsin.campaigns.models import TargetImport, TargetList
from tocsin.campaigns.republish import tell_of_targets
from tocsin.desk.frame import Frame, list_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import ADD_TARGETS, CHANGE_LISTS, CHANGE_TARGETS, only

ROWS_SHOWN = 20
WRONG_SHOWN = 50
# What a spreadsheet would take for a formula. A telephone number and a negative number are none.
FORMULA = re.compile(r"[=@\t\r＝＠]|[+-](?![\d\s().-]+$)")


class UploadForm(forms.Form):
    """The file, and what a new target is where the file does not say."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), 5 MB and 5,000 rows at most. The first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )
    office_kind = forms.ChoiceField(
        label=gettext_lazy("Kind of office"),
        required=False,
        help_text=gettext_lazy("For new targets: decides how letters to them begin and end."),
        choices=[("", gettext_lazy("Another, or it does not matter")), *OFFICE_KINDS],
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Preferred language"),
        help_text=gettext_lazy("For new targets whose row does not say."),
        choices=settings.LANGUAGES,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Keep only the columns that are needed."))
        return file

    def keep(self, target_list: TargetList, by_name: str) -> TargetImport:
        """Raises CannotBeRead."""
        file = self.cleaned_data["file"]
        defaults = {name: self.cleaned_data[name] for name in ("office_kind", "language")}
        return importing.upload(
            data=file.read(), file_name=file.name, target_list=target_list, by_name=by_name, defaults=defaults
        )


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    target_list = get_object_or_404(TargetList, pk=pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = form.keep(target_list, _name_of(request.user))
        except CannotBeRead as why:
            form.add_error("file", str(why))
        else:
            return _to(kept.pk)
    frame = Frame(title=_("Import a file"), icon="upload", crumbs=list_crumbs(target_list))
    return show(request, "desk/import_upload.html", frame, form=form, status=422 if form.errors else 200)


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
@require_GET
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """What an uploaded file would do; or what it did, with the way back."""
    kept = _import(pk)
    title = kept.file_name
    frame = Frame(title=title, icon="upload", crumbs=list_crumbs(kept.target_list))
    if kept.state != TargetImport.State.UPLOADED:
        return show(request, "desk/import_done.html", frame, kept=kept, numbers=_done(kept), left_out=_left_out(kept))
    known = plan(kept)
    return show(
        request,
        "desk/import_plan.html",
        frame,
        kept=kept,
        numbers=known.numbers,
        taken=len(known.taken),
        first=known.rows[:ROWS_SHOWN],
        remarked=[row for row in known.remarked if row not in known.rows[:ROWS_SHOWN]][:WRONG_SHOWN],
        left_out=[row for row in known.left_out if row not in known.rows[:ROWS_SHOWN]][:WRONG_SHOWN],
        choices=_choices(kept),
    )


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
@require_POST
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes what each column means."""
    kept = _import(pk)
    chosen = {
        request.POST.get(f"column-{at}", ""): at
        for at in reversed(range(len(kept.columns)))  # of two columns that are said to be the same, the first
    }
    importing.map_columns(upload=kept, columns={name: at for name, at in chosen.items() if name})
    return _to(pk)


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
@require_POST
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    with transaction.atomic():
        done = importing.carry_out(pk)
        if done is not None:
            note(request, "targets_imported", done.target_list or done, targets=len(done.made), upload=done.pk)
    if done is None:
        messages.warning(request, _("This file was imported before, or its list is gone. Nothing was changed."))
        return _to(pk)
    follow_import(done.made)
    number = len(done.made)
    said = ngettext("%(number)s target was imported.", "%(number)s targets were imported.", number)
    messages.success(request, said % {"number": number})
    return _to(pk)


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    kept = _import(pk)
    with transaction.atomic():
        undone = importing.take_back(pk)
        if undone is not None:
            note(request, "import_undone", kept.target_list or kept, removed=undone.removed, upload=pk)
    if undone is None:
        messages.warning(request, _("This import was taken back before, or its list is gone. Nothing was changed."))
        return _to(pk)
    tell_of_targets(importing.targets_of(kept))
    said = _("Taken back: %(removed)s removed, %(restored)s as they were before.")
    messages.success(request, said % {"removed": undone.removed, "restored": undone.restored})
    if undone.kept:
        said = _("These stay, since letters went to them or a campaign writes to them: %(names)s.")
        messages.warning(
            request, said % {"names": ", ".join(undone.kept[:10]) + (" …" if len(undone.kept) > 10 else "")}
        )
    return _to(pk)


@only(CHANGE_LISTS, ADD_TARGETS, CHANGE_TARGETS)
@require_GET
def left_out(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """The rows that were not taken, as they were, each with why: to mend and import again."""
    kept = _import(pk)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="left-out-{kept.pk}.csv"'
    writer = csv.writer(response)
    writer.writerow([_("Reason"), *map(_harmless, kept.columns)])
    for row in _left_out(kept):
        writer.writerow([row.sentence, *map(_harmless, kept.rows[row.number - 2])])
    return response


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet reckons with. An import of ours takes the apostrophe away again."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _import(pk: int) -> TargetImport:
    kept = TargetImport.objects.select_related("target_list").filter(pk=pk, target_list__isnull=False).first()
    if kept is None:
        raise Http404
    return kept


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("target_list:import", args=[pk]))


def _left_out(kept: TargetImport) -> list[Planned]:
    """What was not taken when it was imported. Rows are judged by the file alone, so that it stays the same list."""
    made = {line["row"] for line in kept.made}
    return [row for row in plan(kept).left_out if row.number not in made]


def _done(kept: TargetImport) -> dict[str, int]:
    new = sum(line["new"] for line in kept.made)
    changed_ones = sum(bool(line["after"]) for line in kept.made if not line["new"])
    return {"new": new, "changed": changed_ones, "joined": len(kept.made) - new - changed_ones}


def _choices(kept: TargetImport) -> list[dict[str, Any]]:
    """Each column with what it is taken for, what it could be, and what stands in it."""
    meaning = {at: name for name, at in kept.mapping.get("columns", {}).items()}
    return [
        {
            "at": at,
            "name": name,
            "means": meaning.get(at, ""),
            "fields": FIELDS,
            "example": _example(row[at] for row in kept.rows if at < len(row)),
        }
        for at, name in enumerate(kept.columns)
    ]


def _example(cells: Iterable[str]) -> str:
    return next((cell[:60] for cell in cells if cell), "")


def _name_of(user: Any) -> str:
    name = user.get_full_name() if isinstance(user, AbstractUser) else ""
    return (name or str(user))[:160]
