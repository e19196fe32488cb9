"""The counter's ledger: every line with who, when, why and what shows it; a line is seen before it is added."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateInput

from tocsin.actions.count import shown_count
from tocsin.campaigns.ledger import TakesTooMany, add_lines, must_be_approved, reckoned, refuse_too_many
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.kept_evidence import Draft, EvidenceField, carried, new_draft
from tocsin.desk.rights import ADD_LEDGER_LINES, APPROVE_ENTRIES, SEE_CAMPAIGNS, SEE_EVIDENCE, may, of_campaign, refuse
from tocsin.desk.second_person import tell_of_lines

LINES_PER_PAGE = 50
# Lines that wait are all on one screen, up to so many: they are decided on, and then others follow.
MOST_WAITING = 200
MOST_PEOPLE = 100_000_000


class LineForm(forms.ModelForm[CounterEntry]):
    field_order = ("source", "people", "counted_on", "reason", "evidence_file", "evidence_link")
    evidence_file = EvidenceField(
        label=gettext_lazy("What shows it"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf,.csv"}),
        help_text=gettext_lazy(
            "A photograph or scan of the sheets, a PDF or CSV, 20 MB at most. It is sealed; staff see it, nobody else."
        ),
    )

    class Meta:
        model = CounterEntry
        fields = ("source", "people", "counted_on", "reason", "evidence_link")
        widgets: ClassVar = {
            "counted_on": AdminDateInput,
            "reason": forms.Textarea(attrs={"rows": 2, "maxlength": 400}),
        }

    def clean_people(self) -> int:
        people: int = self.cleaned_data["people"]
        if people == 0:
            raise ValidationError(_("Enter how many people; nought changes nothing."))
        if abs(people) > MOST_PEOPLE:
            raise ValidationError(_("That is more people than this can be. Enter the number of people only."))
        return people

    def clean_counted_on(self) -> date:
        day: date = self.cleaned_data["counted_on"]
        if day > timezone.localdate():
            raise ValidationError(_("This day is still to come. Enter the day on which people were counted."))
        return day


@of_campaign(SEE_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def ledger(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The ledger. A posted line is shown with its effect first, and stored when it comes again with `sure`."""
    if request.method != "POST":
        return page(request, campaign, LineForm(initial={"counted_on": timezone.localdate()}))
    if not may(request.user, ADD_LEDGER_LINES, campaign):
        refuse(request, campaign.pk)
    form, before = LineForm(request.POST, request.FILES), carried(request, campaign)
    is_whole = form.is_valid()
    draft = new_draft(before, form.cleaned_data.get("evidence_file", ""))
    if not is_whole:
        return page(request, campaign, form, draft=draft, status=422)
    if "change" in request.POST:
        return page(request, campaign, form, draft=draft)
    try:
        return _add_or_preview(request, campaign, form, draft)
    except TakesTooMany as why:
        form.add_error("people", str(why))
        return page(request, campaign, form, draft=draft, status=422)


def _add_or_preview(request: HttpRequest, campaign: Campaign, form: LineForm, draft: Draft) -> HttpResponse:
    """Raises TakesTooMany, also where people were there when the line was seen first."""
    if "sure" in request.POST:
        return _add(request, campaign, form, draft)
    refuse_too_many(campaign, [form.instance])
    return page(request, campaign, form, draft=draft, preview=_preview(request, campaign, form.instance.people))


def _add(request: HttpRequest, campaign: Campaign, form: LineForm, draft: Draft) -> HttpResponse:
    line = form.save(commit=False)
    line.key, line.evidence = draft.key, draft.file
    may_approve = _may_approve(request, campaign)
    with transaction.atomic():
        added = add_lines([line], campaign, request.user, name_of(request.user), may_approve=may_approve)
        if added:
            note(request, "ledger_line", campaign, line=line.pk, people=line.people, source=line.source)
            tell_of_lines(campaign, [line], request.user)
    if added:
        messages.success(request, said_of(campaign, 1, waits=line.needs_approval))
    else:
        messages.warning(request, _("This line is in the ledger already. It was added once."))
    return HttpResponseRedirect(reverse("campaign:ledger", args=[campaign.pk]))


def said_of(campaign: Campaign, lines: int, *, waits: bool) -> str:
    """What happened to the number when so many lines were added or approved."""
    number = number_format(shown_count(campaign).count, force_grouping=True)
    if waits:
        said = ngettext(
            "It is in the ledger and waits for another person. The page still shows %(number)s.",
            "%(lines)s lines are in the ledger and wait for another person. The page still shows %(number)s.",
            lines,
        )
    else:
        said = ngettext(
            "The line is in the ledger. The page now shows %(number)s.",
            "%(lines)s lines are in the ledger. The page now shows %(number)s.",
            lines,
        )
    return said % {"lines": number_format(lines, force_grouping=True), "number": number}


def name_of(user: Any) -> str:
    """As the ledger will say it for ever, also when the account is gone."""
    name = user.get_full_name() if isinstance(user, AbstractUser) else ""
    return (name or str(user))[:160]


def _may_approve(request: HttpRequest, campaign: Campaign) -> bool:
    return may(request.user, APPROVE_ENTRIES, campaign)


def _preview(request: HttpRequest, campaign: Campaign, people: int) -> dict[str, Any]:
    return effect_of(campaign, request, people, abs(people))


def effect_of(campaign: Campaign, request: HttpRequest, people: int, moved: int) -> dict[str, Any]:
    """The number now and then, and whether somebody else has to approve. `moved` counts what is taken back too."""
    now = reckoned(campaign)
    may_approve = _may_approve(request, campaign)
    waits = must_be_approved(campaign, request.user, moved, may_approve=may_approve)
    return {
        "now": max(0, now),
        "then": max(0, now + people),
        "people": people,
        "waits": waits,
        "alone": settings.TOCSIN_ENTRY_ALONE if may_approve else None,
    }


def page(
    request: HttpRequest,
    campaign: Campaign,
    form: LineForm,
    *,
    draft: Draft | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    entries = CounterEntry.objects.filter(campaign=campaign).select_related("decision")
    waiting = list(entries.waiting().order_by("pk")[: MOST_WAITING + 1])
    return show(
        request,
        "desk/ledger.html",
        Frame(title=_("Ledger"), icon="list-ul", crumbs=campaign_crumbs(campaign)),
        status=status,
        campaign=campaign,
        form=form,
        draft=draft,
        carried=draft.sealed(request, campaign) if draft else "",
        waiting=waiting[:MOST_WAITING],
        more_wait=len(waiting) > MOST_WAITING,
        lines=Paginator(entries.all(), LINES_PER_PAGE).get_page(request.GET.get("p")),
        may_add_lines=may(request.user, ADD_LEDGER_LINES, campaign),
        may_approve=_may_approve(request, campaign),
        may_see_evidence=may(request.user, SEE_EVIDENCE, campaign),
        **context,
    )
