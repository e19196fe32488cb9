"""Whole campaigns as files: taken out, looked at, brought in as drafts; and what is to be mended before publishing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from tocsin.api.door import Key, campaign_of, demand, key_of, note, refuse
from tocsin.api.problems import Refused
from tocsin.campaigns.models import Campaign
from tocsin.pages.files.carry import ChangedMeanwhile, StandsInTheWay, carry_out
from tocsin.pages.files.out import campaign_files
from tocsin.pages.files.packed import CannotBeOpened, packed, unpacked
from tocsin.pages.files.plan import Plan, Tick, plan_of
from tocsin.pages.files.read import CampaignFiles, read_files
from tocsin.pages.files.shape import OF_LETTERS, Problem
from tocsin.pages.files.told import told
from tocsin.pages.preflight import drafts_of, preflight
from tocsin.staff.models import Scope

router = Router(tags=["campaigns"])
MULTIPART = "Send it as multipart/form-data, in the field “file”."


class PlanOut(Schema):
    """What bringing the files in would do, or did. `at_once`: what takes effect at once, and is done only where it is
    ticked. `seen`: the mark to bring them in with, so that what is done is what was looked at."""

    campaign: int | None
    says: list[str]
    remarks: list[str]
    at_once: list[str]
    seen: str
    done: bool = False


class LineOut(Schema):
    """One thing that was looked at: “well”, worth a “look”, or to “mend” before it can be published."""

    about: str
    level: str
    said: str


@router.get("/{campaign}/files", auth=Key(Scope.BRING_CAMPAIGNS))
def take(request: HttpRequest, campaign: int, *, live: bool = False) -> HttpResponse:
    """The campaign as a .zip: its newest drafts, or what is live. The same campaign is the same bytes."""
    found = campaign_of(request, campaign)
    data = packed(campaign_files(found, live=live), found.slug)
    note(request, "files_taken", kind="campaigns", about=f"campaign:{found.pk}", campaign=found.pk, live=live)
    response = HttpResponse(data, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.zip"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@router.get("/{campaign}/before-publishing", auth=Key(Scope.BRING_CAMPAIGNS), response=list[LineOut])
def before_publishing(request: HttpRequest, campaign: int) -> list[LineOut]:
    """What the desk says before publishing, of the newest drafts. Publishing takes a person."""
    found = campaign_of(request, campaign)
    groups = preflight(found, drafts_of(found)).groups
    return [
        LineOut(about=str(group.heading), level=line.level.value, said=str(line.said))
        for group in groups
        for line in group.lines
    ]


@router.post("/files", auth=Key(Scope.BRING_CAMPAIGNS), response=PlanOut)
def bring(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(description=f"The folder, packed. {MULTIPART}")],
    seen: Annotated[str, Form(description="Empty: only to look. Else the mark of what was looked at.")] = "",
    at_once: Annotated[list[Tick] | None, Form(description="What shall take effect at once.")] = None,
    short_name: Annotated[str, Form(max_length=80, description="Another than in the files: another campaign.")] = "",
) -> PlanOut:
    """Says what the files would do; with the mark of that, does it: drafts, and what is ticked, all or nothing."""
    said = _read(file.read() or b"", short_name)
    _own(request, said)
    plan = plan_of(said)
    _may(request, plan, at_once or [])
    if plan.problems:
        raise _wrong(plan.problems)
    if not seen:
        return _told(plan, plan.campaign, tuple(Tick))
    return _told(plan, _brought(request, said, seen, at_once or []), at_once or [], done=True)


def _read(data: bytes, short_name: str) -> CampaignFiles:
    try:
        said = read_files(unpacked(data), short_name)
    except CannotBeOpened as why:
        raise Refused(422, str(why)) from None
    if isinstance(said, list):
        raise _wrong(said)
    return said


def _own(request: HttpRequest, said: CampaignFiles) -> None:
    """Before anything is told of what is here: a key of one campaign brings in that one."""
    key = key_of(request)
    if key.campaign is not None and said.short_name != key.campaign.slug:
        refuse(request, key, "This key is for one campaign, and these are files of another.")


def _may(request: HttpRequest, plan: Plan, ticked: list[Tick]) -> None:
    """Targets and lists belong to the site: to make or change them takes a key for that. And letters that are held or
    scheduled are steered by the scope for it, whatever way it is done."""
    key = key_of(request)
    if key.campaign_id is not None and _touches_the_site(plan):
        refuse(request, key, "This key is for one campaign; the targets and lists in these files belong to all.")
    if plan.targets.new or plan.members.new or Tick.KNOWN in ticked:
        demand(request, key, Scope.CHANGE_TARGETS)
    if Tick.SETTINGS in ticked and {one.name for one in plan.settings} & set(OF_LETTERS):
        demand(request, key, Scope.STEER_LETTERS)


def _touches_the_site(plan: Plan) -> bool:
    """Whether a target or a list would be made, changed or joined, or another list used."""
    rows = [plan.targets.new, plan.targets.changed, plan.members.new, plan.members.changed, plan.members.joining]
    before = plan.campaign.target_list if plan.campaign else None
    return any(rows) or bool(plan.enter) or plan.makes_list or plan.target_list != before


def _brought(request: HttpRequest, said: CampaignFiles, seen: str, ticked: list[Tick]) -> Campaign:
    def noted(made: Campaign) -> None:
        about = f"campaign:{made.pk}"
        note(request, "files_brought", kind="campaigns", about=about, campaign=made.pk, ticked=sorted(ticked))

    try:
        return carry_out(said, person=None, seen=seen, ticked=ticked, then=noted)
    except (ChangedMeanwhile, StandsInTheWay):
        raise Refused(409, "Something changed since you looked. Nothing was brought in: look again.") from None


def _told(plan: Plan, campaign: Campaign | None, ticks: Sequence[Tick], *, done: bool = False) -> PlanOut:
    """What would be done, or was: of what takes effect at once, only what was ticked."""
    return PlanOut(
        campaign=campaign.pk if campaign else None,
        says=[line.strip() for line in told(plan, ticks, option="")],
        remarks=[str(remark) for remark in plan.remarks],
        at_once=sorted(tick.value for tick in plan.offered),
        seen=plan.seen,
        done=done,
    )


def _wrong(problems: list[Problem]) -> Refused:
    errors = [{"field": problem.where, "detail": problem.sentence} for problem in problems]
    return Refused(422, "These files cannot be brought in yet. Each problem is in “errors”.", errors)
