"""Draft, review, publish: Wagtail's workflow with one step of our own. Whoever may publish a page may review it.

Wagtail's own step asks for a group to be named; ours goes by the right itself, so that it works from the first day and
whatever roles an organisation has.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Task, TaskState, Workflow, WorkflowPage, WorkflowTask
from wagtail.permission_policies.pages import PagePermissionPolicy
from wagtail.permissions import policy_registry
from wagtail.users.models import UserProfile

from tocsin.pages.readiness import reasons_against_publishing
from tocsin.staff.models import Membership
from tocsin.staff.roles import RIGHTS

# What Wagtail's migrations make. It asks a group that nobody is in.
WAGTAILS_OWN = "Moderators approval"
PUBLISHERS = [role for role, rights in RIGHTS.items() if "wagtailcore.publish_page" in rights]


class Review(Task):
    """Somebody who may publish the page reads it, and approves it or asks for changes."""

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")

    @classmethod
    def get_description(cls) -> str:
        return gettext("Somebody who may publish the page looks at it first.")

    def start(self, workflow_state: Any, user: Any = None) -> TaskState:
        state: TaskState = super().start(workflow_state, user=user)
        tell_reviewers(state, user)
        return state

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        if not may_review(obj, user):
            return []
        return [
            ("reject", gettext("Ask for changes"), True),
            ("approve", gettext("Approve"), False),
            ("approve", gettext("Approve with a comment"), True),
        ]

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> str | None:
        """A page that is not ready stays in review; whoever approved it is led to what is still to do."""
        page = task_state.revision.as_object()
        campaign = getattr(page, "campaign", None)
        if action_name == "approve" and hasattr(page, "campaign") and reasons_against_publishing(page):
            return reverse("campaign:preflight", args=[campaign.pk]) if campaign else None
        super().on_action(task_state, user, action_name, **kwargs)
        return None

    def user_can_access_editor(self, obj: Page, user: Any) -> bool:
        return may_review(obj, user)

    def locked_for_user(self, obj: Page, user: Any) -> bool:
        """What is being read does not change under the reader's eyes."""
        return not may_review(obj, user)

    def get_task_states_user_can_moderate(self, user: Any, **_kwargs: Any) -> models.QuerySet[TaskState]:
        waiting = self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        if user.is_superuser:
            found: models.QuerySet[TaskState] = waiting
            return found
        pages = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "publish")
        mine: models.QuerySet[TaskState] = waiting.filter(
            workflow_state__object_id__in=[str(pk) for pk in pages.values_list("pk", flat=True)]
        )
        return mine


def may_review(page: Page, user: Any) -> bool:
    return bool(page.permissions_for_user(user).can_publish())


# ── the mail ────────────────────────────────────────────────────────────────────────────────────────────────────
def tell_reviewers(state: TaskState, asker: Any) -> None:
    """A mail to each who may publish the page, except to whoever asks. It leaves through the outbox."""
    page = state.revision.as_object()
    for reviewer in reviewers_of(page, asker):
        _mail(page, state, reviewer, asker).send()


def reviewers_of(page: Page, asker: Any) -> list[Any]:
    """By Wagtail's groups, or by a role; whom either names is asked for the right itself."""
    by_groups = PagePermissionPolicy().users_with_permission_for_instance("publish", page)
    by_roles = Membership.objects.filter(role__in=PUBLISHERS).values("user")
    people = get_user_model().objects.filter(Q(pk__in=by_groups.values("pk")) | Q(pk__in=by_roles))
    found = people.filter(is_active=True).exclude(email="").order_by("pk")
    return [person for person in found if person != asker and may_review(page, person)]


def _mail(page: Page, state: TaskState, reviewer: AbstractBaseUser, asker: Any) -> EmailMessage:
    base = settings.WAGTAILADMIN_BASE_URL
    with translation.override(UserProfile.get_for_user(reviewer).get_preferred_language()):
        subject = gettext("Please look at this page: %(title)s") % {"title": page.get_admin_display_title()}
        context = {
            "page": page,
            "asker": asker.get_full_name() or asker.get_username() if asker is not None else "",
            "edit_url": base + reverse("wagtailadmin_pages:edit", args=[page.pk]),
            "compare_url": base + _compare_url(page, state) if page.live else "",
        }
        text = render_to_string("pages/mails/review.txt", context)
    return EmailMessage(" ".join(subject.split()), text, None, [reviewer.email])  # type: ignore[attr-defined]


def _compare_url(page: Page, state: TaskState) -> str:
    return reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "live", state.revision_id])


# ── out of the box ──────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def make_review() -> Workflow:
    """The workflow “Review” for every page, unless an organisation has made one of its own."""
    root = Page.get_first_root_node()
    here = WorkflowPage.objects.filter(page=root).select_related("workflow").first()
    if here is not None and here.workflow.name != WAGTAILS_OWN:
        return here.workflow
    task = Review.objects.first() or Review.objects.create(name=gettext("Review"))
    workflow = Workflow.objects.filter(workflow_tasks__task=task).first() or _new_workflow(task)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    return workflow


def _new_workflow(task: Review) -> Workflow:
    workflow = Workflow.objects.create(name=gettext("Review"))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow
