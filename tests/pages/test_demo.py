"""The demonstration: both kinds of campaign in both languages, made once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from wagtail.models import Collection, Locale, Page, Site

from tocsin.actions.count import shown_count
from tocsin.campaigns.models import Campaign, Edition
from tocsin.pages.demo import prepare_demo
from tocsin.pages.models import ActionPage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_wagtail_leaves_it(db: None) -> None:
    """What its migrations would have made: a root, a page of welcome, a site, a collection."""
    locale = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locale)
    welcome = root.add_child(instance=Page(title="Welcome", slug="home", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")


def prepare(said: list[str] | None = None, **more: str) -> Any:
    return prepare_demo((said if said is not None else []).append, "http://testserver", **more)


def test_it_works(client: Client) -> None:
    said: list[str] = []
    facts = prepare(said, password="given on the first day")
    assert [page.language for page in facts.pages] == ["en", "fr", "en", "fr"]
    for page in facts.pages:
        answer = client.get(page.url.removeprefix("http://testserver"))
        assert answer.status_code == 200
        assert f'<html lang="{page.language}"' in answer.content.decode()
        assert "<form" in answer.content.decode()
    assert client.login(username=facts.username, password="given on the first day")
    assert any("Publishing" in line for line in said)
    assert client.get("/en/").status_code == client.get("/fr/").status_code == 200


def test_the_second_time_nothing_is_made_and_nothing_undone() -> None:
    first = prepare()
    page = ActionPage.objects.get(slug="keep-the-door-open")
    page.title = "My own title"
    page.save_revision().publish()
    editions = Edition.objects.count()
    said: list[str] = []
    second = prepare(said)
    assert said == []
    assert (second.password, len(second.pages)) == ("", len(first.pages))
    assert first.password
    assert second.pages[0].title == "My own title"
    assert Edition.objects.count() == editions
    assert get_user_model().objects.count() == 1


def test_the_count_begins_with_what_was_counted_before() -> None:
    prepare()
    campaign = Campaign.objects.get(slug="safe-third-country")
    assert (shown_count(campaign).count, campaign.goal) == (785, 1000)
    entry = campaign.counter_entries.get()
    assert entry.reason
    assert entry.entered_by_name
    assert isinstance(entry.counted_on, date)


def test_every_kind_of_block_is_shown() -> None:
    prepare()
    for slug in ("keep-the-door-open", "gardons-la-porte-ouverte"):
        kinds = {block.block_type for block in ActionPage.objects.get(slug=slug).story}
        assert kinds == {"heading", "text", "picture", "quote", "video", "facts", "call"}


def test_no_label_of_an_editor_reaches_the_public(client: Client) -> None:
    """What leaked on the page that started it (design §1)."""
    for page in prepare().pages:
        html = client.get(page.url.removeprefix("http://testserver")).content.decode()
        for label in ("Section Structure", "Additional Information", "Scripts Block", "Action Counter", "Offset"):
            assert label not in html
