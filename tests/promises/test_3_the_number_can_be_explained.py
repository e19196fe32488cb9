"""Promise 3: behind the count stand actions and ledger, each with who, when and why; it never shrinks in silence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from tests.cast import follow_everything, sign
from tocsin.actions.accounted import account_of
from tocsin.actions.aside import set_aside
from tocsin.actions.count import prove_counts, shown_count
from tocsin.campaigns.models import Campaign, CounterEntry, Edition

pytestmark = pytest.mark.django_db


def entry(campaign: Campaign, source: str, people: int) -> CounterEntry:
    return CounterEntry.objects.create(
        campaign=campaign, source=source, people=people, reason="Counted at the march", entered_by_name="Staff"
    )


def test_the_number_is_the_sum_of_what_stands_behind_it(client: Client, edition_en: Edition) -> None:
    for source, people in (("offset", 785), ("paper", 40), ("partner", 200), ("paper", -3)):
        entry(edition_en.campaign, source, people)
    for n in range(4):
        sign(client, edition_en, email=f"a{n}@example.org")
    sign(client, edition_en, email="robot@example.org", homepage="x")
    sign(client, edition_en, email="a1@example.org")
    follow_everything()
    account = account_of(edition_en.campaign)
    assert account.online == 4
    assert {one.source: one.people for one in account.elsewhere} == {"offset": 785, "paper": 37, "partner": 200}
    assert account.shown.count == shown_count(edition_en.campaign).count == 4 + 785 + 37 + 200
    assert set_aside(edition_en.campaign) == {"blocked": 1}


def test_each_line_of_the_ledger_says_who_when_and_why(campaign_open: Campaign) -> None:
    line = entry(campaign_open, "paper", 12)
    line.refresh_from_db()
    assert (line.entered_by_name, line.reason) == ("Staff", "Counted at the march")
    assert abs((timezone.now() - line.entered_at).total_seconds()) < 60


@pytest.mark.parametrize("wrong", [{"people": 0}, {"reason": ""}])
def test_a_line_without_a_number_or_a_reason_is_refused_by_the_database(
    campaign_open: Campaign, wrong: dict[str, object]
) -> None:
    fields = {"campaign": campaign_open, "source": "paper", "people": 1, "reason": "x", "entered_by_name": "Staff"}
    with pytest.raises(IntegrityError), transaction.atomic():
        CounterEntry.objects.create(**fields | wrong)


def test_a_line_is_never_changed_or_removed(campaign_open: Campaign) -> None:
    line = entry(campaign_open, "paper", 12)
    line.people = 1200
    with pytest.raises(ValidationError):
        line.save()
    with pytest.raises(ValidationError):
        line.delete()
    assert shown_count(campaign_open).count == 12


def test_the_nightly_proof_agrees_after_all_of_it(client: Client, edition_en: Edition) -> None:
    for n in range(5):
        sign(client, edition_en, email=f"a{n}@example.org")
    follow_everything()
    assert [proof.agrees for proof in prove_counts()] == [True]
