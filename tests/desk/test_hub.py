"""The hub, the list and the first screen: numbers, fates, what is missing, and how many queries they take."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.desk.conftest import Sign, Write, enter, make_a_site, words
from tocsin.actions.models import CounterRun, HourOfActions
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.changed_words import ask_what_follows
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Tally, Target
from tocsin.desk import remembered as remembering
from tocsin.desk.fates import MEANS, picture_of
from tocsin.desk.pictures import segments
from tocsin.desk.remembered import remembered
from tocsin.desk.templatetags.desk import signed
from tocsin.desk.trends import trends_of
from tocsin.outbox.models import Bucket, Lane, Message, State
from tocsin.pages.models import ActionPage
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

MOST_QUERIES = 60
WITH_LETTERS_WAITING = 5


def _hub(client: Client, campaign: Campaign) -> str:
    return client.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()


def test_it_works(admin: Client, campaign: Campaign, sign: Sign, write: Write) -> None:
    CounterEntry.objects.create(campaign=campaign, source="offset", people=785, reason="Older", entered_by_name="Jane")
    write()
    write(State.REFUSED, "550 no such box")
    sign(ActionState.HELD, "threat")
    html = _hub(admin, campaign)
    for expected in ["786", "Taken over from an older platform", "Refused", "1 letter was refused", "1 action waits"]:
        assert expected in html
    assert "Secret" not in html


def test_every_fate_has_its_words() -> None:
    assert set(MEANS) == set(State)


def test_an_empty_hub_teaches(admin: Client) -> None:
    html = _hub(admin, Campaign.objects.create(name="New", slug="new"))
    for expected in ["no target yet", "no live page yet", "No letter yet", "missing"]:
        assert expected in html


def test_a_standing_worker_is_said(admin: Client, campaign: Campaign) -> None:
    assert "has stood still" not in _hub(admin, campaign)
    CounterRun.objects.update(finished_at=timezone.now() - timedelta(minutes=10))
    assert "has stood still for 10" in _hub(admin, campaign).replace("\xa0", " ")
    CounterRun.objects.all().delete()
    assert "has not run yet" in admin.get("/desk/").content.decode()


def test_the_number_is_written_as_the_language_writes_it(admin: Client, campaign: Campaign) -> None:
    Tally.objects.update(counted=12_000_000)
    assert "12,000,000" in _hub(admin, campaign)
    assert "12,000,000" in admin.get(reverse("campaign:index")).content.decode()
    assert "12,000,000" in admin.get("/desk/").content.decode()


def test_no_language_writes_a_comma_into_a_picture() -> None:
    with translation.override("fr"):
        assert [(part.x, part.width) for part in segments([("a", 1), ("b", 2), ("c", 0)])] == [
            ("0.00", "33.33"),
            ("33.33", "66.67"),
        ]


def test_one_in_a_million_can_be_seen() -> None:
    fates = picture_of({"sent": 1_000_000, "refused": 1})
    assert float(fates.picture[1].width) > 0.5
    assert sum(float(part.width) for part in fates.picture) == pytest.approx(100, abs=0.05)


@pytest.mark.parametrize("address", ["/desk/campaigns/", "/desk/"])
def test_lists_take_the_same_queries_however_many_campaigns(
    admin: Client, campaign: Campaign, address: str, django_assert_max_num_queries: Any
) -> None:
    def queries() -> int:
        with django_assert_max_num_queries(60) as seen:
            assert admin.get(address).status_code == 200
        return len(seen.captured_queries)

    admin.get(address)
    with_one = queries()
    for number in range(5):
        more = Campaign.objects.create(name=f"More {number}", slug=f"more-{number}")
        Tally.objects.create(campaign=more, counted=number)
    assert queries() == with_one


def test_the_hub_takes_the_same_queries_however_many_letters(
    admin: Client, campaign: Campaign, write: Write, django_assert_max_num_queries: Any
) -> None:
    write()
    address = reverse("campaign:hub", args=[campaign.pk])
    admin.get(address)
    with django_assert_max_num_queries(MOST_QUERIES) as first:
        admin.get(address)
    for _ in range(6):
        write()
        write(State.WAITING)
    with django_assert_max_num_queries(len(first.captured_queries) + WITH_LETTERS_WAITING):
        admin.get(address)


def test_no_query_of_the_hub_reads_the_actions_that_count(
    admin: Client, campaign: Campaign, write: Write, django_assert_max_num_queries: Any
) -> None:
    """Actions are asked for by the states of their index; letters by theirs."""
    write()
    with django_assert_max_num_queries(MOST_QUERIES) as seen:
        admin.get(reverse("campaign:hub", args=[campaign.pk]))
    about_actions = [one["sql"] for one in seen.captured_queries if 'FROM "actions_action"' in one["sql"]]
    assert len(about_actions) == 1
    plans = [_plan_of(sql) for sql in about_actions]
    assert connection.vendor == "postgresql" or all("(campaign_id=? AND state=?)" in plan for plan in plans), plans


def _plan_of(sql: str) -> str:
    """What SQLite would do. PostgreSQL's plan for three rows says nothing."""
    if connection.vendor == "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        return " ".join(str(row[3]) for row in cursor.fetchall())


