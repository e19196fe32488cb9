"""A file of signature sheets: each row a line of the ledger, all of them seen before any is added."""

from __future__ import annotations

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from tocsin.campaigns import evidence
from tocsin.campaigns.import_file import CannotBeRead
from tocsin.campaigns.ledger import add_lines, reckon_alone, words_there
from tocsin.campaigns.ledger_file import Sheet, a_past_day, read_sheets
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.kept_evidence import Draft, EvidenceField, carried, new_draft
from tocsin.desk.ledger import effect_of, name_of, said_of
from tocsin.desk.rights import ADD_LEDGER_LINES, APPROVE_ENTRIES, SEE_CAMPAIGNS, may, of_campaign
from tocsin.desk.second_person import tell_of_lines

ROWS_SHOWN = 50
SCREEN = ":sheets"


class SheetsForm(forms.Form):
    file = EvidenceField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
        help_text=gettext_lazy(
            "CSV, with the columns date, people and sheet. It is kept, sealed, as what shows these lines."
        ),
    )


@of_campaign(SEE_CAMPAIGNS, ADD_LEDGER_LINES)
@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    draft = carried(request, campaign, SCREEN) if request.method == "POST" else None
    if draft is not None:
        try:
            return _add(request, campaign, draft)
        except CannotBeRead as why:  # it was seen before: its file, or the key that opens it, is gone since
            messages.error(request, str(why))
            return HttpResponseRedirect(reverse("campaign:ledger_sheets", args=[campaign.pk]))
    form = SheetsForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, campaign, form=SheetsForm())
    if not form.is_valid():
        return _page(request, campaign, status=422, form=form)
    return _seen(request, campaign, form)


def _seen(request: HttpRequest, campaign: Campaign, form: SheetsForm) -> HttpResponse:
    draft = new_draft(None, form.cleaned_data["file"])
    try:
        rows = _rows(draft)
    except CannotBeRead as why:
        form.add_error("file", str(why))
        return _page(request, campaign, status=422, form=form)
    good, known = _good_and_known(campaign, rows)
    people = sum(row.people for row in good)
    return _page(
        request,
        campaign,
        rows=good[:ROWS_SHOWN],
        good=len(good),
        known=known[:ROWS_SHOWN],
        known_rows=len(known),
        wrong=[row for row in rows if row.wrong][:ROWS_SHOWN],
        preview=effect_of(campaign, request, people, people),
        carried=draft.sealed(request, campaign, SCREEN),
    )


def _add(request: HttpRequest, campaign: Campaign, draft: Draft) -> HttpResponse:
    if lines := _added(request, campaign, draft):
        messages.success(request, said_of(campaign, len(lines), waits=lines[0].needs_approval))
    else:
        messages.warning(request, _("These lines are in the ledger already. They were added once."))
    return HttpResponseRedirect(reverse("campaign:ledger", args=[campaign.pk]))


def _good_and_known(campaign: Campaign, rows: list[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """The rows to add, and those that are in the ledger word for word: most often somebody took a file twice."""
    there = words_there(campaign, CounterEntry.Source.PAPER)
    good = [row for row in rows if not row.wrong]
    return [row for row in good if row.words not in there], [row for row in good if row.words in there]


def _lines(campaign: Campaign, draft: Draft) -> list[CounterEntry]:
    good, _known = _good_and_known(campaign, _rows(draft))
    return [
        CounterEntry(
            source=CounterEntry.Source.PAPER,
            people=row.people,
            reason=row.reason,
            counted_on=row.day,
            evidence=draft.file,
            key=f"{draft.key}:{row.row}",
        )
        for row in good
        if row.day is not None
    ]


@transaction.atomic
def _added(request: HttpRequest, campaign: Campaign, draft: Draft) -> list[CounterEntry]:
    """The lines that were added now; what is there is looked at alone, since two may take the same file at once."""
    reckon_alone(campaign)
    lines, may_approve = _lines(campaign, draft), may(request.user, APPROVE_ENTRIES, campaign)
    if not lines or not add_lines(lines, campaign, request.user, name_of(request.user), may_approve=may_approve):
        return []
    people = sum(line.people for line in lines)
    note(request, "ledger_imported", campaign, lines=len(lines), people=people)
    tell_of_lines(campaign, lines, request.user)
    return lines


def _rows(draft: Draft) -> list[Sheet]:
    """Raises CannotBeRead, also where the file is something else or is gone."""
    opened = evidence.FILES.pieces(draft.file) if draft.kind == "CSV" else None
    if opened is None:
        raise CannotBeRead(_("This is no CSV. Save your table as CSV and take that."))
    return read_sheets(b"".join(opened))


def _page(request: HttpRequest, campaign: Campaign, *, status: int = 200, **context: object) -> HttpResponse:
    above = (reverse("campaign:ledger", args=[campaign.pk]), _("Ledger"))
    frame = Frame(title=_("Add sheets from a file"), icon="upload", crumbs=[*campaign_crumbs(campaign), above])
    return show(
        request, "desk/ledger_import.html", frame, status=status, campaign=campaign, past_day=a_past_day(), **context
    )
