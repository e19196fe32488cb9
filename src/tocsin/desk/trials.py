"""Two wordings of a page side by side: written, begun, looked at, and ended with one of them staying."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages
from wagtail.admin.widgets.button import HeaderButton

from tocsin.actions import trials as trying
from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.campaigns.words import EditionWords
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign, refuse
from tocsin.pages.models import ActionPage
from tocsin.pages.publish import publish_page
from tocsin.pages.wordings import Part, parts_of, take_over


class TrialForm(forms.Form):
    """Wording B, beginning as a copy of wording A: what is left as it is does not differ."""

    name = forms.CharField(
        label=gettext_lazy("What is tried"),
        max_length=120,
        help_text=gettext_lazy("For you and your colleagues: “A question as title”."),
    )

    def __init__(self, words: EditionWords, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parts = parts_of(words)
        self._now = {part.name: part.read(words) for part in self._parts}
        for part in self._parts:
            self.fields[part.name] = forms.CharField(
                label=str(part.label),
                required=False,
                max_length=part.most,
                initial=self._now[part.name],
                widget=forms.TextInput if part.lines == 1 else forms.Textarea(attrs={"rows": part.lines}),
                help_text=_help(part),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for part in self._parts:
            if self._now[part.name] and not str(cleaned.get(part.name, "")).strip() and part.name not in self.errors:
                self.add_error(part.name, _("Wording B cannot be empty where wording A says something."))
        if not self.errors and not self.other:
            raise forms.ValidationError(_("Both wordings are the same. Change at least one of the parts."))
        return cleaned

    @property
    def other(self) -> dict[str, Any]:
        """What differs, as an edition has it."""
        typed = {part: str(self.cleaned_data.get(part.name, "")) for part in self._parts}
        return {part.name: part.tidy(new) for part, new in typed.items() if part.tidy(new) != self._tidy_now(part)}

    def _tidy_now(self, part: Part) -> Any:
        return part.tidy(self._now[part.name])


def _help(part: Part) -> str:
    return _("One below the other, with a line of three dashes (---) between them.") if part.is_list else ""


@of_campaign(SEE_CAMPAIGNS)
@require_GET
def trials(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return show(
        request,
        "desk/trials.html",
        Frame(
            title=_("Trials of wordings"),
            icon="view",
            crumbs=campaign_crumbs(campaign),
            buttons=_new(request, campaign),
        ),
        campaign=campaign,
        trials=campaign.trials.all(),
        languages=_languages(campaign),
        may_change=may(request.user, CHANGE_CAMPAIGNS, campaign),
    )


@of_campaign(CHANGE_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, campaign: Campaign, language: str) -> HttpResponse:
    """The form for wording B of the page in one language."""
    form = TrialForm(_words_now(campaign, language), request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _to(_written(request, campaign, language, form))
    return show(
        request,
        "desk/trial_form.html",
        Frame(title=_("Try another wording"), icon="view", crumbs=_crumbs(campaign)),
        status=422 if form.errors else 200,
        campaign=campaign,
        form=form,
    )


@transaction.atomic
def _written(request: HttpRequest, campaign: Campaign, language: str, form: TrialForm) -> Trial:
    trial = Trial.objects.create(
        campaign=campaign,
        language=language,
        name=form.cleaned_data["name"],
        other=form.other,
        made_by_name=name_of(request.user),
    )
    note(request, "trial_written", campaign, trial=trial.pk)
    return trial


@of_campaign(SEE_CAMPAIGNS)
@require_GET
def trial(request: HttpRequest, campaign: Campaign, trial_pk: int) -> HttpResponse:
    """Both wordings, and what is known of them so far."""
    found = get_object_or_404(Trial, pk=trial_pk, campaign=campaign)
    return show(
        request,
        "desk/trial.html",
        Frame(title=found.name, icon="view", crumbs=_crumbs(campaign)),
        campaign=campaign,
        trial=found,
        differences=list(_differences(campaign, found)),
        findings=trying.findings(found) if found.began_at else None,
        few=trying.FEW,
        may_decide=may(request.user, CHANGE_CAMPAIGNS, campaign) and _may_publish(request, _page(campaign, found)),
    )


@of_campaign(CHANGE_CAMPAIGNS)
@require_POST
def begin(request: HttpRequest, campaign: Campaign, trial_pk: int) -> HttpResponse:
    """From now on each reader gets one of the two by chance."""
    found = get_object_or_404(Trial, pk=trial_pk, campaign=campaign)
    page = _published_by(request, campaign, found)
    with transaction.atomic():
        begun = trying.begin(found)
        if begun:
            publish_page(page)
            note(request, "trial_begun", campaign, trial=found.pk)
    if begun:
        messages.success(request, _("It runs. Each reader gets one of the two wordings, by chance."))
    else:
        messages.warning(request, _("It was begun before, or another trial is running on this page. End that first."))
    return _to(found)


@of_campaign(CHANGE_CAMPAIGNS)
@require_POST
def end(request: HttpRequest, campaign: Campaign, trial_pk: int, chosen: str) -> HttpResponse:
    """One of the two stays. If it is B, the page says it from now on, as a publishing of its own."""
    if chosen not in {"A", "B"}:
        raise Http404
    found = get_object_or_404(Trial, pk=trial_pk, campaign=campaign)
    page = _published_by(request, campaign, found)
    if chosen == "B" and page.has_unpublished_changes:
        messages.error(
            request, _("Nothing was ended: the page has changes that are not published. Publish them first.")
        )
    elif _ended(request, found, page, chosen):
        messages.success(
            request, _("It has ended. Everybody reads wording %(chosen)s from now on.") % {"chosen": chosen}
        )
    else:
        messages.warning(request, _("It was not running any more. Nothing was changed."))
    return _to(found)


@transaction.atomic
def _ended(request: HttpRequest, found: Trial, page: ActionPage, chosen: str) -> bool:
    """All of it or nothing: a trial that ended with B on a page that still says A would be a lie."""
    if not trying.end(found, chosen):
        return False
    if chosen == "B":
        take_over(page, found.other, request.user)
    note(request, "trial_ended", found.campaign, trial=found.pk, chosen=chosen)
    return True


@of_campaign(CHANGE_CAMPAIGNS)
@require_POST
def remove(request: HttpRequest, campaign: Campaign, trial_pk: int) -> HttpResponse:
    """Only what never ran: what people were shown stays written down."""
    with transaction.atomic():
        removed, _rows = Trial.objects.filter(pk=trial_pk, campaign=campaign, state=Trial.State.DRAFT).delete()
        if removed:
            note(request, "trial_removed", campaign, trial=trial_pk)
    if removed:
        messages.success(request, _("The trial was removed. It never ran."))
    return HttpResponseRedirect(reverse("campaign:trials", args=[campaign.pk]))


def _differences(campaign: Campaign, found: Trial) -> Iterator[tuple[Part, str, str]]:
    """Each part that differs, in both wordings. Of one that ended: as they were when it began."""
    words = _words_of_a(campaign, found)
    for part in parts_of(words):
        if part.name in found.other:
            yield part, part.read(words), part.typed(found.other[part.name])


def _words_now(campaign: Campaign, language: str) -> EditionWords:
    edition = Edition.objects.current(campaign, language)
    if edition is None:
        raise Http404
    words: EditionWords = edition.words
    return words


def _words_of_a(campaign: Campaign, found: Trial) -> EditionWords:
    """What stood beside wording B while it ran."""
    editions = campaign.editions.filter(language=found.language, trial=None).order_by("-number")
    if found.ended_at:
        editions = editions.filter(published_at__lte=found.ended_at)
    edition = editions.first()
    if edition is None:
        raise Http404
    words: EditionWords = edition.words
    return words


def _page(campaign: Campaign, found: Trial) -> ActionPage | None:
    pages = ActionPage.objects.filter(campaign=campaign, locale__language_code=found.language, live=True)
    page: ActionPage | None = pages.first()
    return page


def _may_publish(request: HttpRequest, page: ActionPage | None) -> bool:
    return page is not None and bool(page.permissions_for_user(request.user).can_publish())


def _published_by(request: HttpRequest, campaign: Campaign, found: Trial) -> ActionPage:
    """The page, for somebody who may publish it: a trial changes what the public reads."""
    page = _page(campaign, found)
    if page is None:
        raise Http404
    if not _may_publish(request, page):
        refuse(request, campaign.pk)
    return page


def _languages(campaign: Campaign) -> list[tuple[str, str]]:
    """Where there is a page that is live."""
    live = ActionPage.objects.filter(campaign=campaign, live=True).select_related("locale")
    return [(page.locale.language_code, page.locale.get_display_name()) for page in live.order_by("locale_id")]


def _new(request: HttpRequest, campaign: Campaign) -> list[HeaderButton]:
    if not may(request.user, CHANGE_CAMPAIGNS, campaign):
        return []
    return [
        HeaderButton(
            _("Try another wording (%(language)s)") % {"language": name},
            url=reverse("campaign:new_trial", args=[campaign.pk, code]),
            icon_name="plus",
        )
        for code, name in _languages(campaign)
    ]


def _crumbs(campaign: Campaign) -> list[Crumb]:
    return [*campaign_crumbs(campaign), (reverse("campaign:trials", args=[campaign.pk]), _("Trials of wordings"))]


def _to(found: Trial) -> HttpResponse:
    return HttpResponseRedirect(reverse("campaign:trial", args=[found.campaign_id, found.pk]))


TRIALS_OF_A_CAMPAIGN: list[URLPattern] = [
    path("<int:pk>/trials/", trials, name="trials"),
    path("<int:pk>/trials/new/<slug:language>/", new, name="new_trial"),
    path("<int:pk>/trials/<int:trial_pk>/", trial, name="trial"),
    path("<int:pk>/trials/<int:trial_pk>/begin/", begin, name="begin_trial"),
    path("<int:pk>/trials/<int:trial_pk>/end/<slug:chosen>/", end, name="end_trial"),
    path("<int:pk>/trials/<int:trial_pk>/remove/", remove, name="remove_trial"),
]
