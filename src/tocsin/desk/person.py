"""One person: found by their exact address, and opened with everything that is known of them. Both are written down."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tocsin.actions.lists.find import actions_by_digest
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign
from tocsin.desk.data_tabs import data_crumbs, data_tabs
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.people_rows import action_rows
from tocsin.desk.person_facts import facts_of
from tocsin.desk.rights import ERASE_PEOPLE, FIND_PEOPLE, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, may, of_campaign, only
from tocsin.lib.emailaddress import NotAnAddress, read_address
from tocsin.lib.vault import vault
from tocsin.supporters.models import Supporter

LONGEST_ADDRESS = 320


class FindForm(forms.Form):
    """An address, whole. Capitals and what stands after a + do not matter."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=LONGEST_ADDRESS,
        error_messages={"required": gettext_lazy("Enter a whole e-mail address, like name@example.org.")},
        help_text=gettext_lazy("The whole address. Capitals, and what stands after a +, do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "email"}),
    )

    def clean_email(self) -> bytes:
        """What stands for the person: nothing is opened to look for them."""
        try:
            return vault().digest(read_address(self.cleaned_data["email"]).canonical)
        except NotAnAddress:
            raise forms.ValidationError(_("Enter a whole e-mail address, like name@example.org.")) from None


@only(FIND_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Posted, so that no address stands in an address line or a log."""
    form = FindForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, status=422)
    digest: bytes = form.cleaned_data["email"]
    supporter = Supporter.objects.filter(email_digest=digest).first()
    acted = list(actions_by_digest(digest)[:50])
    about = supporter or next(iter(acted), None)
    note(request, "person_searched", about or request.user, found=about is not None)  # type: ignore[arg-type]
    if supporter and may(request.user, OPEN_PERSONAL_DATA):
        return HttpResponseRedirect(reverse("desk_supporter", args=[supporter.pk]))
    return _page(
        request,
        form,
        searched=True,
        found=about is not None,
        rows=action_rows(acted, names=False),
        erasable=_erasable(request, acted),
    )


def _erasable(request: HttpRequest, acted: list[Action]) -> Action | None:
    """An action of whoever never became a supporter, to erase them by."""
    return next(iter(acted), None) if may(request.user, ERASE_PEOPLE) else None


@only(FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    return _opened(request, get_object_or_404(Supporter, pk=pk), None)


@of_campaign(SEE_CAMPAIGNS, FIND_PEOPLE, OPEN_PERSONAL_DATA)
@require_GET
def person_of(request: HttpRequest, campaign: Campaign, supporter_pk: int) -> HttpResponse:
    """Only what they did in this campaign, for whoever may open only that."""
    if may(request.user, FIND_PEOPLE):
        return HttpResponseRedirect(reverse("desk_supporter", args=[supporter_pk]))
    supporter = Supporter.objects.filter(pk=supporter_pk, actions__campaign=campaign).first()
    if supporter is None:
        raise Http404
    return _opened(request, supporter, campaign)


def _opened(request: HttpRequest, supporter: Supporter, campaign: Campaign | None) -> HttpResponse:
    note(request, "person_opened", supporter, campaign=campaign.pk if campaign else None)
    facts = facts_of(supporter, campaign)
    return show(
        request,
        "desk/supporter.html",
        Frame(
            title=facts.name or _("Supporter %(number)s") % {"number": supporter.pk},
            icon="user",
            crumbs=data_crumbs(campaign, "supporters"),
        ),
        campaign=campaign,
        tabs=data_tabs(request, campaign, "supporters"),
        supporter=supporter,
        facts=facts,
        may_erase=may(request.user, ERASE_PEOPLE),
    )


def _page(request: HttpRequest, form: FindForm, *, status: int = 200, **context: Any) -> HttpResponse:
    return show(
        request,
        "desk/find_person.html",
        Frame(title=_("Find a person"), icon="search", crumbs=data_crumbs(None)),
        status=status,
        tabs=data_tabs(request, None, "find_person"),
        form=form,
        **context,
    )
