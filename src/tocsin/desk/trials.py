"""Two wordings of a page side by side: written, begun, looked at, and ended with one of them staying."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.actions import trials as trying
from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.campaigns.words import EditionWords
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign, refuse
from tocsin.desk.trial_form import TrialForm
from tocsin.pages.models import ActionPage
from tocsin.pages.publish import publish_page
from tocsin.pages.wordings import Part, parts_of, take_over

# What people see only when they have acted: who acts cannot be moved by it.
READ_AFTER_ACTING = {"share_text"}


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
    page = _page(campaign, found)
    return show(
        request,
        "desk/trial.html",
        Frame(title=found.name, icon="view", crumbs=_crumbs(campaign)),
        campaign=campaign,
        trial=found,
        differences=list(_differences(campaign, found)),
        findings=trying.findings(found) if found.began_at else None,
        few=trying.FEW,
        counts_from=_still_to_come(trying.counts_from(found)),
        too_short=trying.was_too_short(found),
        after_acting=set(found.other) <= READ_AFTER_ACTING,
        live=page is not None and page.live,
        may_decide=may(request.user, CHANGE_CAMPAIGNS, campaign) and _may_publish(request, page),
    )


def _still_to_come(at: datetime | None) -> datetime | None:
    return at if at and at > timezone.now() else None


@of_campaign(CHANGE_CAMPAIGNS)
@require_POST
def begin(request: HttpRequest, campaign: Campaign, trial_pk: int) -> HttpResponse:
    """From now on each reader gets one of the two by chance."""
    found = get_object_or_404(Trial, pk=trial_pk, campaign=campaign)
    page = _published_by(request, campaign, found)
    if page is None or not page.live:
        messages.error(request, _("Nothing was begun: the page is not live. Publish it first."))
    elif _begun(request, found, page):
        messages.success(request, _("It runs. Each reader gets one of the two wordings, by chance."))
    else:
        messages.warning(request, _("It was begun before, or another trial is running on this page. End that first."))
    return _to(found)


@transaction.atomic
def _begun(request: HttpRequest, found: Trial, page: ActionPage) -> bool:
    if not trying.begin(found):
        return False
    publish_page(page)
    note(request, "trial_begun", found.campaign, trial=found.pk)
    return True


@of_campaign(CHANGE_CAMPAIGNS)
@require_POST
def end(request: HttpRequest, campaign: Campaign, trial_pk: int, chosen: str) -> HttpResponse:
    """One of the two stays. If it is B, the page says it from now on, as a publishing of its own."""
    if chosen not in {"A", "B"}:
        raise Http404
    found = get_object_or_404(Trial, pk=trial_pk, campaign=campaign)
    page = _published_by(request, campaign, found)
    if chosen == "B" and (why := _why_b_cannot_stay(page)):
        messages.error(request, why)
    elif _ended(request, found, page, chosen):
        messages.success(
            request, _("It has ended. Everybody reads wording %(chosen)s from now on.") % {"chosen": chosen}
        )
    else:
        messages.warning(request, _("It was not running any more. Nothing was changed."))
    return _to(found)


def _why_b_cannot_stay(page: ActionPage | None) -> str:
    """A trial whose page was taken down meanwhile ends with A: to take B over is to publish."""
    if page is None or not page.live:
        return _("Nothing was ended: the page is not live. Publish it first, or keep wording A.")
    if page.has_unpublished_changes:
        return _("Nothing was ended: the page has changes that are not published. Publish them first.")
    return ""


@transaction.atomic
def _ended(request: HttpRequest, found: Trial, page: ActionPage | None, chosen: str) -> bool:
    """All of it or nothing: a trial that ended with B on a page that still says A would be a lie."""
    if not trying.end(found, chosen):
        return False
    if chosen == "B" and page is not None:
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
    """The page that is tried; also where it was taken down meanwhile."""
    pages = ActionPage.objects.filter(campaign=campaign, locale__language_code=found.language)
    page: ActionPage | None = pages.order_by("-live", "pk").first()
    return page


def _may_publish(request: HttpRequest, page: ActionPage | None) -> bool:
    """A trial changes what the public reads. Of a page that is gone, nobody reads anything."""
    return page is None or bool(page.permissions_for_user(request.user).can_publish())


def _published_by(request: HttpRequest, campaign: Campaign, found: Trial) -> ActionPage | None:
    page = _page(campaign, found)
    if not _may_publish(request, page):
        refuse(request, campaign.pk)
    return page


def _languages(campaign: Campaign) -> list[tuple[str, str]]:
    """Where there is a page that is live."""
    live = ActionPage.objects.filter(campaign=campaign, live=True).select_related("locale")
    return [(page.locale.language_code, page.locale.get_display_name()) for page in live.order_by("locale_id")]


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
