"""What a reader gets: the page, its number, its states; and with it nothing of anybody else, and no cookie."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.lookups import a_parliament
from tests.pages.conftest import MakePage, publish
from tocsin.actions import standing
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Targeting
from tocsin.look.policy import WHOSE_PAGE
from tocsin.pages.models import ActionPage

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_it_works(client: Client, live: MakePage) -> None:
    live()
    answer = client.get(PATH)
    assert answer.status_code == 200
    assert f'action="/act/{Edition.objects.get().pk}/"' in text(answer)
    assert '<html lang="en"' in text(answer)
    assert "End the agreement." in text(answer)


def test_search_engines_are_told_what_the_campaigner_wrote_for_them(client: Client, live: MakePage) -> None:
    live(seo_title="Refugees: write to the Minister", search_description="Two minutes for an open door.")
    answer = text(client.get(PATH))
    assert "<title>Refugees: write to the Minister" in answer
    assert '<meta name="description" content="Two minutes for an open door.">' in answer


def test_no_cookie_and_nothing_that_keeps_a_cache_from_keeping_it(client: Client, live: MakePage) -> None:
    live()
    for path in (PATH, f"{PATH}count.json", "/en/"):
        answer = client.get(path)
        assert not answer.cookies
        assert "Vary" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=5, stale-while-revalidate=10, stale-if-error=86400"
        assert answer.headers["No-Vary-Search"] == "params"


def test_the_page_loads_nothing_from_anybody_else(client: Client, live: MakePage, picture: Any) -> None:
    video = {"type": "video", "value": {"url": "https://films.example.org/1", "title": "A film", "poster": picture.pk}}
    live(hero_image=picture, hero_alt="A road", story=[video])
    answer = client.get(PATH)
    loaded = re.findall(r'<(?:img|script|iframe|source|video)[^>]+?(?:src|srcset)="([^"]+)"', text(answer))
    loaded += re.findall(r'<link rel="(?:stylesheet|icon)"[^>]*href="([^"]+)"', text(answer))
    assert loaded
    assert all(url.startswith("/") for url in loaded)
    assert "https://films.example.org/1" in text(answer)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_page_costs_few_queries(
    client: Client, live: MakePage, picture: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    live(hero_image=picture, hero_alt="A road")
    client.get(PATH)  # makes the pictures' sizes, once
    standing.forget()
    with django_assert_num_queries(14):
        client.get(PATH)
    with django_assert_num_queries(9):
        client.get(f"{PATH}count.json")


def test_what_is_signed_is_the_edition_and_not_a_draft(client: Client, live: MakePage) -> None:
    page = live()
    page.letter_text = "Not published yet."
    page.save_revision()
    assert "Not published yet." not in text(client.get(PATH))
    publish(page)
    assert "Not published yet." in text(client.get(PATH))


def test_an_imported_page_gets_its_edition_when_it_is_first_read(client: Client, draft: MakePage) -> None:
    page = draft()
    ActionPage.objects.filter(pk=page.pk).update(live=True)
    assert client.get(PATH).status_code == 200
    assert Edition.objects.get().number == 1


@pytest.mark.parametrize("name", ["", "count.json", "scripts.html"])
def test_a_page_that_is_not_live_is_not_found(client: Client, live: MakePage, name: str) -> None:
    live().unpublish()
    assert client.get(PATH + name).status_code == 404


@pytest.mark.parametrize("name", ["count.jsonx", "other.json", "x/", "x/count.json", "count.json/", "scripts.html"])
def test_what_does_not_stand_beside_a_page_is_not_found(client: Client, live: MakePage, name: str) -> None:
    live()
    assert client.get(PATH + name).status_code == 404


def test_a_page_is_read_and_not_posted_to(client: Client, live: MakePage) -> None:
    live()
    assert client.post(PATH).status_code == 405


def test_the_number_as_plain_data(client: Client, live: MakePage, campaign: Campaign) -> None:
    live()
    CounterEntry.objects.create(campaign=campaign, source="offset", people=785, reason="Before.")
    answer = client.get(f"{PATH}count.json")
    assert (answer.json()["count"], answer.json()["goal"]) == (785, 1000)
    assert set(answer.json()) == {"count", "goal", "as_of"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_french_page_is_french(client: Client, live: MakePage) -> None:
    live("en")
    live("fr", slug="gardons")
    page = text(client.get("/fr/gardons/"))
    assert '<html lang="fr"' in page
    assert 'href="/en/keep-the-door-open/"' in page
    assert 'hreflang="en"' in page
    assert "Démo Droits" in page


def test_a_closed_campaign_has_no_form(client: Client, live: MakePage, campaign: Campaign, yesterday: Any) -> None:
    live()
    campaign.closes_at = yesterday
    campaign.save()
    page = text(client.get(PATH))
    assert "<form" not in page
    assert "closed" in page


def test_a_campaign_that_is_not_open_yet_has_no_form(client: Client, live: MakePage, campaign: Campaign) -> None:
    live()
    campaign.opens_at = timezone.now() + timedelta(days=1)
    campaign.save()
    page = text(client.get(PATH))
    assert "<form" not in page
    assert "not open yet" in page


def test_the_home_page_shows_what_is_live_in_its_language(client: Client, live: MakePage, draft: MakePage) -> None:
    live("en")
    live("fr", slug="gardons", title="Gardons la porte ouverte")
    draft("en", slug="another", title="Not ready")
    page = text(client.get("/en/"))
    assert PATH in page
    assert "Gardons" not in page
    assert "Not ready" not in page
    assert 'href="/fr/"' in page


def test_a_home_page_with_nothing_to_do(client: Client, brand: object) -> None:
    assert client.get("/fr/").status_code == 200


@pytest.mark.parametrize(
    ("mode", "said"),
    [("open", "I am writing"), ("errors", "Error:"), ("thanks", "Thank you for acting"), ("closed", "closed")],
)
def test_a_draft_is_previewed_and_nothing_is_stored(draft: MakePage, mode: str, said: str) -> None:
    page = draft()
    answer = page.make_preview_request(preview_mode=mode)
    assert answer.status_code == 200
    assert said in text(answer)
    assert not Edition.objects.exists()
    assert "public" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize("mode", ["open", "errors", "thanks", "closed"])
def test_a_page_of_which_nothing_is_written_yet_is_previewed(homes: dict[str, Any], mode: str) -> None:
    page = ActionPage(title="New", locale=homes["en"].locale)
    assert page.serve_preview(RequestFactory().get("/"), mode).status_code == 200


def test_dates_are_said_in_the_campaigns_own_time(client: Client, live: MakePage, campaign: Campaign) -> None:
    live()
    campaign.time_zone = "Pacific/Auckland"
    campaign.closes_at = datetime(2026, 1, 1, 11, 30, tzinfo=UTC)  # half past midnight of the second, in Auckland
    campaign.save()
    assert "January 2" in text(client.get(PATH))


def test_a_campaigner_sees_beforehand_how_several_ridings_look(live: MakePage, campaign: Campaign) -> None:
    page = live()
    assert "several" not in dict(page.preview_modes)
    campaign.targeting, campaign.target_list = Targeting.POSTAL_CODE, a_parliament()
    page.campaign = campaign
    assert "several" in dict(page.preview_modes)
    html = page.make_preview_request(preview_mode="several").content.decode()
    assert "In which do you live?" in html
    assert "The second riding" in html


def test_a_campaigner_sees_beforehand_that_one_step_is_left(live: MakePage, campaign: Campaign) -> None:
    page = live()
    assert "One step is left" not in page.make_preview_request(preview_mode="thanks").content.decode()
    campaign.confirm_first = True
    page.campaign = campaign
    assert "One step is left" in page.make_preview_request(preview_mode="thanks").content.decode()


def test_the_page_turns_what_it_offers(client: Client, live: MakePage, monkeypatch: pytest.MonkeyPatch) -> None:
    live(openings=[{"type": "opening", "value": "I am worried."}, {"type": "opening", "value": "I cannot sleep."}])
    shown = []
    for turn in (0, 1):
        monkeypatch.setattr("random.randrange", lambda most, turn=turn: turn % most)
        shown.append(client.get(PATH).content.decode())
    assert "I am worried.\n\nI am writing" in shown[0]
    assert 'name="offer" value="0"' in shown[0]
    assert "I cannot sleep.\n\nI am writing" in shown[1]
    assert 'name="offer" value="1"' in shown[1]


def test_a_page_says_whose_it_is_to_whoever_counts_views(live: MakePage, client: Client, settings: Settings) -> None:
    page = live()
    assert client.get(page.path_in_site()).headers[WHOSE_PAGE] == f"{page.campaign_id} en"
    settings.TOCSIN_COUNT_VIEWS = False
    assert WHOSE_PAGE not in client.get(page.path_in_site()).headers
