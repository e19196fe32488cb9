"""Those who answer for people's data are told before they end, and when they have: who may, once, and nobody else."""

from __future__ import annotations

import email.policy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from wagtail.users.models import UserProfile

from tests.desk.conftest import Sign
from tocsin.actions.ending.nightly import end_what_is_over
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign
from tocsin.desk.ending_mails import tell_of_endings
from tocsin.jobs import EVERY_NIGHT, end_data
from tocsin.outbox.models import Kind, Message, State
from tocsin.outbox.post import open_mail
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

# Six months after it closed, at noon, everybody's time is over; the night that ends their data is the next one.
CLOSED = datetime(2026, 6, 15, 12, tzinfo=UTC)
A_WEEK_BEFORE = datetime(2026, 12, 9, 8, tzinfo=UTC)
OVER = datetime(2026, 12, 16, 8, tzinfo=UTC)


@pytest.fixture
def officer(db: None) -> User:
    person = User.objects.create_user("officer", "officer@society.ca", "x", first_name="Jane", last_name="Secret")
    give_role(user=person, role=Role.DATA_OFFICER, campaign=None, by_name="boss")
    return person


@pytest.fixture
def over(campaign: Campaign, sign: Sign) -> Campaign:
    """A campaign that closed in June, with two people."""
    for _person in range(2):
        sign()
    Campaign.objects.filter(pk=campaign.pk).update(closes_at=CLOSED, data_kept_months=6)
    campaign.refresh_from_db()
    return campaign


def told(at: datetime = A_WEEK_BEFORE) -> list[EmailMessage]:
    """All that was left for staff, after that night's look."""
    with time_machine.travel(at, tick=False):
        tell_of_endings()
    messages = Message.objects.filter(kind=Kind.STAFF).order_by("pk")
    return [email.message_from_bytes(open_mail(one).data, policy=email.policy.default) for one in messages]


def words(mail: EmailMessage) -> str:
    return " ".join(str(mail.get_content()).split())


def test_it_works(over: Campaign, officer: User) -> None:
    (mail,) = told()
    assert mail["To"] == officer.email
    assert mail["Subject"] == "People’s data will end"
    assert f"Early on 16 Dec 2026, the data of 2 people who acted in “{over.name}” end." in words(mail)
    assert f"http://testserver/desk/campaigns/{over.pk}/" in words(mail)
    assert "Secret" not in str(mail)
    with time_machine.travel(OVER):
        end_data()
    mail = told(OVER)[1]
    assert mail["Subject"] == "People’s data have ended"
    assert f"The data of everybody who acted in “{over.name}” have ended" in words(mail)


def test_each_is_told_of_each_end_once(over: Campaign, officer: User) -> None:
    """A night may begin again every minute, or not at all."""
    assert EVERY_NIGHT.index(end_data) < EVERY_NIGHT.index(tell_of_endings)
    for hours in range(0, 24 * 20, 7):
        now = A_WEEK_BEFORE + timedelta(hours=hours)
        with time_machine.travel(now, tick=False):
            end_what_is_over()
        found = told(now)
    assert len(found) == 2


def test_a_campaign_that_was_opened_again_is_told_of_again(over: Campaign, officer: User) -> None:
    told()
    Campaign.objects.update(closes_at=CLOSED + timedelta(days=30))
    assert len(told(A_WEEK_BEFORE + timedelta(days=32))) == 2


def test_whoever_looks_late_tells_late(over: Campaign, officer: User) -> None:
    """Also where the months were made fewer in the last week."""
    assert told(A_WEEK_BEFORE - timedelta(days=1)) == []
    assert len(told(OVER - timedelta(days=2))) == 1


def test_they_have_ended_when_all_have(over: Campaign, officer: User) -> None:
    """Of very many, the first night ends some."""
    first = Action.objects.order_by("pk").first()
    assert first
    Action.objects.filter(pk=first.pk).update(ended_at=OVER)
    assert told(OVER) == []
    with time_machine.travel(OVER):
        end_what_is_over()
    assert len(told(OVER + timedelta(days=1))) == 1


def test_letters_that_never_left_are_told_of(campaign: Campaign, write: Callable[..., Any], officer: User) -> None:
    write(State.WAITING, "")
    Campaign.objects.update(closes_at=CLOSED, data_kept_months=6)
    assert "1 of their letters has not left, and is stopped then." in words(told()[0])


def test_whoever_does_not_answer_for_data_is_not_told(over: Campaign, officer: User) -> None:
    campaigner = User.objects.create_user("campaigner", "campaigner@society.ca", "x")
    give_role(user=campaigner, role=Role.CAMPAIGNER, campaign=None, by_name="boss")
    assert [mail["To"] for mail in told()] == [officer.email]


def test_an_account_without_a_good_address_keeps_nobody_from_theirs(
    over: Campaign, officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    for number, address in enumerate(["", "kanarienvogel"]):
        other = User.objects.create_user(f"a{number}", address, "x")
        give_role(user=other, role=Role.DATA_OFFICER, campaign=None, by_name="boss")
    assert [mail["To"] for mail in told()] == [officer.email]
    assert "has no address that a mail can go to" in caplog.text
    assert "kanarienvogel" not in caplog.text


@pytest.mark.parametrize("changes", [{"closes_at": None}, {"data_kept_months": 7}])
def test_what_does_not_end_is_not_told_of(over: Campaign, officer: User, changes: dict[str, Any]) -> None:
    """Where there is no end, somebody's data end every night: that is in the log."""
    Campaign.objects.update(**changes)
    assert told() == []


def test_where_nobody_acted_nobody_is_told(campaign: Campaign, officer: User) -> None:
    Campaign.objects.update(closes_at=CLOSED, data_kept_months=6)
    assert told() == []
    with time_machine.travel(OVER):
        end_what_is_over()
    assert told(OVER) == []


def test_each_in_their_own_language(over: Campaign, officer: User) -> None:
    UserProfile.objects.create(user=officer, preferred_language="fr")
    assert "les données de 2 personnes" in words(told()[0])
