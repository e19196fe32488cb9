"""The edit screen: a campaigner makes a page, saves it unready, and publishes it when it is ready."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Workflow, WorkflowPage
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from tests.pages.conftest import MakePage
from tocsin.campaigns.models import Campaign, Edition
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage, HomePage

pytestmark = pytest.mark.django_db


def add(home: HomePage) -> str:
    return reverse("wagtailadmin_pages:add", args=["pages", "actionpage", home.pk])


def filled(**changes: Any) -> dict[str, Any]:
    """What the browser sends of the edit screen."""
    asked = [("detail", {"kind": kind, "required": "on", "label": "", "help": ""}) for kind in ("given_name", "email")]
    fields = {
        "title": "Open the door",
        "slug": "open-the-door",
        "demand": "Open it.",
        "story": streamfield([("heading", {"text": "Why"}), ("text", rich_text("<p>Because.</p>"))]),
        "background": streamfield([]),
        "letter_mode": "editable",
        "letter_subject": "Open it",
        "letter_text": "Please open the door.",
        "letter_closing": "Yours sincerely,",
        "talking_points": streamfield([]),
        "prompts": streamfield([]),
        "openings": streamfield([]),
        "subjects": streamfield([]),
        "variants": streamfield([]),
        "details": streamfield(asked),
        "questions": streamfield([]),
        "consents": streamfield([]),
        "thanks_text": rich_text("<p>Thanks.</p>"),
    }
    sent: dict[str, Any] = nested_form_data(fields | changes)
    return sent


def test_it_works(desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object) -> None:
    desk.post(add(homes["en"]), filled(campaign=campaign.pk, **{"action-publish": "yes"}))
    page = ActionPage.objects.get()
    assert page.live
    assert Edition.objects.get().words["letter"]["text"] == "Please open the door."
    assert desk.get("/en/open-the-door/").status_code == 200


def test_a_new_page_is_nearly_ready(desk: Client, homes: dict[str, HomePage]) -> None:
    form = desk.get(add(homes["en"])).context["form"]
    assert [detail.value["kind"] for detail in form.initial["details"]][:3] == ["given_name", "family_name", "email"]
    assert form.initial["mail_text"].startswith("Hello {name}")
    assert form.initial["letter_closing"] == "Yours sincerely,"


def test_each_block_of_a_new_page_can_be_folded_by_itself(desk: Client, homes: dict[str, HomePage]) -> None:
    details = desk.get(add(homes["en"])).context["form"].initial["details"]
    assert len({detail.id for detail in details if detail.id}) == len(details) > 1


def test_the_screen_speaks_a_campaigners_words(desk: Client, live: MakePage) -> None:
    screen = desk.get(reverse("wagtailadmin_pages:edit", args=[live().pk])).content.decode()
    for heading in ("Story", "Form and letter", "Thanks and sharing", "Scripts"):
        assert heading in screen


def test_a_draft_is_saved_unready(desk: Client, homes: dict[str, HomePage]) -> None:
    answer = desk.post(
        add(homes["en"]),
        filled(demand="", letter_text="", details=streamfield([]), story=streamfield([("heading", {"text": ""})])),
    )
    assert answer.status_code == 302
    assert not ActionPage.objects.get().live


def test_publishing_what_is_not_ready_says_what_to_do(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: BrandSettings
) -> None:
    answer = desk.post(add(homes["en"]), filled(campaign=campaign.pk, letter_text="", **{"action-publish": "yes"}))
    assert answer.context["form"].errors == {
        "letter_text": ["Write the letter, or choose that people begin with an empty one."]
    }
    assert not ActionPage.objects.exists()


def test_a_draft_of_a_live_page_may_be_unready(desk: Client, live: MakePage, campaign: Campaign) -> None:
    page = live()
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = desk.post(address, filled(campaign=campaign.pk, slug=page.slug, letter_text=""))
    assert answer.status_code == 302
    assert Edition.objects.count() == 1
    assert ActionPage.objects.get().letter_text == "I am writing about the agreement."


def test_a_picture_in_the_story_must_be_described(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object, picture: Any
) -> None:
    story = streamfield([("picture", {"image": picture.pk, "alt": "", "credit": "", "caption": ""})])
    answer = desk.post(add(homes["en"]), filled(campaign=campaign.pk, story=story, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["story"]


def test_a_video_is_reached_by_https_only(
    desk: Client, homes: dict[str, HomePage], campaign: Campaign, brand: object
) -> None:
    story = streamfield([("video", {"url": "http://films.example.org/1", "title": "A film", "poster": ""})])
    answer = desk.post(add(homes["en"]), filled(campaign=campaign.pk, story=story, **{"action-publish": "yes"}))
    assert list(answer.context["form"].errors) == ["story"]


def _steps(answer: Any) -> dict[str, str]:
    """Each step in its order, with its words."""
    found = answer.context["action_menu"]
    return {str(item.name): str(item.label) for item in [found.default_item, *found.menu_items]}


def test_whoever_may_publish_may_ask_for_review_in_plain_words(desk: Client, homes: dict[str, HomePage]) -> None:
    WorkflowPage.objects.create(workflow=Workflow.objects.create(name="Moderators approval"), page=homes["en"])

    steps = _steps(desk.get(add(homes["en"])))

    assert list(steps)[-2:] == ["action-publish", "action-submit"]
    assert steps["action-submit"] == "Ask for review"


def test_the_home_page_can_be_edited(desk: Client, homes: dict[str, HomePage]) -> None:
    address = reverse("wagtailadmin_pages:edit", args=[homes["fr"].pk])
    answer = desk.post(address, {"title": "Agissons", "slug": "home-fr", "intro": "Bonjour.", "action-publish": "yes"})
    assert answer.status_code == 302
    page = desk.get("/fr/").content.decode()
    assert "Bonjour." in page
    assert "<h1>Agissons</h1>" in page
    assert "<title>Agissons" in page
