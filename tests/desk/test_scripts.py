"""The scripts' room: written by those with the right, approved by a second person, switched off in one click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, ModelLogEntry

from tests.desk.conftest import confirm
from tests.pages.conftest import *  # noqa: F403  (a site with its pages)
from tests.pages.conftest import MakePage
from tests.scripting import a_draft, an_approved, an_asked, one_that_runs, somebody
from tocsin.pages.models import ActionPage, Script
from tocsin.staff import audit
from tocsin.staff.models import AuditLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(live: MakePage) -> ActionPage:
    return live()


@pytest.fixture
def staff(db: None) -> Callable[..., Client]:
    """Somebody with the rights that are named."""

    def make(name: str, *rights: str) -> Client:
        user = somebody(name).user
        for right in ("wagtailadmin.access_admin", *rights):
            app_label, codename = right.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codename))
        client = Client()
        client.force_login(user)
        confirm(client, user)
        return client

    return make


@pytest.fixture  # type: ignore[no-redef]
def desk(client: Client, administrator: Any) -> Client:
    """An administrator who has just shown who they are."""
    client.force_login(administrator)
    confirm(client, administrator)
    return client


@pytest.fixture
def editor(page: ActionPage) -> Any:
    """May write and publish pages, and has no right to scripts."""
    user = get_user_model().objects.create_user("editor", "editor@example.org", "a long password")
    group = Group.objects.create(name="Writers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in ("add_page", "change_page", "publish_page"):
        permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=page.get_parent(), permission=permission)
    user.groups.add(group)
    return user


def posted(page: ActionPage, **changes: str) -> dict[str, str]:
    fields = {"page": str(page.pk), "name": "Counts", "code": "<b>1</b>", "hosts": "", "consent_class": "statistics"}
    return fields | changes


def at(name: str, script: Script, *more: str) -> str:
    return reverse(f"scripts:{name}", args=[script.pk, *more])


def logged() -> list[str]:
    return [action.removeprefix("tocsin.script_") for action in _entries().values_list("action", flat=True)]


def _entries() -> Any:
    return ModelLogEntry.objects.filter(action__startswith="tocsin.script_").order_by("pk")


def test_it_works(page: ActionPage, staff: Callable[..., Client], client: Client) -> None:
    writer = staff("one", "pages.add_script", "pages.change_script")
    approver = staff("two", "staff.approve_script")
    assert writer.get(reverse("scripts:add"), {"page": page.pk}).status_code == 200
    writer.post(reverse("scripts:add"), posted(page, hosts="B.example.org"))
    script = Script.objects.get()
    assert (script.added_by, script.hosts, script.enabled) == (somebody("one").user, "b.example.org", False)
    writer.post(at("step", script, "ask"))
    review = approver.get(at("review", script)).content.decode()
    assert "&lt;b&gt;1&lt;/b&gt;" in review
    approver.post(at("review", script), {"approve": "yes", "sha256": script.sha256})
    writer.post(at("step", script, "on"))
    assert client.get(f"{page.path_in_site()}scripts-statistics.html").status_code == 200
    writer.post(at("step", script, "off"))
    assert client.get(f"{page.path_in_site()}scripts-statistics.html").status_code == 404
    assert logged() == ["added", "asked", "approved", "on", "off"]
    told = writer.get(at("script", script)).content.decode()
    assert all(said in told for said in ("Added it", "Asked for approval", "Approved it", "Switched it off"))


def test_nobody_approves_their_own_also_as_an_administrator(desk: Client, page: ActionPage) -> None:
    desk.post(reverse("scripts:add"), posted(page))
    script = Script.objects.get()
    desk.post(at("step", script, "ask"))
    assert "a second person" in desk.get(at("script", script)).content.decode()
    desk.post(at("review", script), {"approve": "yes", "sha256": script.sha256})
    assert Script.objects.get().standing == "asked"


def test_an_approval_names_what_was_looked_at(page: ActionPage, staff: Callable[..., Client]) -> None:
    script = an_asked(page)
    answer = staff("two", "staff.approve_script").post(at("review", script), {"approve": "yes", "sha256": "0" * 64})
    assert answer.status_code == 422
    assert Script.objects.get().standing == "asked"


def test_a_refusal_needs_a_reason(page: ActionPage, staff: Callable[..., Client]) -> None:
    script, approver = an_asked(page), staff("two", "staff.approve_script")
    answer = approver.post(at("review", script), {"refuse": "yes", "reason": "", "sha256": script.sha256})
    assert answer.status_code == 422
    approver.post(at("review", script), {"refuse": "yes", "reason": "Whose is it?", "sha256": script.sha256})
    assert Script.objects.get().standing == "refused"
    assert "Whose is it?" in approver.get(at("script", script)).content.decode()


def test_who_may_approve_may_switch_off_from_the_list_too(page: ActionPage, staff: Callable[..., Client]) -> None:
    script, approver = one_that_runs(page), staff("two", "staff.approve_script")
    listed = approver.get(reverse("scripts:index")).content.decode()
    assert f'action="{at("step", script, "off")}"' in listed
    answer = approver.post(at("step", script, "off"), {"back": reverse("scripts:index")})
    assert answer.headers["Location"] == reverse("scripts:index")
    assert not Script.objects.get().enabled


def test_the_way_back_leads_nowhere_else(page: ActionPage, desk: Client) -> None:
    script = one_that_runs(page)
    answer = desk.post(at("step", script, "off"), {"back": "https://evil.example/"})
    assert answer.headers["Location"] == at("script", script)


def test_changing_shows_what_changed(page: ActionPage, desk: Client) -> None:
    script = an_approved(page, code="first line\nkept\n")
    desk.post(at("edit", script), posted(page, code="other line\nkept\n", consent_class="needed"))
    told = desk.get(at("script", script)).content.decode()
    assert "<del>− first line</del>" in told
    assert "<ins>+ other line</ins>" in told
    assert Script.objects.get().standing == "draft"


def test_a_campaigner_without_the_right_is_refused_and_it_is_written_down(
    client: Client, page: ActionPage, editor: Any
) -> None:
    """B77, by the doors for it."""
    script, before = one_that_runs(page), Script.objects.values().get()
    client.force_login(editor)
    answers = [
        client.post(reverse("scripts:add"), posted(page)),
        client.post(at("edit", script), posted(page, code="other")),
        client.post(at("delete", script)),
        client.post(at("review", script), {"approve": "yes", "sha256": script.sha256}),
        *[client.post(at("step", script, step)) for step in ("ask", "on", "off")],
        client.get(at("script", script)),
        client.get(reverse("scripts:index")),
    ]
    assert [answer.status_code for answer in answers] == [403] * 9
    assert all(f'href="{reverse("wagtailadmin_home")}"' in answer.content.decode() for answer in answers)
    assert "Ask an administrator" in answers[0].content.decode()
    assert Script.objects.values().get() == before
    assert AuditLine.objects.filter(what="refused", who=editor).count() == 9


def test_who_may_only_approve_writes_nothing(page: ActionPage, staff: Callable[..., Client]) -> None:
    approver = staff("two", "staff.approve_script")
    assert approver.post(reverse("scripts:add"), posted(page)).status_code == 403
    assert approver.post(at("step", an_approved(page), "on")).status_code == 403


def test_the_right_can_be_given_to_a_group(client: Client, page: ActionPage, editor: Any) -> None:
    editor.groups.get().permissions.add(Permission.objects.get(codename="add_script"))
    client.force_login(editor)
    assert client.post(reverse("scripts:add"), posted(page)).headers["Location"].startswith("/desk/account/again/")
    confirm(client, editor)
    client.post(reverse("scripts:add"), posted(page))
    assert Script.objects.get().added_by == editor


def test_restoring_an_old_page_restores_no_script(client: Client, page: ActionPage, editor: Any) -> None:
    """B77, by revision: a script taken away stays away, a changed one stays changed."""
    script = one_that_runs(page)
    old = page.save_revision()
    assert "count()" not in str(old.content)
    script.delete()
    client.force_login(editor)
    client.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk]))
    old.publish()
    assert not Script.objects.exists()


def test_the_edit_screen_sends_no_script(client: Client, page: ActionPage, editor: Any) -> None:
    """B77, by a forged field: the page's form does not know of scripts, whatever is posted with it."""
    one_that_runs(page)
    client.force_login(editor)
    screen = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert "Counts" in screen.content.decode()
    assert "You have no right to change scripts" in screen.content.decode()
    forms = screen.context["form"]
    assert not {"scripts", "code"} & set(forms.fields)
    assert "scripts" not in forms.formsets


def test_the_edit_screen_leads_an_administrator_to_the_scripts(desk: Client, page: ActionPage) -> None:
    script = a_draft(page)
    screen = desk.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert at("script", script) in screen
    assert f"{reverse('scripts:add')}?page={page.pk}" in screen


@pytest.mark.parametrize("name", ["script", "edit", "delete", "review"])
def test_each_screen_opens(desk: Client, page: ActionPage, name: str) -> None:
    assert desk.get(at(name, an_asked(page))).status_code == 200


@pytest.mark.parametrize("page", ["²", "9" * 30, "none"])
def test_a_link_that_names_no_page_opens_an_empty_form(staff: Callable[..., Client], page: str) -> None:
    assert staff("writer", "pages.add_script").get(reverse("scripts:add"), {"page": page}).status_code == 200


@pytest.mark.parametrize("act", ["add", "ask", "approve", "delete"])
def test_nothing_is_done_that_cannot_be_written_down(
    page: ActionPage, staff: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    script = an_asked(page) if act == "approve" else a_draft(page)
    rights = (f"pages.{right}_script" for right in ("add", "change", "delete"))
    desk, before = staff("two", "staff.approve_script", *rights), list(Script.objects.values())
    address = {
        "add": reverse("scripts:add"),
        "ask": at("step", script, "ask"),
        "approve": at("review", script),
        "delete": at("delete", script),
    }[act]
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        desk.post(address, posted(page, approve="yes", sha256=script.sha256))
    assert list(Script.objects.values()) == before


def test_removing_is_written_down(desk: Client, page: ActionPage) -> None:
    desk.post(at("delete", a_draft(page)))
    assert not Script.objects.exists()
    assert logged() == ["removed"]


def test_the_hub_switches_off_in_one_click(page: ActionPage, staff: Callable[..., Client]) -> None:
    script, approver = one_that_runs(page), staff("two", "staff.approve_script", "campaigns.view_campaign")
    hub = reverse("campaign:hub", args=[page.campaign_id])
    assert f'action="{at("step", script, "off")}"' in approver.get(hub).content.decode()
    assert approver.post(at("step", script, "off"), {"back": hub}).headers["Location"] == hub
    assert "Scripts that run" not in approver.get(hub).content.decode()
    assert at("step", script, "off") not in staff("three", "campaigns.view_campaign").get(hub).content.decode()
