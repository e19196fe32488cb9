"""A campaign as files at the desk: take it along, see what files would do, and bring them in.

The work is done in pages/files/. Between the look and the press an upload lies sealed; what the press does is what the
look showed, or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.validators import validate_slug
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin import messages

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Crumb, Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.rights import ADD_CAMPAIGNS, CHANGE_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign, only
from tocsin.pages.files import kept
from tocsin.pages.files.carry import ChangedMeanwhile, StandsInTheWay, carry_out
from tocsin.pages.files.out import campaign_files, pages_to_take
from tocsin.pages.files.packed import CannotBeOpened, packed, too_large, unpacked
from tocsin.pages.files.plan import Plan, plan_of
from tocsin.pages.files.read import CampaignFiles, read_files
from tocsin.pages.files.shape import CAMPAIGN, MOST_PACKED_BYTES, Problem

SALT = "tocsin.desk.campaign_files"
HOURS = 12
NEWEST, LIVE = "newest", "live"


@dataclass(frozen=True, slots=True)
class Draft:
    """An upload while it is looked at: where it lies, and the short name that was asked for."""

    name: str
    short_name: str
    seen: str = ""

    def sealed(self, request: HttpRequest, campaign: Campaign | None, seen: str) -> str:
        """Good for this person, this screen and half a day. `seen` is the mark of what they look at."""
        return signing.dumps([self.name, self.short_name, seen, request.user.pk, campaign and campaign.pk], salt=SALT)


class FilesForm(forms.Form):
    """The folder, packed."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
        help_text=gettext_lazy("The folder of a campaign as one .zip, 20 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_PACKED_BYTES:
            raise forms.ValidationError(str(too_large(MOST_PACKED_BYTES)))
        return file


class NewFilesForm(FilesForm):
    short_name = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=80,
        required=False,
        validators=[validate_slug],
        help_text=gettext_lazy("Empty: as in the files. Another one makes another campaign of them."),
    )


