"""The last screen of the path: what is still to be done, previews, and publishing; and the screen after it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Frame, campaign_crumbs, show
from tocsin.desk.journal import note
from tocsin.desk.path.keep import finish, outline_in, plan_of
from tocsin.desk.path.make import MayDo, may_do, publish, submit
from tocsin.desk.path.models import Plan
from tocsin.desk.path.ready import Draft, drafts_with_reasons
from tocsin.desk.path.steps import LAST, address_of, beside, marks_of
from tocsin.desk.rights import ADD_CAMPAIGNS, SEE_CAMPAIGNS, may, of_campaign, only
from tocsin.pages.making import pages_by_language


@only(ADD_CAMPAIGNS)
@require_http_methods(["GET", "HEAD", "POST"])
def last(request: HttpRequest, plan_pk: int) -> HttpResponse:
    plan = plan_of(request.user, plan_pk)
    if plan.campaign is None:
        return HttpResponseRedirect(address_of(plan, beside(plan, LAST, -1)))
    if plan.finished_at:
        return HttpResponseRedirect(_after(plan.campaign))
    pages = pages_by_language(plan.campaign)
    drafts = drafts_with_reasons(pages)
    if request.method == "POST":
        return _decided(request, plan, plan.campaign, drafts)
    return _page(request, plan, plan.campaign, drafts)


def _decided(request: HttpRequest, plan: Plan, campaign: Campaign, drafts: list[Draft]) -> HttpResponse:
    wanted = request.POST.get("then", "")
    pages = [draft.page for draft in drafts]
    may_now = may_do(pages, request.user)
    if wanted == "publish" and may_now.publish:
        if not _all_ready(drafts):
            return _page(request, plan, campaign, drafts, status=422)
        publish(pages, request.user)
        note(request, "campaign_published", campaign)
    elif wanted == "submit" and may_now.submit:
        submit(pages, request.user)
    elif wanted != "keep":
        return _page(request, plan, campaign, drafts, status=422)
    finish(plan)
    return HttpResponseRedirect(_after(campaign))


def _all_ready(drafts: list[Draft]) -> bool:
    return bool(drafts) and not any(draft.reasons for draft in drafts)


def _page(
    request: HttpRequest, plan: Plan, campaign: Campaign, drafts: list[Draft], *, status: int = 200
) -> HttpResponse:
    if status != 200:
        messages.error(request, _("It is not published yet. What is still to be done stands below; nothing is lost."))
    return show(
        request,
        "desk/path/publish.html",
        Frame(
            title=_("New campaign: %(name)s") % {"name": outline_in(plan)["name"]},
            icon="desk-bell",
            crumbs=[(reverse("campaign:index"), _("Campaigns"))],
        ),
        status=status,
        plan=plan,
        planned=campaign,
        drafts=drafts,
        may_now=may_do([draft.page for draft in drafts], request.user) if drafts else MayDo(False, False),
        marks=marks_of(plan, LAST),
        brand_is_said=True,  # it is among the reasons here
        receivers=_receivers(campaign),
    )


def _receivers(campaign: Campaign) -> list[Any]:
    return [campaign.target_list] if campaign.target_list else list(campaign.targets.all()[:12])


def _after(campaign: Campaign) -> str:
    return reverse("campaign:begun", args=[campaign.pk])


@of_campaign(SEE_CAMPAIGNS)
def begun(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """What was made, where it is, and what to do next."""
    pages = list(pages_by_language(campaign).values())
    return show(
        request,
        "desk/path/begun.html",
        Frame(title=_("What next?"), icon="desk-bell", crumbs=campaign_crumbs(campaign)),
        campaign=campaign,
        pages=pages,
        live=bool(pages) and all(page.live for page in pages),
        may_add=may(request.user, ADD_CAMPAIGNS),
    )
