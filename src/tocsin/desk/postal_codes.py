"""Tables of postal codes at the desk: load a file, see what it says, use it, and go back to the one before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.actions.postal_codes import jobs, steps
from tocsin.actions.postal_codes.files import FILES, KEPT_FOR, LIMITS
from tocsin.campaigns.models import Campaign, PostalTable, Provider, TableDivision, Target, Targeting, TargetList
from tocsin.campaigns.targeting.answers import Outcome, Place
from tocsin.campaigns.targeting.names import plain_name
from tocsin.campaigns.targeting.table import look_up_in_table
from tocsin.campaigns.targeting.tables import nothing_to_look_up_in
from tocsin.desk.frame import Crumb, Frame, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import CHANGE_LISTS, only
from tocsin.lib.places import countries_in
from tocsin.lib.postalcode import NotAPostalCode, read_postal_code

State = PostalTable.State
TABLES_SHOWN = 50
RIDINGS_NAMED = 20
# One code in so many may come to nothing from one year to the next; not more.
MANY = 20
MOST_RIDINGS_SHOWN = 1_500


class PostalFileForm(forms.Form):
    """The file, and whose postal codes it holds."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
        help_text=gettext_lazy(
            "CSV or Excel (.xlsx), packed (.zip, .gz) or not, 60 MB at most. Packed, a million rows fit."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.zip,.gz"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Whose postal codes they are"), initial="CA")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        if isinstance(field, forms.ChoiceField):
            field.choices = countries_in(get_language() or settings.LANGUAGE_CODE)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LIMITS.bytes:
            raise forms.ValidationError(_("The file is larger than 60 MB. Pack it (.zip) and take that."))
        return file


@only(CHANGE_LISTS)
@require_http_methods(["GET", "HEAD", "POST"])
def tables(request: HttpRequest) -> HttpResponse:
    """The table in use, a code to try in it, those that were loaded, and the form for another."""
    form = PostalFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _to(_begun(request, form).pk)
    used = PostalTable.objects.filter(state=State.USED).first()
    return show(
        request,
        "desk/postal_tables.html",
        Frame(title=_("Postal codes"), icon="table"),
        status=422 if request.method == "POST" else 200,
        form=form,
        used=used,
        nothing=nothing_to_look_up_in(),
        tables=PostalTable.objects.all()[:TABLES_SHOWN],
        tried=_tried(request, used),
    )


def _begun(request: HttpRequest, form: PostalFileForm) -> PostalTable:
    file = form.cleaned_data["file"]
    with transaction.atomic():
        row = steps.begin(file_name=file.name, country=form.cleaned_data["country"], by_name=name_of(request.user))
        note(request, "postal_codes_uploaded", row)
    steps.upload(row, file.chunks())
    return row


@only(CHANGE_LISTS)
@require_GET
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """One table: how far its reading is, what it says, or what became of it."""
    row = get_object_or_404(PostalTable, pk=pk)
    is_there = row.state in (State.READ, State.USED, State.FORMER)
    return show(
        request,
        "desk/postal_table.html",
        Frame(title=row.file_name, icon="table", crumbs=_crumbs()),
        table=row,
        under_way=row.state in jobs.STEPS,
        is_there=is_there,
        may_use=row.state in steps.MAY_BE_USED and bool(row.rows),
        may_remove=row.state in steps.MAY_BE_REMOVED,
        lacks_many=_lacks_many(row),
        former=steps.former() if row.state == State.USED else None,
        gone_at=row.state_since + KEPT_FOR if steps.goes_by_itself(row) else None,
        ridings=_ridings_of(row)[:MOST_RIDINGS_SHOWN] if is_there else (),
        lists=list(_lists_and(row)) if is_there and row.rows else [],
        tried=_tried(request, row) if is_there else None,
    )


@only(CHANGE_LISTS)
@require_GET
def state(request: HttpRequest, pk: int) -> JsonResponse:  # noqa: ARG001
    """For the page's script: how far it is."""
    row = get_object_or_404(PostalTable, pk=pk)
    return JsonResponse({"ended": row.state not in jobs.STEPS, "done": row.rows_done, "rows": row.rows or None})


