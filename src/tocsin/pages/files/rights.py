"""Who may bring what in: the rights of the desk, asked of each part of a plan.

Whoever runs the server may all of it, but for what keeps anybody: the lock of a page, and a review that it waits for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from tocsin.campaigns.models import Campaign
from tocsin.pages.files.shape import CAMPAIGN, MEMBERS, OF_LETTERS, PICTURE_TITLES, TARGETS, Problem, page_file
from tocsin.pages.making import home_in

if TYPE_CHECKING:
    from tocsin.pages.files.plan import PagePlan, Plan

ADD_CAMPAIGN, CHANGE_CAMPAIGN = "campaigns.add_campaign", "campaigns.change_campaign"
ADD_TARGET, CHANGE_TARGET = "campaigns.add_target", "campaigns.change_target"
ADD_LIST, CHANGE_LIST = "campaigns.add_targetlist", "campaigns.change_targetlist"
DECIDE_ON_LETTERS = "outbox.change_message"


def may(person: Any, right: str, campaign: Campaign | None = None) -> bool:
    """On the whole site, or for this campaign."""
    if person is None or person.has_perm(right):
        return True
    return campaign is not None and bool(person.has_perm(right, campaign))


def may_decide_on_letters(campaign: Campaign | None, person: Any) -> bool:
    return may(person, DECIDE_ON_LETTERS, campaign)


def problems(plan: Plan, person: Any) -> Iterator[Problem]:
    """What somebody would have to be allowed for the files to be brought in at all."""
    if person is not None:
        yield from _missing_rights(plan, person)
    for page in plan.pages:
        if page.page is not None and (person is None or page.page.permissions_for_user(person).can_edit()):
            yield from _lock_of(page, person)


def _missing_rights(plan: Plan, person: Any) -> Iterator[Problem]:
    if plan.campaign is None and not may(person, ADD_CAMPAIGN):
        yield Problem(
            CAMPAIGN, _("You may not make campaigns. Ask somebody who may, or an administrator for the right.")
        )
    if plan.campaign is not None and not may(person, CHANGE_CAMPAIGN, plan.campaign):
        yield Problem(CAMPAIGN, _("You may not change this campaign. Another short name makes a new one."))
    if plan.campaign is None and plan.targets.new and not may(person, ADD_TARGET):
        yield Problem(TARGETS, _may_not_add_targets())
    if plan.campaign is None and plan.makes_list and not _may_make_list(plan, person):
        yield Problem(MEMBERS, _("You may not make lists of targets, and this one is not here. Ask somebody who may."))
    if plan.pictures and not policy_registry.get_by_type(get_image_model()).user_has_permission(person, "add"):
        yield Problem(
            PICTURE_TITLES, _("You may not add pictures, and some of these are not here. Ask somebody who may.")
        )
    for page in plan.pages:
        yield from _problems_of_page(page, person)


def remarks(plan: Plan, person: Any) -> Iterator[Problem]:
    """What is left as it is, since somebody else decides on it."""
    asked = any(plan.said.rules.get(name) or plan.said.dates.get(name) for name in OF_LETTERS)
    if plan.campaign is None and asked and not may_decide_on_letters(None, person):
        sentence = _(
            "Holding letters and the day from which they leave are not taken over: you may not decide on letters."
        )
        yield Problem(CAMPAIGN, sentence)


def may_tick(plan: Plan, person: Any) -> Iterator[str]:
    """What takes effect at once, is there to be done, and is this person's to decide."""
    if plan.campaign is not None and may(person, CHANGE_CAMPAIGN, plan.campaign):
        if plan.settings and (not plan.makes_list or _may_make_list(plan, person)):
            yield "settings"
        if (plan.enter or plan.leave) and (not plan.targets.new or may(person, ADD_TARGET)):
            yield "targets"
    if _something_known_changes(plan) and may(person, CHANGE_TARGET) and _may_join(plan, person):
        yield "known"


def _something_known_changes(plan: Plan) -> bool:
    joining = plan.target_list is not None and (plan.members.joining or plan.members.new)
    return bool(plan.targets.changed or plan.members.changed or joining)


def _may_join(plan: Plan, person: Any) -> bool:
    if plan.target_list is None or not (plan.members.joining or plan.members.new):
        return True
    return may(person, CHANGE_LIST) and (not plan.members.new or may(person, ADD_TARGET))


def _may_make_list(plan: Plan, person: Any) -> bool:
    return may(person, ADD_LIST) and (not plan.members.new or may(person, ADD_TARGET))


def _may_not_add_targets() -> str:
    return _("You may not add targets, and some of these are not here. Ask somebody who may, or take only known ones.")


def _problems_of_page(plan: PagePlan, person: Any) -> Iterator[Problem]:
    if plan.page is None:
        home = home_in(plan.language)
        if home is not None and not home.permissions_for_user(person).can_add_subpage():
            yield Problem(page_file(plan.language), _("You may not write pages in this language."))
    elif not plan.page.permissions_for_user(person).can_edit():
        yield Problem(page_file(plan.language), _("You may not change this page."))


def _lock_of(plan: PagePlan, person: Any) -> Iterator[Problem]:
    """A program is nobody's colleague: whoever holds a lock or a review, it is not the one."""
    lock = plan.page.get_lock() if plan.page else None
    if lock and (person is None or lock.for_user(person)):
        yield Problem(
            page_file(plan.language), _("This page is locked, or waits for a review: its words stay for now.")
        )
