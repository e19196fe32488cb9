"""Wagtail's own API in the desk, which its choosers speak: it tells nobody of pages that they may not see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Collection

from tests.desk.conftest import enter, make_a_site
from tocsin.campaigns.models import Campaign
from tocsin.pages.models import ActionPage
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

DOORS = ["pages", "images", "documents"]


@pytest.fixture
def page(campaign: Campaign) -> ActionPage:
    home = make_a_site("http://testserver")["en"]
    made: ActionPage = home.add_child(
        instance=ActionPage(locale=home.locale, title="A secret plan", slug="plan", campaign=campaign, live=False)
    )
    return made


def test_it_works(admin: Client, page: ActionPage) -> None:
    told = admin.get(f"/desk/api/main/pages/{page.pk}/")
    assert told.json()["title"] == "A secret plan"


@pytest.mark.parametrize("door", DOORS)
def test_strangers_are_sent_to_the_entrance(client: Client, door: str) -> None:
    assert client.get(f"/desk/api/main/{door}/").status_code in {302, 401, 403}


def test_whoever_has_no_role_is_told_of_no_page(nobody: Client, page: ActionPage) -> None:
    assert nobody.get(f"/desk/api/main/pages/{page.pk}/").status_code in {403, 404}
    assert "secret" not in nobody.get("/desk/api/main/pages/").content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_for_one_campaign_is_told_nothing_of_another(page: ActionPage, role: Role) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    user = User.objects.create_user("one", "one@example.org", "x")
    give_role(user=user, role=role, campaign=other, by_name="Boss")
    browser = enter(user)
    assert browser.get(f"/desk/api/main/pages/{page.pk}/").status_code in {403, 404}
    assert "secret" not in browser.get("/desk/api/main/pages/?fields=*").content.decode()
    for step in ("publish", "unpublish", "delete", "copy", "revert_to_page_revision"):
        assert browser.post(f"/desk/api/main/pages/{page.pk}/action/{step}/").status_code in {403, 404}
    assert not ActionPage.objects.get().live


@pytest.fixture
def kept() -> dict[str, int]:
    """A picture and a document of the site, in the library that everybody's stand in."""
    if not Collection.objects.exists():
        Collection.add_root(name="Root")
    image = Image.objects.create(title="A secret plan", file=get_test_image_file())
    document = Document.objects.create(title="A secret plan", file=ContentFile(b"x", name="plan.txt"))
    return {"images": image.pk, "documents": document.pk}


@pytest.mark.parametrize("door", ["images", "documents"])
def test_pictures_and_documents_are_told_to_whom_may_choose_them(
    admin: Client, campaign: Campaign, kept: dict[str, int], door: str
) -> None:
    user = User.objects.create_user("one", "one@example.org", "x")
    give_role(user=user, role=Role.VIEWER, campaign=campaign, by_name="Boss")
    browser = enter(user)
    assert browser.get(f"/desk/api/main/{door}/?fields=*").json()["items"] == []
    assert browser.get(f"/desk/api/main/{door}/{kept[door]}/").status_code == 404
    assert browser.get(f"/desk/api/main/{door}/find/?id={kept[door]}").status_code == 404

    assert [item["title"] for item in admin.get(f"/desk/api/main/{door}/").json()["items"]] == ["A secret plan"]
    assert admin.get(f"/desk/api/main/{door}/{kept[door]}/").json()["title"] == "A secret plan"
