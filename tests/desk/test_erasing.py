"""Erasing a person at the desk: for data officers, who they are asked again, said before, and one line in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.desk.conftest import Sign, Write, confirm, enter
from tocsin.actions.ending import erase
from tocsin.actions.models import Action, Letter
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.outbox.decide import resend_uncertain
from tocsin.outbox.models import Delivery, Message, State, Suppression
from tocsin.staff.giving import give_role
from tocsin.staff.models import AuditLine, Role
from tocsin.supporters.models import Supporter


@pytest.fixture(autouse=True)
def _a_journal_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.TOCSIN_JOURNAL = str(tmp_path / "journal" / "sent.log")


@pytest.fixture
def jane(sign: Sign) -> Supporter:
    sign(ActionState.COUNTED, phone="613 555-0100")
    follow_batch()
    return Supporter.objects.get()


@pytest.fixture
def officer(_site: None) -> Client:
    user = User.objects.create_user("officer", "officer@example.org", "x")
    give_role(user=user, role=Role.DATA_OFFICER, campaign=None, by_name="Jane Doe")
    return enter(user)


def address(jane: Supporter) -> str:
    return reverse("desk_erase_person", args=[jane.pk])


def test_it_works(officer: Client, jane: Supporter) -> None:
    opened = officer.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert address(jane) in opened
    page = officer.get(address(jane)).content.decode()
    assert "1 letter still waits" in page
    assert "exports after 7 days" in page
    assert Supporter.objects.exists()
    response = officer.post(address(jane), follow=True)
    assert "1 action stays in the number" in response.content.decode()
    assert not Supporter.objects.exists()
    assert Letter.objects.get().message.state == State.CANCELLED
    assert Suppression.objects.get().reason == Suppression.Reason.ERASED


def test_the_log_says_so_and_nothing_of_whom(officer: Client, jane: Supporter) -> None:
    officer.post(address(jane))
    line = AuditLine.objects.get(what="person_erased")
    assert (line.kind, line.about) == ("people", f"supporter:{jane.pk}")
    assert line.details == {"campaign": None, "actions": 1, "stopped": 2}


def test_letters_leave_all_the_same_if_the_person_wants_it(officer: Client, jane: Supporter) -> None:
    officer.post(address(jane), {"let_leave": "on"})
    assert Letter.objects.get().message.state == State.WAITING
    assert not Supporter.objects.exists()


def test_whoever_never_became_a_supporter_is_found_and_erased(officer: Client, sign: Sign) -> None:
    action = sign(ActionState.HELD)
    page = officer.post(reverse("desk_find_person"), {"email": "jane0@example.org"}).content.decode()
    by_action = reverse("desk_erase_by_action", args=[action.pk])
    assert by_action in page
    officer.post(by_action)
    action.refresh_from_db()
    assert action.ended_at is not None
    assert officer.get(by_action).status_code == 404


def test_a_mail_in_hand_is_said_and_nothing_is_done(officer: Client, jane: Supporter) -> None:
    Message.objects.filter(kind="thanks").update(state=State.SENDING, attempts=1)
    Delivery.objects.create(message=Message.objects.get(kind="thanks"), number=1, dot_at=jane.first_seen_at)
    response = officer.post(address(jane))
    assert response.status_code == 409
    assert "handed over at this moment" in response.content.decode()
    assert Supporter.objects.exists()
    assert not AuditLine.objects.filter(what="person_erased").exists()


def test_who_it_is_is_asked_again(officer: Client, jane: Supporter) -> None:
    confirm(officer, User.objects.get(username="officer"), ago=3600)
    assert "/again/" in officer.get(address(jane)).headers["Location"]
    officer.post(address(jane))
    assert Supporter.objects.exists()


@pytest.mark.usefixtures("_site")
@pytest.mark.parametrize("role", [Role.VIEWER, Role.CAMPAIGNER, Role.MODERATOR])
def test_nobody_else_may(jane: Supporter, role: Role) -> None:
    user = User.objects.create_user("other", "other@example.org", "x")
    give_role(user=user, role=role, campaign=None, by_name="Jane Doe")
    client = enter(user)
    assert client.post(address(jane)).headers["Location"] == "/desk/"
    assert Supporter.objects.exists()
    page = client.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert address(jane) not in page


def test_what_was_written_by_whom_is_gone_is_said_where_it_stood(admin: Client, write: Write, officer: Client) -> None:
    letter = write()
    erase.erase_person(bytes(letter.action.email_digest))
    for name, number in (("letter_words", letter.pk), ("opened", letter.action_id)):
        page = admin.get(reverse(f"campaign:{name}", args=[letter.action.campaign_id, number])).content.decode()
        assert "What this person gave us was removed on" in page
        assert "key that is not in" not in page
        assert "Secret" not in page


def test_the_hub_says_whose_data_the_next_night_ends(
    admin: Client, write: Write, colleague: Callable[..., Client]
) -> None:
    letter = write(State.HELD)
    campaign = letter.action.campaign
    page = admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "6 months after each person acted" in page
    assert "the data of" not in page
    campaign.closes_at = letter.action.accepted_at.replace(year=letter.action.accepted_at.year - 1)
    campaign.save()
    page = admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "the data of 1 person end" in page
    assert "1 letter that never left is stopped then" in page
    assert Action.objects.filter(ended_at=None).exists()


def test_the_settings_say_it_also_where_each_action_has_its_own_time(admin: Client, write: Write) -> None:
    letter = write(State.SENT)
    edit = reverse("campaign:edit", args=[letter.action.campaign_id])
    assert "the data of" not in admin.get(edit).content.decode()
    Action.objects.update(accepted_at=letter.action.accepted_at - timedelta(days=200))
    assert "the data of 1 person end" in admin.get(edit).content.decode()


def test_what_has_no_bytes_any_more_is_not_offered_to_be_sent_again(admin: Client, write: Write) -> None:
    letter = write(State.UNCERTAIN)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    assert "Send it again anyway" in admin.get(address).content.decode()
    erase.erase_person(bytes(letter.action.email_digest))
    assert "Send it again anyway" not in admin.get(address).content.decode()
    assert not resend_uncertain(letter.message_id)
