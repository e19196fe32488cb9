"""What an installation begins with: home pages in every language below the public address, made once."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings
from wagtail.models import Locale, Page, Site

from tocsin.pages.beginning import languages_without_a_home
from tocsin.pages.models import HomePage
from tocsin.prepare import begin

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def welcome(settings: Settings) -> Page:
    """As Wagtail's migrations leave a database: a root, a page of welcome, one language, a site at “localhost”."""
    settings.TOCSIN_BASE_URL = urlsplit("https://act.hearing.ca")
    settings.ALLOWED_HOSTS = ["act.hearing.ca"]
    locale = Locale.objects.get_or_create(language_code="en")[0]
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root", locale=locale)
    page: Page = root.add_child(instance=Page(title="Welcome", slug="home", locale=locale))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=page, is_default_site=True)
    return page


def test_it_works(client: Client) -> None:
    assert languages_without_a_home() == ["English", "French"]

    assert begin([]) == 0

    assert languages_without_a_home() == []
    english, french = (
        client.get(path, headers={"host": "act.hearing.ca"}).content.decode() for path in ("/en/", "/fr/")
    )
    assert "<h1>Take action</h1>" in english
    assert "<h1>Agir</h1>" in french
    assert not Page.objects.filter(title="Welcome").exists()


def test_the_pages_are_translations_at_the_public_address(capsys: pytest.CaptureFixture[str]) -> None:
    begin([])

    assert "https://act.hearing.ca/desk/" in capsys.readouterr().out
    assert HomePage.objects.values("translation_key").distinct().count() == 1
    assert list(Site.objects.values_list("hostname", "port")) == [("act.hearing.ca", 443)]


def test_a_second_time_changes_no_page(capsys: pytest.CaptureFixture[str]) -> None:
    begin([])
    HomePage.objects.filter(locale__language_code="en").update(title="Act with us")
    capsys.readouterr()

    begin([])

    assert HomePage.objects.filter(title="Act with us").count() == 1
    assert HomePage.objects.count() == 2
    assert "Making" not in capsys.readouterr().out


def test_a_page_that_somebody_wrote_stays(welcome: Page) -> None:
    welcome.add_child(instance=Page(title="Ours", slug="ours", locale=welcome.locale))

    begin([])

    assert Page.objects.filter(title__in=["Welcome", "Ours"]).count() == 2
