"""Draft, review, publish: whoever may publish a page may review it, and is written to."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import GroupPagePermission, Page, TaskState, Workflow, WorkflowPage, WorkflowState

from tests.pages.conftest import MakePage
from tests.pages.test_editing import filled
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import open_mail
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.review import Review, make_review
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

pytestmark = pytest.mark.django_db
type Hire = Callable[..., Client]


@pytest.fixture(autouse=True)
def our_mailer(settings: Settings) -> None:
    """Django's test runner puts its own in its place."""
    settings.MAILERS = {"default": {"BACKEND": "tocsin.outbox.staffmail.OutboxBackend"}}


@pytest.fixture(autouse=True)
def review(homes: dict[str, HomePage]) -> Workflow:
    return make_review()


@pytest.fixture
def hire(homes: dict[str, HomePage]) -> Hire:
    """Somebody of the staff with rights on all pages: change, publish."""

    def make(name: str, *rights: str) -> Client:
        group = Group.objects.create(name=name)
        group.permissions.add(Permission.objects.get(codename="access_admin"))
        for right in rights:
            permission = Permission.objects.get(codename=f"{right}_page", content_type__app_label="wagtailcore")
            GroupPagePermission.objects.create(group=group, page=Page.get_first_root_node(), permission=permission)
        user = User.objects.create_user(name, f"{name}@example.org", "x")
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        return client

    return make


def edit(page: ActionPage) -> str:
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


def submit(writer: Client, page: ActionPage, **changes: Any) -> Any:
    sent = filled(campaign=page.campaign_id, slug=page.slug, **{"action-submit": "yes", **changes})
    return writer.post(edit(page), sent)


def mails() -> dict[str, str]:
    """What staff were written, by address."""
    opened = [open_mail(message) for message in Message.objects.filter(kind=Kind.STAFF)]
    return {mail.to: str(message_from_bytes(mail.data).get_payload(decode=True), "utf-8") for mail in opened}  # type: ignore[arg-type]


def test_it_works(draft: MakePage, hire: Hire) -> None:
    writer, reviewer = hire("writer", "add", "change"), hire("reviewer", "change", "publish")
    page = draft()
    assert submit(writer, page).status_code == 302
    state = TaskState.objects.get()
    assert not ActionPage.objects.get().live
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk])
    reviewer.post(address, {"comment": ""})
    assert ActionPage.objects.get().live
    assert Edition.objects.get().words["letter"]["text"] == "Please open the door."


def test_a_reviewer_is_written_to_through_the_outbox(draft: MakePage, hire: Hire) -> None:
    writer = hire("writer", "add", "change")
    hire("reviewer", "change", "publish")
    hire("onlooker", "change")
    page = draft()
    submit(writer, page)
    assert list(mails()) == ["reviewer@example.org"]
    assert edit(page) in mails()["reviewer@example.org"]
    assert "compare" not in mails()["reviewer@example.org"]


def test_of_a_live_page_the_reviewer_is_shown_the_difference(live: MakePage, hire: Hire) -> None:
    writer, reviewer = hire("writer", "add", "change"), hire("reviewer", "change", "publish")
    page = live()
    submit(writer, page)
    revision = TaskState.objects.get().revision_id
    address = reverse("wagtailadmin_pages:revisions_compare", args=[page.pk, "live", revision])
    assert address in mails()["reviewer@example.org"]
    assert "Please open the door." in reviewer.get(address).content.decode()


def test_whoever_asks_is_told_what_came_of_it(draft: MakePage, hire: Hire) -> None:
    writer, reviewer = hire("writer", "add", "change"), hire("reviewer", "change", "publish")
    page = draft()
    submit(writer, page)
    state = TaskState.objects.get()
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", state.pk])
    reviewer.post(address, {"comment": "Say it shorter."})
    assert "Say it shorter." in mails()["writer@example.org"]
    assert WorkflowState.objects.get().status == WorkflowState.STATUS_NEEDS_CHANGES


def test_a_page_that_is_not_ready_is_not_put_into_review(draft: MakePage, hire: Hire) -> None:
    page = draft()
    answer = submit(hire("writer", "add", "change"), page, letter_text="")
    assert list(answer.context["form"].errors) == ["letter_text"]
    assert not TaskState.objects.exists()


def test_what_became_unready_in_review_is_not_published(draft: MakePage, hire: Hire, campaign: Campaign) -> None:
    writer, reviewer = hire("writer", "add", "change"), hire("reviewer", "change", "publish")
    page = draft()
    submit(writer, page)
    campaign.targets.clear()
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", TaskState.objects.get().pk])
    answer = reviewer.post(address, {"comment": ""})
    assert answer.headers["Location"] == reverse("campaign:preflight", args=[campaign.pk])
    assert not ActionPage.objects.get().live
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS


def test_whoever_may_not_publish_may_not_approve(draft: MakePage, hire: Hire) -> None:
    writer = hire("writer", "add", "change")
    page = draft()
    submit(writer, page)
    address = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", TaskState.objects.get().pk])
    writer.post(address, {"comment": ""})
    assert not ActionPage.objects.get().live
    assert TaskState.objects.get().status == TaskState.STATUS_IN_PROGRESS
    asker = User.objects.get(username="writer")
    assert Review.objects.get().get_actions(page, asker) == []
    assert writer.get(edit(page)).context["page_locked"]


def test_the_desk_lists_what_waits_for_a_reviewer(draft: MakePage, hire: Hire) -> None:
    page = draft()
    submit(hire("writer", "add", "change"), page)
    assert "Open the door" in hire("reviewer", "change", "publish").get("/desk/").content.decode()
    task = Review.objects.get()
    assert not task.get_task_states_user_can_moderate(User.objects.get(username="writer")).exists()


def test_wagtails_own_workflow_makes_room_and_an_organisations_stays(homes: dict[str, HomePage]) -> None:
    root = Page.get_first_root_node()
    theirs = Workflow.objects.create(name="Moderators approval")
    WorkflowPage.objects.filter(page=root).update(workflow=theirs)
    assert make_review().name == "Review"
    assert (Workflow.objects.filter(name="Review").count(), Review.objects.count()) == (1, 1)
    own = Workflow.objects.create(name="Four eyes")
    WorkflowPage.objects.filter(page=root).update(workflow=own)
    assert make_review() == own


def test_comments_are_switched_on(desk: Client, live: MakePage) -> None:
    form = desk.get(edit(live())).context["form"]
    assert "comments" in form.formsets


def test_who_may_publish_by_role_is_written_to_and_finds_it(
    draft: MakePage, hire: Hire, campaign: Campaign, petition: Campaign
) -> None:
    writer = hire("writer", "add", "change")
    for name, role, where in (
        ("site", Role.CAMPAIGNER, None),
        ("here", Role.CAMPAIGNER, campaign),
        ("elsewhere", Role.CAMPAIGNER, petition),
        ("viewer", Role.VIEWER, campaign),
    ):
        user = User.objects.create_user(name, f"{name}@example.org", "x")
        give_role(user=user, role=role, campaign=where, by_name="Boss")
    submit(writer, draft())
    assert sorted(mails()) == ["here@example.org", "site@example.org"]
    waiting = {
        user.username
        for user in User.objects.exclude(username="writer")
        if Review.objects.get().get_task_states_user_can_moderate(user).exists()
    }
    assert waiting == {"here", "site"}
