"""The counter's ledger: every line with who, when and why, and a form that shows the number before a line is added."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateInput

from tocsin.actions.count import shown_count
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import ADD_LEDGER_LINES, SEE_CAMPAIGNS, may, of_campaign, refuse

LINES_PER_PAGE = 50
MOST_PEOPLE = 100_000_000


class LineForm(forms.ModelForm[CounterEntry]):
    class Meta:
        model = CounterEntry
        fields = ("source", "people", "counted_on", "reason")
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
        return _page(request, campaign, LineForm(initial={"counted_on": timezone.localdate()}))
    if not may(request.user, ADD_LEDGER_LINES, campaign):
        refuse(request, campaign.pk)
    form = LineForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, form, status=422)
    if "sure" in request.POST:
        return _add(request, campaign, form)
    if "change" in request.POST:
        return _page(request, campaign, form)
    return _page(request, campaign, form, preview=_preview(campaign, form.instance.people))


def _add(request: HttpRequest, campaign: Campaign, form: LineForm) -> HttpResponse:
    line = form.save(commit=False)
    line.campaign = campaign
    line.entered_by_id = request.user.pk
    line.entered_by_name = name_of(request.user)
    line.save()
    note(request, "ledger_line", campaign, line=line.pk, people=line.people, source=line.source)
    number = number_format(shown_count(campaign).count, force_grouping=True)
    messages.success(request, _("The line is in the ledger. The page now shows %(number)s.") % {"number": number})
    return HttpResponseRedirect(reverse("campaign:ledger", args=[campaign.pk]))


def name_of(user: Any) -> str:
    """As the ledger will say it for ever, also when the account is gone."""
    name = user.get_full_name() if isinstance(user, AbstractUser) else ""
    return (name or str(user))[:160]


def _preview(campaign: Campaign, people: int) -> dict[str, int]:
    now = shown_count(campaign).count
    return {"now": now, "then": max(0, now + people), "people": people}


def _page(
    request: HttpRequest, campaign: Campaign, form: LineForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    lines = Paginator(campaign.counter_entries.all(), LINES_PER_PAGE)
    return show(
        request,
        "desk/ledger.html",
        Frame(
            title=_("Ledger"),
            icon="list-ul",
            crumbs=campaign_crumbs(campaign),
        ),
        status=status,
        campaign=campaign,
        form=form,
        shown=shown_count(campaign),
        lines=lines.get_page(request.GET.get("p")),
        may_add_lines=may(request.user, ADD_LEDGER_LINES, campaign),
        **context,
    )
