"""What comes after: the next action in the edition, how it ended on the closed page, and where that one leads."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from django.utils import timezone

from tests.pages.conftest import MakePage
from tests.pages.test_answers import text
from tocsin.actions import standing
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Tally
from tocsin.pages.models import ActionPage
from tocsin.pages.readiness import reasons_against_publishing

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"
OUTCOME = {
    "outcome_result": "won",
    "outcome_day": date(2026, 6, 5),
    "outcome_headline": "The agreement was suspended",
    "outcome_text": "<p>From <b>today</b> on.</p>",
}


def close(campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    standing.forget()


@pytest.fixture
def other(live: MakePage, petition: Campaign) -> ActionPage:
    """The live page of another campaign, in English."""
    said = {"campaign": petition, "slug": "first-hour", "title": "The first hour", "petition_text": "We ask."}
    return live(**said)


def test_it_works(client: Client, live: MakePage, campaign: Campaign) -> None:
    live(**OUTCOME)
    assert "The agreement was suspended" not in text(client.get(PATH))
    CounterEntry.objects.create(campaign=campaign, source="offset", people=785, reason="Before.")
    close(campaign)
    page = text(client.get(PATH))
    assert "The agreement was suspended" in page
    assert "From <b>today</b> on." in page
    assert "June 5, 2026" in page
    assert page.count("<strong>785</strong>") == 2
    assert "It closed on" in page
    assert "This action is closed" not in page
    assert f'action="/act/{Edition.objects.get().pk}/"' not in page


def test_without_an_outcome_it_says_when_it_closed(client: Client, live: MakePage, campaign: Campaign) -> None:
    live()
    close(campaign)
    page = text(client.get(PATH))
    assert "This action is closed" in page
    assert "It closed on" in page


def test_letters_that_were_taken_stand_there_too(client: Client, live: MakePage, campaign: Campaign) -> None:
    live(**OUTCOME)
    Campaign.objects.update(show_taken=True)
    Tally.objects.create(campaign=campaign, counted=3, letters_taken=3)
    close(campaign)
    assert "3 letters were taken by the mail server of" in text(client.get(PATH))


def test_the_home_page_says_how_it_ended(client: Client, live: MakePage, campaign: Campaign) -> None:
    live(**OUTCOME)
    assert "Won" not in text(client.get("/en/"))
    close(campaign)
    assert '<p class="card-standing">Won</p>' in text(client.get("/en/"))


def test_the_preview_of_a_closed_page_shows_it(live: MakePage) -> None:
    shown = live(**OUTCOME).serve_preview(RequestFactory().get("/"), "closed")
    assert "The agreement was suspended" in text(shown)


# ── a closed page that leads on ─────────────────────────────────────────────────────────────────────────────────
def test_a_closed_page_leads_on(client: Client, live: MakePage, campaign: Campaign, other: ActionPage) -> None:
    live(closed_leads_to=other)
    assert client.get(PATH).status_code == 200
    close(campaign)
    answer = client.get(PATH)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/en/first-hour/")
    assert "max-age=5" in answer.headers["Cache-Control"]


def test_where_readers_came_from_goes_on_with_them(
    client: Client, live: MakePage, campaign: Campaign, other: ActionPage
) -> None:
    live(closed_leads_to=other)
    close(campaign)
    answer = client.get(f"{PATH}?utm_source=news&name=Jane")
    assert answer.headers["Location"] == "/en/first-hour/?utm_source=news"
    assert "No-Vary-Search" not in answer.headers


def test_never_to_a_page_that_is_closed_itself(
    client: Client, live: MakePage, campaign: Campaign, petition: Campaign, other: ActionPage
) -> None:
    mine = live(closed_leads_to=other, **OUTCOME)
    ActionPage.objects.filter(pk=other.pk).update(closed_leads_to=mine)
    close(campaign)
    close(petition)
    assert "The agreement was suspended" in text(client.get(PATH))
    assert client.get("/en/first-hour/").status_code == 200


def test_nor_to_one_that_was_taken_down(client: Client, live: MakePage, campaign: Campaign, other: ActionPage) -> None:
    live(closed_leads_to=other)
    other.unpublish()
    close(campaign)
    assert client.get(PATH).status_code == 200


# ── the next action ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_next_action_is_in_the_edition(live: MakePage, campaign: Campaign, other: ActionPage) -> None:
    live(next_action=other)
    words = Edition.objects.get(campaign=campaign).words
    assert words["follows"] == {"campaign": other.campaign_id}


def test_the_preview_of_the_thanks_offers_it(draft: MakePage, other: ActionPage) -> None:
    shown = draft(next_action=other).serve_preview(RequestFactory().get("/"), "thanks")
    assert "The first hour" in text(shown)


def test_without_one_the_edition_has_no_such_word(live: MakePage, campaign: Campaign) -> None:
    live()
    assert "follows" not in Edition.objects.get(campaign=campaign).words


def test_the_form_posts_and_the_thanks_lead_on(
    client: Client, live: MakePage, campaign: Campaign, other: ActionPage
) -> None:
    live(next_action=other)
    edition = Edition.objects.get(campaign=campaign)
    posted = {"given_name": "Jane", "family_name": "Doe", "email": "jane@example.org", "postal_code": "K1A 0A6"}
    posted |= {"subject": "S", "text": "T"}
    answer = client.post(f"/act/{edition.pk}/", posted, headers={"sec-fetch-site": "same-origin"})
    page = text(client.get(answer.headers["Location"]))
    assert "The first hour" in page
    assert f'action="/onward/{Edition.objects.get(campaign=other.campaign).pk}/"' in page


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"outcome_headline": "It ended"}, "outcome_result"),
        ({"outcome_text": "<p>It ended.</p>"}, "outcome_result"),
        ({"outcome_result": "won"}, "outcome_headline"),
    ],
)
def test_half_an_outcome_is_not_published(draft: MakePage, changes: dict[str, str], field: str) -> None:
    assert [found for found, _said in reasons_against_publishing(draft(**changes))] == [field]


def test_an_empty_paragraph_of_the_editor_is_no_outcome(draft: MakePage) -> None:
    page = draft(outcome_text='<p data-block-key="a1b2c"></p>')
    assert "outcome_result" not in dict(reasons_against_publishing(page))


@pytest.mark.parametrize("field", ["next_action", "closed_leads_to"])
def test_a_page_does_not_lead_to_its_own_campaign(live: MakePage, field: str) -> None:
    page = live()
    setattr(page, field, page)
    with pytest.raises(ValidationError, match="same campaign"):
        page.save()


def test_the_next_action_speaks_the_language_of_the_page(draft: MakePage, other: ActionPage) -> None:
    assert reasons_against_publishing(draft("en", next_action=other)) == []
    assert [field for field, _said in reasons_against_publishing(draft("fr", next_action=other))] == ["next_action"]
