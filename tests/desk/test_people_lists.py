"""The lists of supporters, actions and consents: filtered, paged by key, sealed until names are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign, Write, sqlite_plans
from tocsin.actions.lists import windows
from tocsin.actions.lists.of_people import acts_of
from tocsin.actions.models import Action
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign
from tocsin.desk import people_lists
from tocsin.outbox.models import State
from tocsin.staff.models import AuditLine
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Consent, Supporter

LISTS = ("supporters", "actions", "consents")


@pytest.fixture
def people(sign: Sign) -> list[Action]:
    for yes in (True, True, False, True, True):
        sign(ActionState.COUNTED, consents={"news": yes})
    follow_batch()
    return list(Action.objects.order_by("pk"))


def shown(client: Client, name: str, campaign: Campaign | None = None, **asked: Any) -> Any:
    address = reverse(f"campaign:{name}", args=[campaign.pk]) if campaign else reverse(f"desk_{name}")
    response = client.get(address, asked)
    assert response.status_code == 200
    return response


def numbers(client: Client, name: str, campaign: Campaign | None = None, **asked: Any) -> list[int]:
    return [row.pk for row in shown(client, name, campaign, **asked).context["rows"]]


@pytest.mark.parametrize("name", LISTS)
def test_it_works(admin: Client, campaign: Campaign, people: list[Action], name: str) -> None:
    here, everywhere = numbers(admin, name, campaign), numbers(admin, name)
    assert len(here) == 5
    assert sorted(here) == sorted(everywhere)
    assert numbers(admin, name, Campaign.objects.create(name="Other", slug="other")) == []
    only_there = admin.get(reverse(f"desk_{name}"), {"campaign": campaign.pk}).context["rows"]
    assert [row.pk for row in only_there] == here


def test_purposes_are_said_in_words(admin: Client, people: list[Action]) -> None:
    person = reverse("desk_supporter", args=[people[0].supporter_id])
    for answer in (shown(admin, "supporters"), shown(admin, "consents"), admin.get(person)):
        html = answer.content.decode()
        assert ">news and updates" in html or "<dd>news and updates</dd>" in html
        assert ">news<" not in html


@pytest.mark.parametrize("name", LISTS)
def test_names_stay_sealed_until_asked_for_and_that_is_written_down(
    admin: Client, campaign: Campaign, people: list[Action], name: str
) -> None:
    assert b"Secret" not in shown(admin, name, campaign).content
    assert not ModelLogEntry.objects.filter(action="tocsin.people_listed").exists()
    assert b"Secret" in shown(admin, name, campaign, names="yes").content
    line = ModelLogEntry.objects.get(action="tocsin.people_listed")
    assert line.data["rows"] == 5
    assert "jane" not in str(line.data)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("filtered", [False, True])
def test_every_row_is_met_once_there_and_back(
    admin: Client,
    campaign: Campaign,
    people: list[Action],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    *,
    filtered: bool,
) -> None:
    monkeypatch.setattr(windows, "A_SCREENFUL", 2)
    monkeypatch.setattr(windows, "THROUGH_AN_INDEX", 3)
    monkeypatch.setattr(windows, "THROUGH_ROWS", 3)
    for where in (campaign, None):
        asked: dict[str, Any] = {"language": "en"} if filtered else {}
        page, down = shown(admin, name, where, **asked), []
        while (older := page.context["found"].older) is not None:
            down += [row.pk for row in page.context["found"].rows]
            page = shown(admin, name, where, older=older, **asked)
        down += [row.pk for row in page.context["found"].rows]
        assert len(down) == len(set(down)) == 5
        assert down == sorted(down, reverse=True)
        up = [row.pk for row in page.context["found"].rows]
        while (newer := page.context["found"].newer) is not None:
            page = shown(admin, name, where, newer=newer, **asked)
            up = [row.pk for row in page.context["found"].rows] + up
        assert up == down


def test_names_of_the_whole_site_are_written_down_as_of_no_campaign(
    admin: Client, campaign: Campaign, people: list[Action]
) -> None:
    shown(admin, "actions", names="yes")
    admin.get(reverse("desk_actions"), {"names": "yes", "campaign": str(campaign.pk)})
    shown(admin, "actions", campaign, names="yes")
    lines = AuditLine.objects.filter(what="people_listed").order_by("pk").values_list("campaign_ref", flat=True)
    assert list(lines) == [None, campaign.pk, campaign.pk]


def test_filters_of_actions(admin: Client, campaign: Campaign, people: list[Action], write: Write) -> None:
    letter = write(State.REFUSED)
    first = people[0]
    Action.objects.filter(pk=first.pk).update(state="blocked", source={"utm_source": "newsletter"})
    every = numbers(admin, "actions", campaign)
    assert numbers(admin, "actions", campaign, state="blocked") == [first.pk]
    assert numbers(admin, "actions", campaign, source="newsletter") == [first.pk]
    Action.objects.filter(pk=first.pk).update(source={"utm_term": "justice"})
    assert numbers(admin, "actions", campaign, source="justice") == [first.pk]
    assert numbers(admin, "actions", campaign, fate="refused") == [letter.action_id]
    assert letter.action_id in numbers(admin, "actions", campaign, own="yes")
    assert numbers(admin, "actions", campaign, language="fr") == []
    assert numbers(admin, "actions", campaign, since="2001-01-01") == every
    assert numbers(admin, "actions", campaign, since="2099-01-01") == []
    assert numbers(admin, "actions", campaign, until="2001-01-01") == []
    assert numbers(admin, "actions", campaign, state="nonsense", since="yesterday", fate="x", older="x") == every


def test_filters_of_supporters_by_how_they_stand_to_a_purpose(
    admin: Client, campaign: Campaign, people: list[Action]
) -> None:
    who = {action.pk: action.supporter_id or 0 for action in people}
    yes, no, left = who[people[0].pk], who[people[2].pk], who[people[1].pk]
    leave(left, "news", "mail")
    for where in (campaign, None):
        given = numbers(admin, "supporters", where, purpose="news", consent="given")
        assert yes in given
        assert not {no, left} & set(given)
        assert numbers(admin, "supporters", where, purpose="news", consent="left") == [left]
        assert sorted(numbers(admin, "supporters", where, purpose="news", consent="none")) == sorted([no, left])


@pytest.mark.parametrize("name", ["supporters", "actions"])
def test_a_purpose_alone_means_those_who_may_be_written_to_about_it(
    admin: Client, campaign: Campaign, people: list[Action], name: str
) -> None:
    """Else a list that says “news” held also those who said no to news, and so did what was exported of it."""
    for where in (campaign, None):
        given = numbers(admin, name, where, purpose="news", consent="given")
        assert len(given) == 4
        assert numbers(admin, name, where, purpose="news") == given
        assert '<option value="given" selected>' in shown(admin, name, where, purpose="news").content.decode()
    export = reverse("desk_new_export", args=[name])
    assert "May be written to" in admin.get(export, {"purpose": "news"}).content.decode()


def test_a_consent_to_nothing_is_asked_about(admin: Client, campaign: Campaign, people: list[Action]) -> None:
    asked = "Choose a purpose as well"
    html = shown(admin, "supporters", campaign, consent="given").content.decode()
    assert asked in html
    assert '<option value="given" selected>' in html  # and it is kept
    assert asked not in shown(admin, "supporters", campaign, consent="given", purpose="news").content.decode()
    assert asked not in shown(admin, "consents", campaign, consent="given").content.decode()


def test_the_campaign_that_is_chosen_is_among_those_to_choose_from(
    admin: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_lists, "MOST_TO_CHOOSE_FROM", 1)
    Campaign.objects.create(name="A first", slug="first")
    html = admin.get(reverse("desk_actions"), {"campaign": campaign.pk}).content.decode()
    assert f'<option value="{campaign.pk}" selected>' in html
    assert f'<option value="{campaign.pk}"' not in shown(admin, "actions").content.decode()


def test_filters_of_consents(admin: Client, campaign: Campaign, people: list[Action]) -> None:
    leave(people[0].supporter_id or 0, "news", "mail")
    assert len(numbers(admin, "consents", campaign, answer="yes")) == 4
    assert len(numbers(admin, "consents", campaign, answer="no")) == 1
    assert len(numbers(admin, "consents", None, answer="left")) == 1
    assert len(numbers(admin, "consents", None, method="mail")) == 1
    assert numbers(admin, "consents", campaign, purpose="calls") == []


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_take_the_same_queries_however_long(
    admin: Client, campaign: Campaign, people: list[Action], sign: Sign, name: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            shown(admin, name, campaign, names="yes", language="en")
        return len(queries)

    asked()
    few = asked()
    for _ in range(20):
        sign(ActionState.COUNTED, consents={"news": True})
    follow_batch()
    assert asked() == few <= 26


def test_a_colleague_of_one_campaign_sees_that_one_only(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    viewer = colleague("campaigns.view_campaign")
    for name in LISTS:
        assert viewer.get(reverse(f"desk_{name}")).status_code == 302
        assert viewer.get(reverse(f"campaign:{name}", args=[campaign.pk])).status_code == 302


def test_an_empty_list_teaches(admin: Client, campaign: Campaign) -> None:
    assert b"Each answer to a question of consent" in shown(admin, "consents", campaign).content
    assert b"Nobody yet" in shown(admin, "supporters").content


def test_the_rows_of_the_cast_are_kept(people: list[Action]) -> None:
    assert Consent.objects.count() == Supporter.objects.count() == 5


@pytest.mark.once
def test_what_people_did_is_found_by_them_alone(campaign: Campaign, sign: Sign) -> None:
    """With a campaign beside them, SQLite walks through all of it."""
    sign()
    with CaptureQueriesContext(connection) as asked:
        acts_of([1, 2])
    (plan,) = sqlite_plans(asked, "actions_action")
    assert "(supporter_id=?)" in plan