@only(CHANGE_LISTS)
@require_POST
def use(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("In use: from now on campaigns look postal codes up in “%(name)s”.")
    return _take(request, pk, steps.use, "postal_codes_used", said)


@only(CHANGE_LISTS)
@require_POST
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    said = _("Taken back: it is as it was before this table was used.")
    return _take(request, pk, steps.take_back, "postal_codes_taken_back", said)


@only(CHANGE_LISTS)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    return _take(request, pk, steps.remove, "postal_codes_removed")


def _take(request: HttpRequest, pk: int, step: Callable[[int], bool], entry: str, said: str = "") -> HttpResponse:
    """Done and written down, or neither."""
    row = get_object_or_404(PostalTable, pk=pk)
    with transaction.atomic():
        done = step(pk)
        if done:
            note(request, entry, row, codes=row.numbers.get("codes", 0))
    if not done:
        messages.warning(request, _("This table went on meanwhile. Nothing was changed."))
    elif said:
        messages.success(request, said % {"name": row})
    return _to(pk)


@only(CHANGE_LISTS)
@require_GET
def left_out(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The rows that could not be understood, as they were, each with why: to mend and load again."""
    row = get_object_or_404(PostalTable, pk=pk)
    opened = FILES.pieces(row.left_out_file) if row.left_out_file else None
    if opened is None:
        messages.warning(request, _("This file was removed after two weeks."))
        return _to(pk)
    response = StreamingHttpResponse(opened, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="left-out-{pk}.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


# ── what is shown of a table ────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Tried:
    """A code that somebody tries, and what a table says of it."""

    code: str
    places: tuple[Place, ...] = ()
    wrong: bool = False


def _tried(request: HttpRequest, row: PostalTable | None) -> Tried | None:
    asked = request.GET.get("code", "").strip()[:20]
    if not asked:
        return None
    try:
        code = read_postal_code(asked, row.country if row else "CA")
    except NotAPostalCode:
        return Tried(asked, wrong=True)
    found = look_up_in_table(code, row.name if row else "")
    return Tried(code, () if found.outcome == Outcome.UNAVAILABLE else found.places)


@dataclass(frozen=True, slots=True)
class ListAndTable:
    """How many of a table's ridings have somebody in a list that campaigns write to by postal code."""

    target_list: TargetList
    found: int
    ridings: int
    nobody: list[str]

    @property
    def said(self) -> str:
        said = ngettext(
            "has somebody for %(found)s of %(ridings)s riding.",
            "has somebody for %(found)s of %(ridings)s ridings.",
            self.ridings,
        )
        return said % {"found": self.found, "ridings": self.ridings}


def _lacks_many(row: PostalTable) -> bool:
    """Whether it looks like a part of a file: many codes of the table before it are not in it."""
    gone: int = row.numbers.get("gone", 0)
    return gone > row.rows // MANY


def _ridings_of(row: PostalTable) -> QuerySet[TableDivision]:
    return TableDivision.objects.filter(table=row.name).order_by("name", "division")


def _lists_and(row: PostalTable) -> Iterator[ListAndTable]:
    asking = Campaign.objects.filter(targeting=Targeting.POSTAL_CODE, provider=Provider.TABLE)
    ridings = list(_ridings_of(row).values_list("division", "name"))
    for target_list in TargetList.objects.filter(campaigns__in=asking).distinct().order_by("name"):
        yield _list_and(target_list, ridings)


def _list_and(target_list: TargetList, ridings: list[tuple[str, str]]) -> ListAndTable:
    """As who.py finds them: by the division, or by the riding's name where a target has no more than that."""
    members = Target.objects.filter(memberships__target_list=target_list).values_list("division", "division_name")
    divisions, names = set[str](), set[str]()
    for division, name in members.distinct():
        (divisions.add(division) if division else names.add(plain_name(name)))
    nobody = [name or code for code, name in ridings if code not in divisions and plain_name(name) not in names - {""}]
    return ListAndTable(target_list, len(ridings) - len(nobody), len(ridings), nobody[:RIDINGS_NAMED])


def _crumbs() -> list[Crumb]:
    return [(reverse("desk_postal_codes"), _("Postal codes"))]


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("desk_postal_table", args=[pk]))


POSTAL_CODES: list[URLPattern] = [
    path("postal-codes/", tables, name="desk_postal_codes"),
    path("postal-codes/<int:pk>/", table, name="desk_postal_table"),
    path("postal-codes/<int:pk>/state.json", state, name="desk_postal_table_state"),
    path("postal-codes/<int:pk>/use/", use, name="desk_postal_table_use"),
    path("postal-codes/<int:pk>/take-back/", take_back, name="desk_postal_table_take_back"),
    path("postal-codes/<int:pk>/remove/", remove, name="desk_postal_table_remove"),
    path("postal-codes/<int:pk>/left-out.csv", left_out, name="desk_postal_table_left_out"),
]
