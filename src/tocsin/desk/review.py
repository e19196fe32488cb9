"""Which pages of a campaign are in review: who asked, since when, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from wagtail.models import Page, WorkflowState

from tocsin.campaigns.models import Campaign


@dataclass(frozen=True, slots=True)
class InReview:
    """One page that waits for its reviewer, or, with `changes_asked`, for its writer."""

    title: str
    language: str
    asked_by: str
    since: datetime
    changes_asked: bool
    comment: str
    edit_url: str
    compare_url: str


def in_review(campaign: Campaign) -> list[InReview]:
    """In two queries, however many pages there are."""
    pages = {str(page.pk): page for page in campaign.action_pages.select_related("locale")}
    states = WorkflowState.objects.active().filter(
        base_content_type=ContentType.objects.get_for_model(Page), object_id__in=pages
    )
    found = states.select_related("requested_by", "current_task_state").order_by("created_at")
    return [_shown(state, pages[state.object_id]) for state in found]


def _shown(state: WorkflowState, page: Any) -> InReview:
    person, task = state.requested_by, state.current_task_state
    revision = task.revision_id if task else None
    return InReview(
        title=page.draft_title,
        language=page.locale.get_display_name(),
        asked_by=(person.get_full_name() or person.get_username()) if person else "",
        since=state.created_at,
        changes_asked=state.status == WorkflowState.STATUS_NEEDS_CHANGES,
        comment=task.comment if task else "",
        edit_url=reverse("wagtailadmin_pages:edit", args=[page.pk]),
        compare_url=reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "live", revision])
        if page.live and revision
        else "",
    )