def test_what_waits_is_told_with_when_the_last_will_have_left(
    admin: Client, campaign: Campaign, target: Target, write: Write
) -> None:
    lane = Lane(key="x", campaign_ref=campaign.pk, target_ref=target.pk, kind="letter")
    lane.domain = Bucket.objects.create(key="domain:target.example")
    lane.save()
    write(State.WAITING)
    assert "1 letter waits. At the pace of its office it leaves by" in _hub(admin, campaign)
    Target.objects.update(per_hour_by_day=1, per_hour_by_night=0)
    Message.objects.update(state=State.DEFERRED)
    assert "it leaves by" in _hub(admin, campaign)
    Campaign.objects.update(letters_paused=True)
    assert "1 letter waits: letters are paused." in _hub(admin, campaign)


@pytest.mark.parametrize("of", ["letter", "pair", "bucket"])
def test_the_last_leaves_as_its_schedule_and_its_bucket_say(
    admin: Client, campaign: Campaign, target: Target, write: Write, of: str
) -> None:
    moment = datetime(2099, 7, 1, 12, tzinfo=UTC)
    write(State.WAITING)
    bucket = Bucket.objects.create(key=f"target:{target.pk}", ready_at=moment if of == "bucket" else timezone.now())
    domain = Bucket.objects.create(key="domain:target.example")
    refs = {"campaign_ref": campaign.pk, "target_ref": target.pk}
    lane = Lane(key="x", **refs, kind="letter", target=bucket, domain=domain)
    lane.not_before = moment if of == "pair" else None
    lane.save()
    Message.objects.update(lane=lane, due_at=moment if of == "letter" else timezone.now())
    assert "it leaves by 1 Jul 2099" in _hub(admin, campaign)


def test_how_it_is_doing_is_told_by_days(admin: Client, campaign: Campaign) -> None:
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    for days in (0, 3):
        HourOfActions.objects.create(campaign=campaign, hour=now - timedelta(days=days), language="en", people=1)
    trend = trends_of([campaign])[campaign.pk]
    assert (trend.today, trend.week, sum(trend.days)) == (1, 2, 2)
    assert len(trend.points.split()) == 14
    html = admin.get("/desk/").content.decode()
    assert "+2" in html


@pytest.mark.parametrize("address", ["/desk/campaigns/", "/desk/"])
def test_whatever_waits_for_a_decision_is_said_beside_its_campaign(
    admin: Client, campaign: Campaign, target: Target, edition: Edition, address: str
) -> None:
    assert "waits for a second person" not in admin.get(address).content.decode()
    line = {"source": "paper", "reason": "At the vigil", "entered_by_name": "Jane Doe"}
    CounterEntry.objects.create(campaign=campaign, people=1200, needs_approval=True, **line)
    changed = {**words(campaign, target), "demand": "Open it today."}
    after = publish_edition(campaign=campaign, language="en", words=changed, by_name="Jane Doe")
    ask_what_follows(before=edition, after=after, acted_before=12)
    html = admin.get(address).content.decode()
    assert "1 line of the ledger waits for a second person" in html
    assert "changed words: somebody has to say what follows" in html


def test_what_takes_long_is_remembered_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "SLOW", 0.05)
    asked = []

    def slow() -> int:
        asked.append(1)
        time.sleep(0.06)
        return len(asked)

    assert [remembered("slow", slow), remembered("slow", slow)] == [1, 1]
    assert [remembered("quick", lambda: 1), remembered("quick", lambda: 2)] == [1, 2]


def test_a_campaign_is_found_by_its_name_on_the_first_screen(admin: Client, campaign: Campaign) -> None:
    html = admin.get("/desk/").content.decode()
    assert f'action="{reverse("campaign:index")}"' in html
    assert "Open the border" in admin.get(reverse("campaign:index"), {"q": "border"}).content.decode()
    assert "Open the border" not in admin.get(reverse("campaign:index"), {"q": "sea"}).content.decode()


