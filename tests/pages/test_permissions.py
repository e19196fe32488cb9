"""Pages by role: whoever has a role for one campaign writes its pages, and Wagtail refuses those of another."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from tests.pages.conftest import MakePage, publish
from tocsin.campaigns.models import Campaign
from tocsin.pages.models import ActionPage, HomePage
from tocsin.staff.giving import give_role, take_role
from tocsin.staff.models import Membership, Role

pytestmark = pytest.mark.django_db
NOT_TO_BE_DONE = (
    *("edit", "delete", "unpublish", "copy", "move", "history", "usage", "set_privacy", "workflow_history", "lock"),
    *("view_draft", "convert_alias"),
)


@pytest.fixture
def forest(campaign: Campaign) -> Campaign:
    forest = Campaign.objects.create(name="Keep the forest", slug="forest")
    forest.targets.set(campaign.targets.all())
    return forest


@pytest.fixture
def writer(client: Client, forest: Campaign) -> Any:
    """Writes for the forest, and for nothing else."""
    return _somebody(client, Role.CAMPAIGNER, forest)


def _somebody(client: Client, role: str, campaign: Campaign | None) -> Any:
    user = get_user_model().objects.create_user("writer", "writer@example.org", "x")
    give_role(user=user, role=role, campaign=campaign, by_name="Boss")
    client.force_login(user)
    return user


def is_refused(response: Any) -> bool:
    return bool(response.status_code == 302 and response.headers["Location"] == reverse("wagtailadmin_home"))


def address(act: str, page: Page) -> str:
    return reverse(f"wagtailadmin_pages:{act}", args=[page.pk])


def test_it_works(client: Client, writer: Any, live: MakePage, forest: Campaign) -> None:
    theirs, others = live(campaign=forest, slug="forest"), live()
    assert client.get(address("edit", theirs)).status_code == 200
    assert is_refused(client.get(address("edit", others)))


@pytest.mark.parametrize("act", NOT_TO_BE_DONE)
def test_a_page_of_another_campaign_is_refused_at_each_door(
    client: Client, writer: Any, live: MakePage, forest: Campaign, act: str
) -> None:
    live(campaign=forest, slug="forest")
    page = live()
    before = ActionPage.objects.filter(pk=page.pk).values().get(), Page.objects.count()
    for method in (client.get, client.post):
        response = method(address(act, page))
        assert is_refused(response) or response.status_code in {403, 404, 405}, (act, response.status_code)
    assert (ActionPage.objects.filter(pk=page.pk).values().get(), Page.objects.count()) == before


@pytest.mark.parametrize("act", ["delete", "publish", "unpublish", "move"])
def test_many_at_once_leaves_others_alone(client: Client, writer: Any, draft: MakePage, act: str) -> None:
    page = draft() if act == "publish" else publish(draft())
    url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", act]) + f"?id={page.pk}"
    client.post(url, {"chooser": page.get_parent().pk})
    assert ActionPage.objects.get(pk=page.pk).live == (act != "publish")


def test_an_old_revision_of_another_campaigns_page_is_not_brought_back(
    client: Client, writer: Any, live: MakePage
) -> None:
    page = live()
    revision = page.save_revision()
    for name in ("revisions_revert", "revisions_view", "revisions_unschedule"):
        url = reverse(f"wagtailadmin_pages:{name}", args=[page.pk, revision.pk])
        assert is_refused(client.get(url)), name
        assert is_refused(client.post(url)), name


def test_a_new_page_is_for_ones_own_campaign_only(
    client: Client, writer: Any, homes: dict[str, HomePage], campaign: Campaign, forest: Campaign
) -> None:
    new = reverse("wagtailadmin_pages:add", args=["pages", "actionpage", homes["en"].pk])
    html = client.get(new).content.decode()
    assert "Keep the forest" in html
    assert campaign.name not in html
    response = client.post(new, posted(campaign))
    assert "Select a valid choice" in response.content.decode()
    assert not ActionPage.objects.exists()
    client.post(new, posted(forest))
    assert ActionPage.objects.get().campaign == forest


def posted(campaign: Campaign) -> dict[str, Any]:
    texts = ("story", "background", "talking_points", "openings", "subjects", "prompts", "variants")
    streams = (*texts, "details", "questions", "consents")
    management = {f"{name}-count": "0" for name in streams}
    said = {
        "title": "Trees",
        "slug": "trees",
        "demand": "Keep them.",
        "campaign": campaign.pk,
        "letter_mode": "editable",
    }
    return {**management, **said, "thanks_text": "null", "comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}


def test_a_home_page_stays_with_those_who_write_for_all(
    client: Client, writer: Any, homes: dict[str, HomePage], live: MakePage, forest: Campaign
) -> None:
    live(campaign=forest, slug="forest")
    for act in ("edit", "delete", "unpublish", "move"):
        assert is_refused(client.post(address(act, homes["en"]))), act
    assert HomePage.objects.get(pk=homes["en"].pk).live


def test_pages_are_listed_by_campaign(
    client: Client, writer: Any, homes: dict[str, HomePage], live: MakePage, forest: Campaign
) -> None:
    listed = reverse("wagtailadmin_explore_results", args=[homes["en"].pk])
    assert client.get(listed).status_code == 200  # also before there is a page
    live(campaign=forest, slug="forest", title="Trees")
    live(title="Door")
    html = client.get(listed).content.decode()
    assert "Trees" in html
    assert "Door" not in html


def test_whoever_made_a_page_has_it_only_while_they_have_its_campaign(
    client: Client, writer: Any, live: MakePage, campaign: Campaign, forest: Campaign
) -> None:
    """Wagtail lets people edit what they own; here a role that was taken away takes the page along."""
    page = live()
    Page.objects.filter(pk=page.pk).update(owner=writer)
    assert is_refused(client.get(address("edit", page)))


def test_a_page_that_names_no_campaign_yet_is_its_makers(client: Client, writer: Any, draft: MakePage) -> None:
    page = draft(campaign=None)
    assert is_refused(client.get(address("edit", page)))
    Page.objects.filter(pk=page.pk).update(owner=writer)
    assert client.get(address("edit", page)).status_code == 200


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(
    client: Client, writer: Any, live: MakePage, forest: Campaign
) -> None:
    page = live(campaign=forest, slug="forest")
    assert client.get(address("edit", page)).status_code == 200
    get_user_model().objects.create_superuser("root", "", "x")
    take_role(Membership.objects.get())
    assert client.get(address("edit", page)).status_code == 302


def test_a_page_that_changes_its_campaign_changes_hands(
    client: Client, writer: Any, live: MakePage, forest: Campaign
) -> None:
    page = live()
    page.campaign = forest
    publish(page)
    assert client.get(address("edit", page)).status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_on_the_whole_site_writers_write_everywhere(client: Client, live: MakePage, role: str) -> None:
    page, opens = live(), role in {Role.CAMPAIGNER, Role.ADMINISTRATOR}
    _somebody(client, role, None)
    assert is_refused(client.get(address("edit", page))) != opens
    assert is_refused(client.get(address("unpublish", page))) != opens
    assert is_refused(client.get(reverse("wagtailadmin_pages:add_subpage", args=[page.get_parent().pk]))) != opens


def test_pictures_of_others_are_chosen_and_not_changed(client: Client, writer: Any, picture: Any) -> None:
    policy = policy_registry.get_by_type(get_image_model())
    assert policy.user_has_permission(writer, "add")
    assert policy.user_has_permission_for_instance(writer, "choose", picture)
    assert not policy.user_has_permission_for_instance(writer, "change", picture)
    picture.uploaded_by_user = writer
    assert policy.user_has_permission_for_instance(writer, "change", picture)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CAMPAIGNER])
def test_pictures_on_the_whole_site(client: Client, picture: Any, role: str) -> None:
    may = role == Role.CAMPAIGNER
    user, policy = _somebody(client, role, None), policy_registry.get_by_type(get_image_model())
    assert [policy.user_has_permission_for_instance(user, act, picture) for act in ("choose", "change")] == [may, may]


@pytest.mark.parametrize("role", [Role.CAMPAIGNER, Role.VIEWER])
def test_drafts_of_others_are_neither_explored_nor_chosen(
    client: Client, role: str, draft: MakePage, live: MakePage, forest: Campaign
) -> None:
    _somebody(client, role, forest)
    public, secret = live(title="Open door"), draft(title="Secret door", slug="secret")
    theirs = draft(campaign=forest, slug="forest", title="Trees")
    for name in ("wagtailadmin_explore", "wagtailadmin_explore_results"):
        assert is_refused(client.get(reverse(name, args=[secret.pk])))
    chooser = reverse("wagtailadmin_choose_page_child", args=[public.get_parent().pk])
    shown = client.get(chooser).content.decode()
    assert "Secret door" not in shown
    assert "Open door" in shown
    writes = role == Role.CAMPAIGNER
    assert (client.get(reverse("wagtailadmin_explore", args=[theirs.pk])).status_code == 200) is writes
    assert ("Trees" in shown) is writes
    Page.objects.filter(pk=public.pk).update(draft_title="Closed door")
    assert "Closed door" not in client.get(chooser).content.decode()
