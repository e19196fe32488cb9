"""A campaign as files at the desk: taken along, looked at, brought in with one press, and refused with sentences."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import Collection

from tests.browsers import what_axe_finds
from tests.desk.conftest import enter, make_a_site
from tocsin.campaigns.models import Campaign, Target
from tocsin.pages.files.kept import FILES, remove_old_uploads
from tocsin.pages.files.packed import packed, unpacked
from tocsin.pages.making import make_draft
from tocsin.pages.models import ActionPage, HomePage
from tocsin.staff.giving import give_role
from tocsin.staff.models import AuditLine, Role

pytestmark = pytest.mark.django_db
FROM_FILES = "/desk/campaigns/from-files/"


@pytest.fixture(autouse=True)
def _folder_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.TOCSIN_DIR = tmp_path


@pytest.fixture
def homes(db: None) -> dict[str, HomePage]:
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    return make_a_site("http://testserver")


@pytest.fixture
def page(homes: dict[str, HomePage], campaign: Campaign, boss: User) -> ActionPage:
    return make_draft(campaign, homes["en"], {"title": "Open it", "demand": "Open the border."}, person=boss)


def taken(client: Client, campaign: Campaign, which: str = "newest") -> dict[str, bytes]:
    answer = client.get(reverse("campaign:take_files", args=[campaign.pk, which]))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="open.zip"'
    return unpacked(answer.content)


def look(client: Client, files: dict[str, bytes] | bytes, url: str = FROM_FILES, **more: str) -> Any:
    data = files if isinstance(files, bytes) else packed(files, "open")
    return client.post(url, {"file": SimpleUploadedFile("open.zip", data), **more})


def press(client: Client, looked: Any, url: str = FROM_FILES, **more: Any) -> Any:
    return client.post(url, {"draft": looked.context["draft"], **more}, follow=True)


def test_it_works(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    files = taken(admin, campaign)
    files["page.en.toml"] = files["page.en.toml"].replace(b"Open the border.", b"Open it now.")
    files["campaign.toml"] = files["campaign.toml"].replace(b"goal = 1000", b"goal = 9")
    looked = look(admin, files)
    text = looked.content.decode()
    assert looked.status_code == 200
    assert "Nothing is changed yet." in text
    assert "<ins>" in text
    assert "1000 → 9" in text

    done = press(admin, looked)

    assert done.redirect_chain[-1][0] == reverse("campaign:hub", args=[campaign.pk])
    assert "Its pages are drafts" in done.content.decode()
    newest = ActionPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    campaign.refresh_from_db()
    assert (newest.demand, newest.live, campaign.goal) == ("Open it now.", False, 1000)
    assert _noted() == ["files_taken", "files_brought"]
    assert list(FILES.path.iterdir()) == []


def _noted() -> list[str]:
    return list(AuditLine.objects.filter(what__startswith="files").order_by("pk").values_list("what", flat=True))


def test_what_takes_effect_at_once_is_ticked(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    files = taken(admin, campaign)
    files["campaign.toml"] = files["campaign.toml"].replace(b"goal = 1000", b"goal = 9")
    press(admin, look(admin, files), at_once=["settings"])
    campaign.refresh_from_db()
    assert campaign.goal == 9
    assert AuditLine.objects.order_by("pk").last().details["ticked"] == ["settings"]  # type: ignore[union-attr]
    assert "at once: settings" in admin.get(reverse("desk_audit")).content.decode()


def test_as_a_new_campaign_under_another_short_name(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    looked = look(admin, taken(admin, campaign), short_name="second")
    assert "These files make a new campaign, “Open the border” (second)." in looked.content.decode()
    press(admin, looked)
    assert list(Campaign.objects.get(slug="second").targets.all()) == list(Target.objects.all())
    assert look(admin, taken(admin, campaign), short_name="not a name").status_code == 422


def test_pressed_twice_it_is_done_once(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    files = taken(admin, campaign)
    files["page.en.toml"] += b"\n[[prompts]]\ntype = 'question'\nvalue = 'Why?'\n"
    first, second = look(admin, files), look(admin, files)
    press(admin, first)
    again = press(admin, first)
    assert "This was too long ago." in again.content.decode()
    answer = press(admin, second)
    assert answer.status_code == 409
    assert "Something changed since you looked." in answer.content.decode()
    assert "Nothing differs from what is here." in answer.content.decode()


def test_an_upload_is_somebodys_own(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    looked = look(admin, taken(admin, campaign), short_name="second")
    other = enter(User.objects.create_superuser("other", "other@example.org", "x"))
    assert "This was too long ago." in press(other, looked).content.decode()
    answer = press(admin, looked, reverse("campaign:files", args=[campaign.pk]))
    assert "This was too long ago." in answer.content.decode()
    assert "too long ago" in admin.post(FROM_FILES, {"draft": "x:y"}, follow=True).content.decode()
    assert not Campaign.objects.filter(slug="second").exists()


def test_on_a_campaigns_own_screen_only_its_own_files(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    url = reverse("campaign:files", args=[campaign.pk])
    assert "The newest drafts" in admin.get(url).content.decode()
    assert "What is live" not in admin.get(url).content.decode()
    files = taken(admin, campaign)
    other = {**files, "campaign.toml": files["campaign.toml"].replace(b'"open"', b'"other"')}
    refused = look(admin, other, url)
    assert refused.status_code == 422
    assert "These are files of the campaign “other”, and this is “open”." in refused.content.decode()
    assert "Nothing differs" in look(admin, files, url).content.decode()


def _zip_of(name: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as into:
        into.writestr(name, "x")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (b"no archive", "This is no .zip that can be opened"),
        (_zip_of("../x"), "leads out of the folder"),
        ({"README.txt": b""}, "campaign.toml: It is missing."),
        ({"campaign.toml": b"a = ?"}, "campaign.toml, line 1: It cannot be read as TOML"),
        ({"campaign.toml": b"", "scripts.toml": b""}, "scripts.toml: Scripts are not brought in by files"),
    ],
)
def test_what_cannot_be_brought_in(admin: Client, homes: Any, files: Any, sentence: str) -> None:
    answer = look(admin, files)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not FILES.path.exists()
    assert not Campaign.objects.exists()


def test_without_a_file(admin: Client) -> None:
    answer = admin.post(FROM_FILES, {})
    assert answer.status_code == 422
    assert "Choose a file." in answer.content.decode()
    assert admin.get(FROM_FILES).status_code == 200


def test_there_is_no_third_way_to_take_it(admin: Client, campaign: Campaign) -> None:
    assert admin.get(reverse("campaign:take_files", args=[campaign.pk, "secret"])).status_code == 404


def test_whoever_may_not_change_a_campaign_is_not_shown_its_words(
    admin: Client, page: ActionPage, campaign: Campaign, colleague: Callable[..., Client]
) -> None:
    files = taken(admin, campaign)
    files["page.en.toml"] = files["page.en.toml"].replace(b"Open the border.", b"Another")
    answer = look(colleague("campaigns.add_campaign", "wagtailcore.add_page"), files)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "You may not change this campaign." in text
    assert "Open the border." not in text


def test_the_ways_in(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    hub = reverse("campaign:hub", args=[campaign.pk])
    assert reverse("campaign:files", args=[campaign.pk]) in admin.get(hub).content.decode()
    for url in (reverse("campaign:index"), reverse("campaign:new")):
        assert FROM_FILES in admin.get(url).content.decode()
    viewer = User.objects.create_user("viewer", "", "x")
    give_role(user=viewer, role=Role.VIEWER, campaign=None, by_name="Boss")
    assert reverse("campaign:files", args=[campaign.pk]) not in enter(viewer).get(hub).content.decode()
    assert FROM_FILES not in enter(viewer).get(reverse("campaign:index")).content.decode()


def test_uploads_that_nobody_came_back_to_are_removed(
    admin: Client, page: ActionPage, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    look(admin, taken(admin, campaign))
    assert remove_old_uploads() == 0
    monkeypatch.setattr("tocsin.lib.sealedfolder.time.time", lambda: 9e9)
    assert remove_old_uploads() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_what_files_would_do_is_readable_on_a_phone(
    live_server: Any, new_page: Callable[..., Any], admin: Client, page: ActionPage, campaign: Campaign
) -> None:
    files = taken(admin, campaign)
    files["page.en.toml"] = files["page.en.toml"].replace(b"Open the border.", b"Open it now.")
    files["campaign.toml"] = files["campaign.toml"].replace(b"goal = 1000", b"goal = 9")
    upload = {"name": "open.zip", "mimeType": "application/zip", "buffer": packed(files, "open")}
    opened = new_page(base_url=live_server.url)
    session = admin.cookies["sessionid"].value
    opened.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    opened.goto(FROM_FILES)
    opened.set_input_files("input[type=file]", upload)
    opened.get_by_role("button", name="See what would happen").click()
    opened.get_by_label("Its settings: rules and dates").check()

    assert what_axe_finds(opened) == []
    opened.set_viewport_size({"width": 360, "height": 740})
    assert opened.evaluate("document.documentElement.scrollWidth") <= 360
    opened.get_by_role("button", name="Bring it in").click()
    opened.wait_for_url(f"**{reverse('campaign:hub', args=[campaign.pk])}")
    campaign.refresh_from_db()
    assert campaign.goal == 9
