"""Exports at the desk: ask for a file, see how far it is, fetch it, stop it. Each fetching is written down."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from wagtail.admin import messages

from tocsin.actions.exporting import jobs
from tocsin.actions.exporting.kinds import columns_of
from tocsin.actions.exporting.store import FILES
from tocsin.actions.models import Export
from tocsin.campaigns.models import Campaign
from tocsin.desk.again import ask_again
from tocsin.desk.data_tabs import data_crumbs, data_tabs
from tocsin.desk.export_form import ExportForm, filters_said, wanted_for
from tocsin.desk.frame import Frame, show
from tocsin.desk.journal import note
from tocsin.desk.ledger import name_of
from tocsin.desk.rights import EXPORT_PEOPLE, SEE_CAMPAIGNS, may, of_campaign, only, refuse

EXPORTS_SHOWN = 50
UNDER_WAY = (Export.State.WAITING, Export.State.MAKING)
# What whoever sees the campaign may take along, without people. A line for each action, with its supporter's number,
# second and source, is about people though it names none.
WITHOUT_PEOPLE = (Export.Kind.LETTERS, Export.Kind.LEDGER)


@only(EXPORT_PEOPLE)
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    return _list(request, None, Export.objects.all())


@of_campaign(SEE_CAMPAIGNS)
@require_GET
def exports_of(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    return _list(request, campaign, Export.objects.filter(campaign=campaign))


@only(EXPORT_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    return _new(request, None, kind)


@of_campaign(SEE_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def new_of(request: HttpRequest, campaign: Campaign, kind: str) -> HttpResponse:
    return _new(request, campaign, kind)


@require_GET
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; when it is ready, the button that fetches it."""
    found = _find(request, pk)
    return show(
        request,
        "desk/export.html",
        Frame(title=_title(found), icon="download", crumbs=data_crumbs(found.campaign, "exports")),
        campaign=found.campaign,
        tabs=data_tabs(request, found.campaign, "exports"),
        export=found,
        under_way=found.state in UNDER_WAY,
        said=filters_said(found),
        columns=columns_of(found),
    )


@require_GET
def state(request: HttpRequest, pk: int) -> JsonResponse:
    """For the page's script: how far it is."""
    found = _find(request, pk)
    return JsonResponse({"ended": found.state not in UNDER_WAY, "done": found.rows_done, "rows": found.rows})


@ask_again
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The open file. By a button, so that nothing that merely looks ahead fetches it; whoever was asked who they are
    comes back by an address, and finds the button again."""
    found = _find(request, pk)
    opened = FILES.pieces(found.file) if request.method == "POST" and found.can_be_fetched else None
    if opened is None:
        return HttpResponseRedirect(reverse("desk_export", args=[pk]))
    with transaction.atomic():
        Export.objects.filter(pk=pk).update(downloads=F("downloads") + 1)
        note(request, "export_downloaded", found.campaign or found, export=pk, rows=found.rows, **_about(found))
    response = StreamingHttpResponse(opened, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response.headers["Content-Length"] = str(found.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    with transaction.atomic():
        stopped = jobs.stop(pk)
        if stopped:
            note(request, "export_stopped", found.campaign or found, export=pk)
    if stopped:
        messages.success(request, _("Stopped. Nothing of it is kept."))
    else:
        messages.warning(request, _("It was ready or stopped already."))
    return HttpResponseRedirect(reverse("desk_export", args=[pk]))


def _list(request: HttpRequest, campaign: Campaign | None, found: QuerySet[Export]) -> HttpResponse:
    may_people = may(request.user, EXPORT_PEOPLE, campaign)
    kinds = [kind for kind in Export.Kind if may_people or kind in WITHOUT_PEOPLE]
    seen = found if may_people else found.filter(people=False, kind__in=WITHOUT_PEOPLE)
    return show(
        request,
        "desk/exports.html",
        Frame(title=_("Exports"), icon="download", crumbs=data_crumbs(campaign)),
        campaign=campaign,
        tabs=data_tabs(request, campaign, "exports"),
        kinds=[(kind.label, _address_of_new(campaign, kind)) for kind in kinds],
        exports=seen.select_related("campaign")[:EXPORTS_SHOWN],
    )


def _address_of_new(campaign: Campaign | None, kind: str) -> str:
    if campaign:
        return reverse("campaign:new_export", args=[campaign.pk, kind])
    return reverse("desk_new_export", args=[kind])


def _new(request: HttpRequest, campaign: Campaign | None, kind: str) -> HttpResponse:
    if kind not in Export.Kind.values:
        raise Http404
    may_people = may(request.user, EXPORT_PEOPLE, campaign)
    if not may_people and kind not in WITHOUT_PEOPLE:
        refuse(request, campaign.pk if campaign else None)
    form = ExportForm(kind, campaign, request.POST or None, may_people=may_people, query=request.GET)
    wanted = wanted_for(kind, request.GET)
    if request.method == "POST" and form.is_valid():
        return _ask(request, form.export(wanted))
    proposed = Export(kind=kind, campaign=campaign, filters=wanted.as_words(), people=may_people)
    return show(
        request,
        "desk/new_export.html",
        Frame(title=Export.Kind(kind).label, icon="download", crumbs=data_crumbs(campaign, "exports")),
        status=422 if request.method == "POST" else 200,
        campaign=campaign,
        tabs=data_tabs(request, campaign, "exports"),
        form=form,
        kind=kind,
        query=wanted.query(),
        without_days=kind == Export.Kind.MAILING and any(request.GET.get(name) for name in ("since", "until")),
        said=[] if kind == Export.Kind.MAILING else filters_said(proposed),
        columns=columns_of(proposed),
        days=settings.TOCSIN_EXPORT_DAYS,
    )


def _ask(request: HttpRequest, wanted: Export) -> HttpResponse:
    if wanted.people and not may(request.user, EXPORT_PEOPLE, wanted.campaign):
        refuse(request, wanted.campaign.pk if wanted.campaign else None)
    wanted.asked_by_id, wanted.asked_by_name = request.user.pk, name_of(request.user)
    wanted.language = (get_language() or settings.LANGUAGE_CODE)[:10]
    wanted.beat_at = timezone.now()  # since then it waits; one whose job is lost is found by it
    with transaction.atomic():
        wanted.save()
        note(request, "export_asked", wanted.campaign or wanted, export=wanted.pk, **_about(wanted))
    jobs.make.enqueue(wanted.pk)
    return HttpResponseRedirect(reverse("desk_export", args=[wanted.pk]))


def _about(found: Export) -> dict[str, object]:
    """What the log says of it: the filter, and never what is in the file. A source is a campaigner's own word."""
    said = {"kind": found.kind, "format": found.format, "people": found.people, "filter": found.filters}
    return said | ({"purpose": found.purpose, "preset": found.preset} if found.kind == Export.Kind.MAILING else {})


def _find(request: HttpRequest, pk: int) -> Export:
    """What is about people, for those who may take people along: on the whole site, or of its campaign."""
    found = Export.objects.select_related("campaign").filter(pk=pk).first()
    for_all = found and found.campaign and not found.people and found.kind in WITHOUT_PEOPLE
    needed = SEE_CAMPAIGNS if for_all else EXPORT_PEOPLE
    if not may(request.user, needed, found.campaign if found else None):
        refuse(request, found.campaign.pk if found and found.campaign else None)
    if found is None:
        raise Http404
    return found


def _title(found: Export) -> str:
    return _("Export %(number)s: %(kind)s") % {"number": found.pk, "kind": found.get_kind_display()}
