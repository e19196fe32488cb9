"""Campaigners' scripts: in a frame with exactly their hosts, and changed only by those who have the right."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission

from tests.pages.conftest import MakePage, publish
from tocsin.pages.models import ActionPage
from tocsin.pages.scripts import Script, check_hosts, read_hosts, scripts_policy
from tocsin.staff.models import AuditLine

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"


@pytest.fixture
def page(live: MakePage) -> ActionPage:
    return live()


@pytest.fixture
def script(page: ActionPage) -> Script:
    return Script.objects.create(
        page=page, name="Counts", code="<script>count()</script>", hosts="stats.example.org", enabled=True
    )


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


def test_it_works(client: Client, script: Script) -> None:
    frame = client.get(f"{PATH}scripts.html")
    assert "<script>count()</script>" in frame.content.decode()
    assert frame.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'unsafe-inline' https://stats.example.org; img-src https://stats.example.org; "
        "connect-src https://stats.example.org; frame-ancestors 'self'; sandbox allow-scripts"
    )
    assert not frame.cookies
    page = client.get(PATH)
    assert f'<iframe src="{PATH}scripts.html" sandbox="allow-scripts"' in page.content.decode()
    assert "stats.example.org" not in page.headers["Content-Security-Policy"]
    assert "count()" not in page.content.decode()


def test_the_policy_lists_exactly_the_hosts_of_what_is_switched_on(client: Client, page: ActionPage) -> None:
    Script.objects.create(page=page, name="A", code="A", hosts="b.example.org\na.example.org", enabled=True)
    Script.objects.create(page=page, name="B", code="B", hosts="A.example.org", enabled=True)
    Script.objects.create(page=page, name="C", code="never", hosts="off.example.org", enabled=False)
    frame = client.get(f"{PATH}scripts.html")
    policy = frame.headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline' https://a.example.org https://b.example.org;" in policy
    assert "off.example.org" not in policy
    assert "never" not in frame.content.decode()


def test_without_scripts_there_is_no_frame(client: Client, script: Script) -> None:
    Script.objects.update(enabled=False)
    assert client.get(f"{PATH}scripts.html").status_code == 404
    assert "<iframe" not in client.get(PATH).content.decode()


def test_a_script_that_names_no_host_reaches_none() -> None:
    assert "img-src 'none'; connect-src 'none';" in scripts_policy([])


@pytest.mark.parametrize(
    "text",
    [
        "https://stats.example.org",
        "stats.example.org/path",
        "stats.example.org:8080",
        "*.example.org",
        "*",
        "localhost",
        "127.0.0.1",
        "'self'",
        "a.example.org; script-src *",
        "a.example.org b.example.org",
        "-a.example.org",
        "data:",
    ],
)
def test_what_is_no_host_name_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        check_hosts(text)


def test_hosts_are_read_as_people_write_them() -> None:
    check_hosts("stats.example.org\r\n\r\n CDN.Example.org \n")
    assert read_hosts("stats.example.org\r\n\r\n CDN.Example.org \nstats.example.org") == [
        "cdn.example.org",
        "stats.example.org",
    ]


def test_an_administrator_adds_a_script_and_is_named(client: Client, page: ActionPage, administrator: Any) -> None:
    client.force_login(administrator)
    assert client.get(reverse("scripts:add"), {"page": page.pk}).status_code == 200
    client.post(reverse("scripts:add"), posted(page, hosts="B.example.org"))
    script = Script.objects.get()
    assert (script.added_by, script.hosts, script.enabled) == (administrator, "b.example.org", False)
    assert client.get(reverse("scripts:index")).status_code == 200


def test_a_campaigner_without_the_right_is_refused_and_it_is_written_down(
    client: Client, page: ActionPage, script: Script, editor: Any
) -> None:
    """B77, by the doors for it."""
    client.force_login(editor)
    answers = [
        client.post(reverse("scripts:add"), posted(page)),
        client.post(reverse("scripts:edit", args=[script.pk]), posted(page, code="other")),
        client.post(reverse("scripts:delete", args=[script.pk])),
        client.get(reverse("scripts:index")),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert Script.objects.get().code == "<script>count()</script>"
    lines = AuditLine.objects.filter(what="refused", who=editor)
    assert [line.details["method"] for line in lines.order_by("pk")] == ["POST", "POST", "POST", "GET"]


def test_the_right_can_be_given_to_a_group(client: Client, page: ActionPage, editor: Any) -> None:
    editor.groups.get().permissions.add(Permission.objects.get(codename="add_script"))
    client.force_login(editor)
    client.post(reverse("scripts:add"), posted(page))
    assert Script.objects.get().added_by == editor


def test_restoring_an_old_page_restores_no_script(
    client: Client, page: ActionPage, script: Script, editor: Any
) -> None:
    """B77, by revision: a script taken away stays away, a changed one stays changed."""
    old = page.save_revision()
    assert "count()" not in str(old.content)
    script.delete()
    client.force_login(editor)
    client.get(reverse("wagtailadmin_pages:revisions_revert", args=[page.pk, old.pk]))
    old.publish()
    assert not Script.objects.exists()


def test_copying_a_page_copies_no_script(page: ActionPage, script: Script) -> None:
    copied = page.copy(update_attrs={"slug": "copy"}, keep_live=False)
    assert Script.objects.get().page == page
    assert not copied.scripts.exists()


def test_the_edit_screen_sends_no_script(client: Client, page: ActionPage, script: Script, editor: Any) -> None:
    """B77, by a forged field: the page's form does not know of scripts, whatever is posted with it."""
    client.force_login(editor)
    screen = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert "Counts" in screen.content.decode()
    assert "You have no right to change scripts" in screen.content.decode()
    forms = screen.context["form"]
    assert not {"scripts", "code"} & set(forms.fields)
    assert "scripts" not in forms.formsets


def test_a_page_takes_its_scripts_with_it(page: ActionPage, script: Script) -> None:
    publish(page).delete()
    assert not Script.objects.exists()


def test_the_edit_screen_leads_an_administrator_to_the_scripts(desk: Client, page: ActionPage, script: Script) -> None:
    screen = desk.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert reverse("scripts:edit", args=[script.pk]) in screen
    assert f"{reverse('scripts:add')}?page={page.pk}" in screen
