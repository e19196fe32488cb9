"""Turns a plan into a campaign with its drafts, and drafts into pages that everybody can see."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from wagtail.models import Page

from tocsin.campaigns.models import Campaign, Target, TargetList
from tocsin.campaigns.republish import changed
from tocsin.desk.campaign_form import free_slug
from tocsin.desk.path.keep import outline_in
from tocsin.desk.path.models import Plan
from tocsin.desk.path.office import is_whole, new_office
from tocsin.desk.path.outline import DATES, Outline, moment
from tocsin.pages.making import change_draft, home_in, make_draft, pages_by_language
from tocsin.pages.models import ActionPage

TRIES = 3


class MadeElsewhere(Exception):
    """The same plan was made into a campaign in this very moment, by a second press of the button."""


def make_drafts(plan: Plan, person: AbstractBaseUser) -> Campaign:
    """The campaign of a plan with a draft in each language that has a title. Made once; afterwards it is changed."""
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _make(plan, person)
        except (IntegrityError, MadeElsewhere):
            # Somebody took the short name, or pressed twice: look again.
            plan.campaign = Campaign.objects.filter(plan=plan.pk).first()
    raise RuntimeError(f"Plan {plan.pk} could not be made into a campaign.")


def _make(plan: Plan, person: AbstractBaseUser) -> Campaign:
    outline = copy.deepcopy(outline_in(plan))
    campaign = plan.campaign or _claimed(plan, outline)
    _write_rules(campaign, outline)
    campaign.save()
    campaign.targets.set(_targets(outline))
    _write_pages(campaign, outline, person)
    changed(campaign)
    plan.campaign, plan.outline = campaign, cast("dict[str, Any]", outline)
    plan.save(update_fields=["campaign", "outline", "changed_at"])
    return campaign


def _claimed(plan: Plan, outline: Outline) -> Campaign:
    """A new campaign that only this plan has."""
    slug = free_slug(slugify(outline["name"]))
    campaign = Campaign.objects.create(name=outline["name"], slug=slug, kind=outline["kind"])
    if not Plan.objects.filter(pk=plan.pk, campaign=None).update(campaign=campaign):
        raise MadeElsewhere
    return campaign


def _write_rules(campaign: Campaign, outline: Outline) -> None:
    campaign.name, campaign.kind = outline["name"], outline["kind"]
    for rule, value in outline["rules"].items():
        setattr(campaign, rule, value)
    for name in DATES:
        setattr(campaign, name, moment(outline["dates"].get(name, "")))
    campaign.target_list = TargetList.objects.filter(pk=outline["target_list"] or 0).first()


def _targets(outline: Outline) -> list[Target]:
    """Those that were chosen, and the office that was written down on the path: once it is whole, it is a target."""
    if is_whole(outline["office"]):
        outline["targets"] = [*outline["targets"], new_office(outline["office"]).pk]
        outline["office"] = {}
    return list(Target.objects.filter(pk__in=outline["targets"]))


def _write_pages(campaign: Campaign, outline: Outline, person: AbstractBaseUser) -> None:
    pages = pages_by_language(campaign)
    for language in outline["languages"]:
        words = outline["words"][language]
        if language in pages:
            change_draft(pages[language], words, person=person)
        elif str(words.get("title", "")).strip() and (home := home_in(language)):
            twin = next(iter(pages.values()), None)
            pages[language] = make_draft(campaign, home, words, person=person, twin=twin)


# ── publishing ──────────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class MayDo:
    """What somebody may do with a campaign's drafts."""

    publish: bool
    submit: bool


def may_do(pages: list[ActionPage], person: Any) -> MayDo:
    rights = [page.permissions_for_user(person) for page in pages]
    publish = bool(rights) and all(right.can_publish() for right in rights)
    return MayDo(publish, not publish and bool(rights) and all(right.can_submit_for_moderation() for right in rights))


@transaction.atomic
def publish(pages: list[ActionPage], person: Any) -> None:
    """All of them or none. What is live already and has not changed is left alone."""
    for page in pages:
        newest = Page.objects.select_for_update().get(pk=page.pk).specific
        if not newest.live or newest.has_unpublished_changes:
            newest.get_latest_revision().publish(user=person)


@transaction.atomic
def submit(pages: list[ActionPage], person: Any) -> None:
    """Hands them to whoever reviews, by the workflow of the place where they stand."""
    for page in pages:
        workflow = page.get_workflow()
        if workflow is not None and page.current_workflow_state is None:
            workflow.start(page, person)
