"""“How we count”: what stands behind the number, said to everybody, and nothing that would tell of anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.pages.conftest import MakePage
from tocsin.actions.count import prove_counts
from tocsin.actions.models import Action, CounterRun, Invalidation
from tocsin.actions.states import State
from tocsin.campaigns.ledger import decide_on
from tocsin.campaigns.models import Campaign, CounterEntry, Edition, Tally
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"


@pytest.fixture
def page(live: MakePage, campaign: Campaign) -> ActionPage:
    page = live()
    Tally.objects.update_or_create(campaign=campaign, defaults={"counted": 4812})
    CounterRun.objects.create(pk=1, finished_at=timezone.now())
    return page


def line(campaign: Campaign, **changes: Any) -> CounterEntry:
    fields = {"source": "paper", "people": 212, "reason": "At the vigil <b>", "entered_by_name": "Jane Doe"}
    return CounterEntry.objects.create(campaign=campaign, **fields | changes)


def an_action(campaign: Campaign, number: int, state: State) -> Action:
    edition = Edition.objects.get()
    return Action.objects.create(
        campaign=campaign,
        edition=edition,
        email_digest=number.to_bytes(32),
        sealed=b"x",
        source={},
        signs=[],
        state=state,
    )


def read(client: Client, path: str = f"{PATH}how-we-count/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    html: str = answer.content.decode()
    return html


def data(client: Client) -> Any:
    return client.get(f"{PATH}how-we-count.json").json()


def test_it_works(client: Client, page: ActionPage, campaign: Campaign) -> None:
    line(campaign)
    line(campaign, source="offset", people=785, reason="The older platform")
    assert 'href="how-we-count/"' in read(client, PATH)
    html = read(client)
    for said in ("5,809", "4,812 here, online", "212 on paper", "785 taken over", "At the vigil &lt;b&gt;"):
        assert said in html
    assert "Jane Doe" not in html
    answer = data(client)
    assert (answer["count"], [part["people"] for part in answer["parts"]]) == (5809, [4812, 212, 785])
    assert answer["parts"][1]["lines"] == [
        {"people": 212, "counted_on": timezone.localdate().isoformat(), "reason": "At the vigil <b>"}
    ]


def test_the_parts_make_the_number(client: Client, page: ActionPage, campaign: Campaign) -> None:
    for source, people in (("paper", 9), ("partner", 4), ("paper", -2)):
        line(campaign, source=source, people=people)
    answer = data(client)
    assert sum(part["people"] for part in answer["parts"]) == answer["count"] == 4823


def test_it_may_be_kept_by_caches_and_sets_no_cookie(client: Client, page: ActionPage) -> None:
    for path in ("how-we-count/", "how-we-count.json"):
        answer = client.get(f"{PATH}{path}")
        assert answer.headers["Cache-Control"].startswith("public, max-age=5")
        assert not answer.cookies
    assert client.get(f"{PATH}how-we-count.json").headers["Access-Control-Allow-Origin"] == "*"


def test_it_speaks_the_language_of_the_page_and_leads_to_the_other(
    client: Client, page: ActionPage, live: MakePage
) -> None:
    live("fr")
    html = read(client, "/fr/keep-the-door-open/how-we-count/")
    assert 'lang="fr"' in html
    assert f'href="{PATH}how-we-count/"' in html


def test_what_waits_or_was_refused_is_not_told(client: Client, page: ActionPage, campaign: Campaign) -> None:
    other = get_user_model().objects.create_user("other")
    waits = line(campaign, people=1_000_000, reason="A dream", needs_approval=True)
    assert "A dream" not in read(client)
    decide_on(waits, other, "other", approved=False, reason="No sheets")
    assert "A dream" not in read(client)
    assert data(client)["count"] == 4812


def test_staff_are_named_where_the_brand_wants_it(client: Client, page: ActionPage, campaign: Campaign) -> None:
    line(campaign)
    BrandSettings.objects.update(names_staff=True)
    assert "Jane Doe" in read(client)
    assert data(client)["parts"][1]["lines"][0]["entered_by"] == "Jane Doe"


def test_what_is_held_or_blocked_is_not_told(client: Client, page: ActionPage, campaign: Campaign) -> None:
    """Whoever tries to cheat would learn how far they come."""
    before = read(client)
    for number, state in enumerate((State.HELD, State.BLOCKED, State.RECEIVED)):
        an_action(campaign, number, state)
    assert read(client) == before


def test_who_has_still_to_confirm_is_told_as_of_last_night(
    client: Client, page: ActionPage, campaign: Campaign
) -> None:
    """A number that moved at once would tell whether an address had acted before."""
    Campaign.objects.update(confirm_first=True)
    an_action(campaign, 0, State.FOLLOWED)
    an_action(campaign, 1, State.UNCONFIRMED)
    assert "asked by mail" not in read(client)
    prove_counts()
    an_action(campaign, 2, State.UNCONFIRMED)
    assert "1 person was asked by mail to confirm" in read(client)
    assert data(client)["not_in_the_number"]["unconfirmed"] == 1


def test_what_was_taken_out_is_told_with_why(client: Client, page: ActionPage, campaign: Campaign) -> None:
    assert "Nobody who acted here was taken out" in read(client)
    out = Invalidation.objects.create(campaign=campaign, reason="A robot <b>", people=30, decided_by_name="Jane Doe")
    Invalidation.objects.create(campaign=campaign, restores=out, reason="It was a class", people=3)
    html = read(client)
    assert "−30" in html
    assert "+3" in html
    assert "A robot &lt;b&gt;" in html
    assert [one["change"] for one in data(client)["not_in_the_number"]["taken_out"]] == [3, -30]


def test_the_last_proof_is_told(client: Client, page: ActionPage, campaign: Campaign) -> None:
    assert "The first night is still to come." in read(client)
    an_action(campaign, 0, State.FOLLOWED)
    prove_counts()
    assert "it said 4,812, and 1 were found. It was put right." in read(client)
    prove_counts()
    assert "it agreed" in read(client)


def test_a_number_that_is_not_shown_is_not_told_here_either(
    client: Client, page: ActionPage, campaign: Campaign
) -> None:
    Campaign.objects.update(show_count_from=10_000)
    assert "how-we-count" not in read(client, PATH)
    assert client.get(f"{PATH}how-we-count/").status_code == 404
    assert client.get(f"{PATH}how-we-count.json").status_code == 404


def test_many_lines_are_told_in_part_and_summed_whole(client: Client, page: ActionPage, campaign: Campaign) -> None:
    CounterEntry.objects.bulk_create(
        CounterEntry(campaign=campaign, source="paper", people=1, reason=f"Sheet {n}") for n in range(103)
    )
    html = read(client)
    assert "103 on paper" in html
    assert "And 3 older lines." in html


def test_it_costs_the_same_however_many_acted(client: Client, page: ActionPage, campaign: Campaign) -> None:
    read(client)
    with CaptureQueriesContext(connection) as few:
        read(client)
    for number in range(5):
        an_action(campaign, number, State.FOLLOWED)
        line(campaign)
    with CaptureQueriesContext(connection) as many:
        read(client)
    assert len(many) == len(few)
    assert not [query for query in many if 'FROM "actions_action"' in query["sql"]]