def test_an_empty_desk_teaches(admin: Client) -> None:
    html = admin.get("/desk/").content.decode()
    assert "No campaign yet" in html
    assert "Say who you are" in html


@pytest.mark.parametrize("address", ["/desk/campaigns/", "/desk/"])
def test_a_campaign_without_a_public_page_is_not_called_open(admin: Client, campaign: Campaign, address: str) -> None:
    assert "Not published" in admin.get(address).content.decode()
    home = make_a_site("http://testserver")["en"]
    home.add_child(instance=ActionPage(title="Open", slug="open", campaign=campaign, locale=home.locale, live=False))
    assert "Not published" in admin.get(address).content.decode()
    ActionPage.objects.update(live=True)
    assert "Not published" not in admin.get(address).content.decode()


def _bar(client: Client, address: str) -> str:
    return client.get(address).content.decode().partition('<nav class="desk-rooms"')[2].partition("</nav>")[0]


def test_the_bar_of_a_campaign_is_two_short_rows(admin: Client, campaign: Campaign) -> None:
    hub = _bar(admin, reverse("campaign:hub", args=[campaign.pk]))
    assert hub.count("<li>") == 6
    assert hub.count("aria-current") == hub.count('aria-current="page"') == 1
    letters = _bar(admin, reverse("campaign:hand_ins", args=[campaign.pk]))
    assert letters.count("<li>") == 6 + 3
    assert 'aria-current="true">Letters</a>' in letters
    assert 'aria-current="page">Hand-ins</a>' in letters
    assert 'aria-current="page">Settings</a>' in _bar(admin, reverse("campaign:edit", args=[campaign.pk]))


def test_the_bar_shows_only_what_somebody_may_enter(colleague: Callable[..., Client], campaign: Campaign) -> None:
    bar = _bar(colleague("campaigns.view_campaign"), reverse("campaign:updates", args=[campaign.pk]))
    assert "Settings" not in bar
    assert "Consents" not in bar
    assert reverse("campaign:exports", args=[campaign.pk]) in bar


def test_the_tree_of_pages_speaks_of_campaigns(admin: Client) -> None:
    make_a_site("http://testserver")
    html = admin.get("/desk/pages/").content.decode()
    assert "The home page of each language is here" in html
    assert "Wagtail installation" not in html
    assert "editor guide" not in admin.get("/desk/").content.decode()


@pytest.mark.parametrize(("number", "said"), [(785, "+785"), (-12, "−12"), (0, "0"), (12_000, "+12,000")])
def test_a_change_has_its_sign_and_nothing_has_none(number: int, said: str) -> None:
    assert signed(number) == said


# ── campaigns that the desk's first screen has no more room for ─────────────────────────────────────────────────
OLDER = "Older campaigns that need somebody"


@pytest.fixture
def ten_newer(campaign: Campaign) -> None:
    for number in range(10):
        Campaign.objects.create(name=f"Newer {number}", slug=f"newer-{number}")


@pytest.mark.parametrize("state", [State.HELD, State.UNCERTAIN])
def test_a_letter_that_waits_for_somebody_is_seen_however_old_its_campaign(
    admin: Client, campaign: Campaign, write: Write, ten_newer: None, state: State
) -> None:
    write()
    write(State.REFUSED)
    assert OLDER not in admin.get("/desk/").content.decode()
    write(state)
    html = admin.get("/desk/").content.decode()
    assert campaign.name in html.partition(OLDER)[2]


@pytest.mark.parametrize("state", [ActionState.HELD, ActionState.STUCK])
def test_so_is_an_action(admin: Client, campaign: Campaign, sign: Sign, ten_newer: None, state: ActionState) -> None:
    sign(state)
    html = admin.get("/desk/").content.decode()
    assert reverse("campaign:hub", args=[campaign.pk]) in html.partition(OLDER)[2]


def test_who_may_not_see_it_is_told_nothing_of_it(campaign: Campaign, sign: Sign, ten_newer: None) -> None:
    sign(ActionState.HELD)
    user = User.objects.create_user("newcomer")
    for one in Campaign.objects.exclude(pk=campaign.pk):
        give_role(user=user, role=Role.VIEWER, campaign=one, by_name="Boss")
    assert OLDER not in enter(user).get("/desk/").content.decode()
