"""The pictures of numbers: what they say is what the hours say, in few queries, and no small place is given away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from tests.desk.conftest import Sign
from tocsin.actions.models import HourOfActions, HourOfLetters, HourOfPlace, HourOfViews, RollUpMark, RollUpProof
from tocsin.actions.rollup import WHOLE, Place, write_places
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.actions.updates.models import Update
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Kind, PostalDivision, Tally, Target, Targeting
from tocsin.campaigns.targeting.tables import know_divisions
from tocsin.desk.figure_shares import in_places, shown_places
from tocsin.desk.trends import trend_of, trends_of

ONE = "ocd-division/country:ca/ed:1-2023"
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def some_numbers(campaign: Campaign, now: datetime | None = None) -> None:
    """Ninety people and more in two languages, from two links and nowhere, over three days."""
    now = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    for ago, language, source, people, own in (
        (0 * HOUR, "en", "", 10, 4),
        (1 * HOUR, "en", "newsletter", 50, 20),
        (1 * DAY, "fr", "", 30, 0),
        (2 * DAY, "en", "*", 2, 1),
    ):
        same = {"campaign": campaign, "hour": now - ago, "language": language, "source": source}
        HourOfActions.objects.create(**same, people=people, own_words=own)
        HourOfViews.objects.create(**same, views=people * 4)
        HourOfLetters.objects.create(
            campaign=campaign,
            hour=now - ago,
            language=language,
            fate="refused" if source == "*" else "sent",
            letters=people,
        )
    HourOfViews.objects.create(campaign=campaign, hour=now, language="en", source="//other.example", views=8)
    for place, people in (("ON", 60), ("QC", 25), ("YT", 3)):
        write_places({Place(campaign.pk, "province", place, now): people})
    Tally.objects.filter(campaign=campaign).update(counted=92)
    RollUpMark.objects.create(walk="actions", at=now, done=True)


@pytest.fixture
def numbers(campaign: Campaign, noon: time_machine.Traveller) -> str:
    some_numbers(campaign, NOON)
    return reverse("campaign:numbers", args=[campaign.pk])


def csv(client: Client, address: str, name: str, query: str = "") -> list[str]:
    response = client.get(f"{address}{name}.csv?{query}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]


def test_it_works(admin: Client, numbers: str) -> None:
    page = admin.get(numbers)
    assert page.status_code == 200
    assert "92 people acted between 9 Jun and 15 Jun 2026. Most at once: 60 (15 Jun 2026)." in page.text
    assert page.text.count('role="img"') == page.text.count("<title id=") == 9
    assert page.context["tiles"] == [
        ("people acted", "92"),
        ("changed the offered text", "27%"),
        ("page views seen here", "376"),
        ("actions for each hundred views", "24.5"),
    ]


def test_ten_million_are_some_rows_and_few_queries(
    admin: Client, numbers: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    HourOfActions.objects.update(people=10_000_000)
    with django_assert_max_num_queries(34):  # half of them are Wagtail's own
        assert "40,000,000 people acted" in admin.get(numbers).text


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ("range=24h", "60"),
        ("range=24h&language=en", "60"),
        ("range=7d&language=fr", "30"),
        ("range=all", "92"),
        ("range=all&language=xx", "92"),
        ("range=days&since=2026-06-13&until=2026-06-14", "32"),
        ("range=days&since=2026-06-01&until=2026-06-02", "0"),
    ],
)
def test_time_and_language_are_chosen_by_address(admin: Client, numbers: str, query: str, people: str) -> None:
    assert admin.get(f"{numbers}?{query}").context["tiles"][0] == ("people acted", people)


def test_a_day_that_does_not_exist_is_said_and_nothing_is_lost(admin: Client, numbers: str) -> None:
    page = admin.get(f"{numbers}?range=days&since=2026-06-31&until=2026-07-01&language=fr")
    assert page.status_code == 422
    assert "Choose both days" in page.text
    assert 'value="2026-06-31"' in page.text
    assert page.context["language"] == "fr"
    assert [choice.url for choice in page.context["languages"]] == ["?", "?language=en", "?language=fr"]


def test_each_picture_is_csv_too(admin: Client, numbers: str) -> None:
    assert csv(admin, numbers, "actions")[-2:] == ["2026-06-14,30,0", "2026-06-15,60,24"]
    assert csv(admin, numbers, "actions", "range=24h")[-1] == "2026-06-15T08:00-04:00,10,4"
    assert csv(admin, numbers, "growth")[-1] == "2026-06-15,92"
    assert csv(admin, numbers, "own-words")[-1] == "2026-06-15,24,40.0"
    assert csv(admin, numbers, "letters")[0] == "from,sent,refused"
    assert csv(admin, numbers, "views")[-1] == "2026-06-15,248,60,24.2"
    assert csv(admin, numbers, "sources")[1] == "newsletter,50,54.3,200,25.0"
    assert csv(admin, numbers, "referrers")[-2:] == ["//other.example,8,2.1", "*,8,2.1"]
    assert csv(admin, numbers, "languages")[1:] == ["en,62,25,256", "fr,30,0,120"]


def test_there_is_no_other_csv(admin: Client, numbers: str) -> None:
    assert admin.get(f"{numbers}secrets.csv").status_code == 404
    assert admin.get(f"{numbers}ridings.csv").status_code == 404  # this campaign looks nobody up


def test_the_ledger_is_in_the_number_and_its_goal_in_the_picture(
    admin: Client, numbers: str, campaign: Campaign
) -> None:
    entry = CounterEntry(campaign=campaign, source="paper", people=500, reason="Town hall", entered_by_name="Jane")
    entry.save()
    CounterEntry.objects.filter(pk=entry.pk).update(entered_at=NOON - 2 * DAY)
    assert csv(admin, numbers, "growth")[-3:] == ["2026-06-13,502", "2026-06-14,532", "2026-06-15,592"]
    assert csv(admin, numbers, "growth", "range=24h")[-1].endswith(",592")
    assert csv(admin, numbers, "growth", "language=fr")[-1] == "2026-06-15,30"
    assert "592 people at the end. The goal is 1,000." in admin.get(numbers).text


def test_moments_stand_in_the_picture(admin: Client, numbers: str, edition: Edition) -> None:
    Edition.objects.update(published_at=NOON - DAY)
    Update.objects.create(campaign=edition.campaign, sent_at=NOON - DAY)
    page = admin.get(numbers)
    assert "Edition 1 (English) was published" in page.text
    assert "An update was mailed to those who acted" in page.text
    assert "desk-flag-word" in page.text
    assert "was published" not in admin.get(f"{numbers}?range=days&since=2026-06-15&until=2026-06-15").text


def test_views_count_only_from_when_they_were_counted(admin: Client, numbers: str) -> None:
    HourOfViews.objects.filter(hour__lt=NOON - HOUR).delete()
    tiles = admin.get(numbers).context["tiles"]
    assert tiles[-1] == ("actions for each hundred views", "24.2")


def test_where_views_are_not_counted_that_is_said(admin: Client, numbers: str, settings: Settings) -> None:
    settings.TOCSIN_COUNT_VIEWS = False
    HourOfViews.objects.all().delete()
    assert "has switched it off" in admin.get(numbers).text


# ── places ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_place_with_few_people_has_a_name_and_no_number(admin: Client, numbers: str) -> None:
    assert csv(admin, numbers, "provinces")[1:] == ["ON,60,65.2", "QC,25,27.2", "YT,,", "rest,7,"]
    assert "fewer than 5" in admin.get(numbers).text


@pytest.mark.parametrize(
    "query", ["range=24h", "range=7d", "language=fr", "range=days&since=2026-01-01&until=2026-01-02"]
)
def test_two_pictures_of_places_side_by_side_tell_of_nobody(admin: Client, numbers: str, query: str) -> None:
    assert csv(admin, numbers, "provinces", query) == csv(admin, numbers, "provinces")


@pytest.mark.parametrize(
    ("people", "acted", "shown"),
    [
        ({"ON": 60, "YT": 3}, 70, {"ON": 60, "YT": None}),
        ({"ON": 60, "PE": 6, "YT": 3}, 69, {"ON": 60, "PE": None, "YT": None}),
        ({"ON": 60, "PE": 6, "YT": 4, "NU": 1}, 71, {"ON": 60, "PE": 6, "YT": None, "NU": None}),
        ({"YT": 4}, 4, {"YT": None}),
        ({"ON": 5}, 5, {"ON": 5}),
    ],
)
def test_what_is_held_back_cannot_be_reckoned(people: dict[str, int], acted: int, shown: dict[str, int | None]) -> None:
    found = shown_places(Counter(people), acted)
    assert dict(found.rows) == shown
    assert found.rest == acted - sum(number for number in shown.values() if number)


def test_ridings_stand_there_by_their_names(admin: Client, numbers: str, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(targeting=Targeting.POSTAL_CODE)
    Target.objects.create(name="Jane Doe", email="jane@parl.example", division="ed:1", division_name="Ottawa Centre")
    for place in ("ed:1", "ocd-division/country:ca/ed:2"):
        write_places({Place(campaign.pk, "riding", place, NOON): 20})
    page = admin.get(numbers).text
    assert "Ottawa Centre" in page
    assert "ed:2" in page


# ── what is not there yet ───────────────────────────────────────────────────────────────────────────────────────
def test_where_nobody_acted_each_picture_says_what_will_be_there(admin: Client, campaign: Campaign) -> None:
    Tally.objects.all().delete()
    page = admin.get(reverse("campaign:numbers", args=[campaign.pk]) + "?range=all")
    assert page.status_code == 200
    assert 'role="img"' not in page.text
    assert "Nobody acted in this time." in page.text
    assert "is being added, the newest first" in page.text


def test_a_petition_has_no_pictures_of_letters(admin: Client, numbers: str, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(kind=Kind.PETITION)
    page = admin.get(numbers)
    assert "own words" not in page.text.replace("With their own words", "")
    assert admin.get(f"{numbers}letters.csv").status_code == 404


def test_the_proof_is_said(admin: Client, numbers: str, campaign: Campaign) -> None:
    RollUpProof.objects.create(campaign=campaign, hours=3, mended=0)
    assert "every hour agreed" in admin.get(numbers).text
    RollUpProof.objects.create(campaign=campaign, hours=3, mended=1)
    assert "were put right" in admin.get(numbers).text


# ── all campaigns ───────────────────────────────────────────────────────────────────────────────────────────────
def test_all_campaigns_stand_side_by_side(
    admin: Client, numbers: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        Campaign.objects.create(name=f"Another {number}", slug=f"another-{number}")
    with django_assert_max_num_queries(30):
        page = admin.get(reverse("desk_numbers"))
    assert [row.people for row in page.context["rows"]] == [92, 0, 0, 0, 0, 0]
    assert "92 people acted" in page.text
    assert csv(admin, reverse("desk_numbers"), "campaigns")[1:] == ["open,92,25,376"]
    assert admin.get(reverse("desk_numbers_csv", args=["no-such"])).status_code == 404


def test_without_a_campaign_the_screen_says_what_it_is_for(admin: Client) -> None:
    assert "There is no campaign yet." in admin.get(reverse("desk_numbers")).text


def test_who_may_not_see_campaigns_has_no_way_there(
    nobody: Client, colleague: Callable[..., Client], numbers: str
) -> None:
    assert nobody.get(numbers).status_code == 302
    assert nobody.get(reverse("desk_numbers")).status_code == 302
    assert colleague("campaigns.view_campaign").get(numbers).status_code == 200
    assert reverse("desk_numbers") not in nobody.get("/desk/").text


# ── trends ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_trend_is_today_and_the_last_seven_days(
    campaign: Campaign, numbers: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    HourOfActions.objects.create(campaign=campaign, hour=NOON - 8 * DAY, language="en", people=7)
    other = Campaign.objects.create(name="Another", slug="another")
    with django_assert_num_queries(1):
        trends = trends_of([campaign, other])
    trend = trends[campaign.pk]
    assert (trend.today, trend.week) == (60, 92)
    assert (len(trend.days), trend.days[-3:]) == (14, [2, 30, 60])
    assert trend.points.endswith("100.00,1.00")
    assert (trends[other.pk].today, trends[other.pk].points) == (0, "")


def test_what_people_do_is_in_the_picture_within_seconds(admin: Client, campaign: Campaign, sign: Sign) -> None:
    sign(State.RECEIVED)
    screen_batch()
    assert trend_of(campaign).today == 1


def test_the_names_of_ridings_cost_one_row_each(campaign: Campaign) -> None:
    """Not one for each of a million postal codes."""
    for number in range(5):
        PostalDivision.objects.create(postal_code=f"K1A 0A{number}", division=ONE, name="One")
    know_divisions("default")
    HourOfPlace.objects.create(campaign=campaign, kind="riding", hour=WHOLE, place=ONE, people=6)
    with CaptureQueriesContext(connection) as asked:
        picture = in_places([campaign.pk], HourOfPlace.Kind.RIDING, 6)
    assert [line.label for line in picture.lines] == ["One"]
    assert not [one for one in asked.captured_queries if "campaigns_postaldivision" in one["sql"]]