# ── taking along ────────────────────────────────────────────────────────────────────────────────────────────────
@of_campaign(SEE_CAMPAIGNS, CHANGE_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """Both ways for a campaign that is there: its files to take along, and changed ones to bring in."""
    return _bring(request, FilesForm, campaign)


@of_campaign(SEE_CAMPAIGNS, CHANGE_CAMPAIGNS)
@require_GET
def take(request: HttpRequest, campaign: Campaign, which: str) -> HttpResponse:
    """The folder as one .zip: of the newest drafts, or of what is live."""
    if which not in {NEWEST, LIVE}:
        raise Http404
    data = packed(campaign_files(campaign, live=which == LIVE), campaign.slug)
    note(request, "files_taken", campaign, live=which == LIVE)
    response = HttpResponse(data, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.slug}.zip"'
    return response


# ── bringing in ─────────────────────────────────────────────────────────────────────────────────────────────────
@only(ADD_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def from_files(request: HttpRequest) -> HttpResponse:
    """A campaign of files: a new one, or further drafts of the one with their short name."""
    return _bring(request, NewFilesForm, None)


def _bring(request: HttpRequest, asked: type[FilesForm], campaign: Campaign | None) -> HttpResponse:
    if request.method != "POST":
        return _page(request, campaign, form=asked())
    if "draft" in request.POST:
        return _pressed(request, campaign)
    form = asked(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, campaign, status=422, form=form)
    data, short_name = form.cleaned_data["file"].read(), form.cleaned_data.get("short_name", "")
    said = _read(data, short_name, campaign)
    if isinstance(said, list):
        return _page(request, campaign, status=422, problems=said)
    draft = Draft(kept.keep(data, request.user.pk or 0), short_name)
    return _looked_at(request, campaign, plan_of(said, request.user), draft)


def _read(data: bytes, short_name: str, campaign: Campaign | None) -> CampaignFiles | list[Problem]:
    try:
        said = read_files(unpacked(data), short_name)
    except CannotBeOpened as why:
        return [Problem("", str(why))]
    if campaign is not None and isinstance(said, CampaignFiles) and said.short_name != campaign.slug:
        sentence = _("These are files of the campaign “%(theirs)s”, and this is “%(ours)s”. Nothing was changed.")
        return [Problem(CAMPAIGN, sentence % {"theirs": said.short_name, "ours": campaign.slug})]
    return said


def _looked_at(
    request: HttpRequest, campaign: Campaign | None, plan: Plan, draft: Draft, *, status: int = 200
) -> HttpResponse:
    """What would happen. Whoever may not change a campaign is not shown what stands in it."""
    if plan.problems:
        return _page(request, campaign, status=422, problems=plan.problems, remarks=plan.remarks)
    sealed = draft.sealed(request, campaign, plan.seen)
    return _page(request, campaign, status=status, plan=plan, remarks=plan.remarks, draft=sealed)


def _pressed(request: HttpRequest, campaign: Campaign | None) -> HttpResponse:
    """Does what was looked at; where that is no longer the same, shows it anew."""
    draft = _carried(request, campaign)
    data = kept.FILES.whole(draft.name) if draft else None
    said = _read(data, draft.short_name, campaign) if draft and data is not None else None
    if draft is None or not isinstance(said, CampaignFiles):
        messages.warning(request, _("This was too long ago. Choose the file once more."))
        return HttpResponseRedirect(request.path)
    try:
        made = _made(request, said, draft.seen)
    except (ChangedMeanwhile, StandsInTheWay):
        messages.warning(
            request, _("Something changed since you looked. Nothing was brought in: this is how it is now.")
        )
        return _looked_at(request, campaign, plan_of(said, request.user), draft, status=409)
    kept.FILES.remove(draft.name)
    messages.success(request, _("Brought in. Its pages are drafts: look at them, and publish them as usual."))
    return HttpResponseRedirect(reverse("campaign:hub", args=[made.pk]))


def _made(request: HttpRequest, said: CampaignFiles, seen: str) -> Campaign:
    ticked = request.POST.getlist("at_once")
    is_new = not Campaign.objects.filter(slug=said.short_name).exists()

    def noted(made: Campaign) -> None:
        note(request, "files_brought", made, new=is_new, ticked=sorted(ticked))

    return carry_out(said, person=request.user, seen=seen, ticked=ticked, then=noted)


def _carried(request: HttpRequest, campaign: Campaign | None) -> Draft | None:
    """The upload that a form brings back; None where it brings none of ours, or another screen's."""
    try:
        name, short_name, seen, user, about = signing.loads(request.POST["draft"], salt=SALT, max_age=HOURS * 3600)
    except (signing.BadSignature, ValueError):
        return None
    mine = (user, about) == (request.user.pk, campaign and campaign.pk)
    return Draft(name, short_name, seen) if mine else None


def _page(request: HttpRequest, campaign: Campaign | None, *, status: int = 200, **said: Any) -> HttpResponse:
    above: list[Crumb] = [(reverse("campaign:index"), _("Campaigns"))]
    crumbs = campaign_crumbs(campaign) if campaign else above
    frame = Frame(title=_("As files") if campaign else _("A campaign from files"), icon="upload", crumbs=crumbs)
    template = "desk/files_plan.html" if "plan" in said or "problems" in said else "desk/files.html"
    return show(
        request,
        template,
        frame,
        status=status,
        campaign=campaign,
        live=campaign is not None and bool(pages_to_take(campaign, live=True)),
        may_add=may(request.user, ADD_CAMPAIGNS),
        **said,
    )


FILES_OF_CAMPAIGNS: list[URLPattern] = [
    path("from-files/", from_files, name="from_files"),
    path("<int:pk>/files/", files, name="files"),
    path("<int:pk>/files/<slug:which>.zip", take, name="take_files"),
]
