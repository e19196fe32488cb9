"""Those who answer for people's data are told a week before they end, and when they have: who may, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from wagtail.users.models import UserProfile

from tests.desk.conftest import Sign
from tocsin.actions.ending.nightly import EndedTonight
from tocsin.campaigns.models import Campaign
from tocsin.desk.ending_mails import tell_of_ended, warn_of_endings
from tocsin.jobs import EVERY_NIGHT, end_data
from tocsin.outbox.models import State
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

# Six months after it closed, at noon, everybody's time is over; the night that ends their data is the next one.
CLOSED = datetime(2026, 6, 15, 12, tzinfo=UTC)
A_WEEK_BEFORE = datetime(2026, 12, 8, 8, tzinfo=UTC)
OVER = datetime(2026, 12, 16, 8, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    person = User.objects.create_user("officer", "officer@example.org", "x", first_name="Jane", last_name="Secret")
    give_role(user=person, role=Role.DATA_OFFICER, campaign=None, by_name="boss")
    return person


@pytest.fixture
def over(campaign: Campaign, sign: Sign) -> Campaign:
    """A campaign that closed in June, with two people."""
    sign(email="one@example.org")
    sign(email="two@example.org")
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=CLOSED, data_kept_months=6)
    campaign.refresh_from_db()
    return campaign


def test_it_works(over: Campaign, officer: User, mailoutbox: list[EmailMessage]) -> None:
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    (mail,) = mailoutbox
    assert mail.to == [officer.email]
    assert mail.subject == "People’s data end in a week"
    assert f"the data of 2 people who acted in “{over.name}” end" in str(mail.body)
    assert "In the night of 16 Dec 2026, 03:00" in str(mail.body)
    assert f"http://testserver/desk/campaigns/{over.pk}/" in str(mail.body)
    with time_machine.travel(OVER):
        end_data()
    assert mailoutbox[1].subject == "People’s data have ended"
    assert f"the data of 2 people who acted in “{over.name}” ended" in str(mailoutbox[1].body)
    with time_machine.travel(OVER):
        end_data()
    assert len(mailoutbox) == 2


def test_each_night_looks(over: Campaign, officer: User, mailoutbox: list[EmailMessage]) -> None:
    assert {end_data, warn_of_endings} <= set(EVERY_NIGHT)
    for day in range(1, 25):
        with time_machine.travel(datetime(2026, 12, day, 8, tzinfo=UTC), tick=False):
            warn_of_endings()
    assert len(mailoutbox) == 1


def test_letters_that_never_left_are_told_of(
    campaign: Campaign, write: Callable[..., Any], officer: User, mailoutbox: list[EmailMessage]
) -> None:
    write(State.WAITING, "")
    Campaign.objects.update(closes_at=CLOSED, data_kept_months=6)
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    assert "1 of their letters has not left, and is stopped then." in str(mailoutbox[0].body)


def test_whoever_does_not_answer_for_data_is_not_told(
    over: Campaign, officer: User, mailoutbox: list[EmailMessage]
) -> None:
    campaigner = User.objects.create_user("campaigner", "campaigner@example.org", "x")
    give_role(user=campaigner, role=Role.CAMPAIGNER, campaign=None, by_name="boss")
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    assert [mail.to for mail in mailoutbox] == [[officer.email]]


@pytest.mark.parametrize("changes", [{"closes_at": None}, {"data_kept_months": 7}])
def test_what_does_not_end_is_not_told_of(
    over: Campaign, officer: User, mailoutbox: list[EmailMessage], changes: dict[str, Any]
) -> None:
    """Where there is no end, somebody's data end every night: that is in the log."""
    Campaign.objects.update(**changes)
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    tell_of_ended([EndedTonight(over.pk, people=2)] if "closes_at" in changes else [])
    tell_of_ended([EndedTonight(over.pk, words=5), EndedTonight(None, supporters=3)])
    assert mailoutbox == []


def test_where_nobody_acted_nobody_is_told(campaign: Campaign, officer: User, mailoutbox: list[EmailMessage]) -> None:
    Campaign.objects.update(closes_at=CLOSED, data_kept_months=6)
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    assert mailoutbox == []


def test_each_in_their_own_language(over: Campaign, officer: User, mailoutbox: list[EmailMessage]) -> None:
    UserProfile.objects.create(user=officer, preferred_language="fr")
    with time_machine.travel(A_WEEK_BEFORE, tick=False):
        warn_of_endings()
    assert "les données de 2 personnes" in str(mailoutbox[0].body)
    assert "Secret" not in str(mailoutbox[0].body)
