"""The hub, the list and the first screen: numbers, fates, what is missing, and how many queries they take."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from tests.desk.conftest import Sign, Write
from tocsin.actions.models import CounterRun
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, CounterEntry, Tally
from tocsin.desk.fates import MEANS, picture_of
from tocsin.desk.pictures import segments
from tocsin.outbox.models import State


def _hub(client: Client, campaign: Campaign) -> str:
    return client.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()


def test_it_works(admin: Client, campaign: Campaign, sign: Sign, write: Write) -> None:
    CounterEntry.objects.create(campaign=campaign, source="offset", people=785, reason="Older", entered_by_name="Jane")
    write()
    write(State.REFUSED, "550 no such box")
    sign(ActionState.HELD, "threat")
    html = _hub(admin, campaign)
    for expected in ["786", "Taken over from an older platform", "Refused", "550 no such box", "1 action is held"]:
        assert expected in html
    assert "Secret" not in html


def test_every_fate_has_its_words() -> None:
    assert set(MEANS) == set(State)


def test_an_empty_hub_teaches(admin: Client) -> None:
    html = _hub(admin, Campaign.objects.create(name="New", slug="new"))
    for expected in ["no target yet", "no page yet", "No letter yet", "The ledger is empty"]:
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
    assert fates.needing_somebody == 1


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
    with django_assert_max_num_queries(60) as first:
        admin.get(address)
    for _ in range(6):
        write()
    with django_assert_max_num_queries(len(first.captured_queries)):
        admin.get(address)
