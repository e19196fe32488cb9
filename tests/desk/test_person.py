"""One person: found by an exact address however it is spelled, opened with everything, and each opening known."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign, an_update, enter
from tocsin.actions.models import Action, Letter, UpdateCopy
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign
from tocsin.outbox.models import Event, Message
from tocsin.outbox.models import Kind as MessageKind
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Supporter


@pytest.fixture
def jane(sign: Sign) -> Supporter:
    sign(ActionState.COUNTED, phone="613 555-0100")
    follow_batch()
    return Supporter.objects.get()


def find(client: Client, text: str) -> str | int:
    response = client.post(reverse("desk_find_person"), {"email": text})
    return response.headers.get("Location", "") or response.status_code


@pytest.mark.parametrize("text", ["jane0@example.org", "  Jane0+news@Example.ORG "])
def test_it_works(admin: Client, jane: Supporter, text: str) -> None:
    assert find(admin, text) == reverse("desk_supporter", args=[jane.pk])


def test_a_person_is_opened_with_everything(admin: Client, jane: Supporter, campaign: Campaign) -> None:
    leave(jane.pk, "news", "mail")
    page = admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    for said in ("jane0@example.org", "613 555-0100", "Send me news.", "1 Main Street", campaign.name, "Thank-you"):
        assert said in page, said
    assert "Minister of Examples" in page
    assert "no consent that counts today" in page
    assert "boss" in page or "Jane Doe" in page


def test_who_opened_it_is_told(admin: Client, colleague: Callable[..., Client], jane: Supporter) -> None:
    colleague("actions.view_action", "staff.find_people").get(reverse("desk_supporter", args=[jane.pk]))
    assert "colleague" in admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert ModelLogEntry.objects.filter(action="tocsin.person_opened").count() == 2


@pytest.mark.parametrize("state", [ActionState.HELD, ActionState.BLOCKED, ActionState.UNCONFIRMED])
def test_whoever_did_not_become_a_supporter_is_found_too(
    admin: Client, sign: Sign, campaign: Campaign, state: ActionState
) -> None:
    action = sign(state)
    page = admin.post(reverse("desk_find_person"), {"email": "jane0@example.org"}).content.decode()
    assert f"{campaign.pk}-{action.pk}" in page


def test_nobody_is_explained_and_noted_without_the_address(admin: Client, jane: Supporter) -> None:
    page = admin.post(reverse("desk_find_person"), {"email": "nobody@example.org"}).content.decode()
    assert "only a whole address finds somebody" in page
    line = ModelLogEntry.objects.get(action="tocsin.person_searched")
    assert line.data == {"found": False}
    assert "nobody@" not in str(line.__dict__)


@pytest.mark.parametrize("text", ["", "jane", "jane@", "é@example.org", "a@b\x00.ca", "x" * 400])
def test_what_is_no_address_is_said_and_kept(admin: Client, text: str) -> None:
    response = admin.post(reverse("desk_find_person"), {"email": text})
    assert response.status_code == 422


def test_only_for_those_who_may(colleague: Callable[..., Client], jane: Supporter) -> None:
    assert find(colleague("actions.view_action"), "jane0@example.org") == "/desk/"
    finder = colleague("staff.find_people")
    page = finder.post(reverse("desk_find_person"), {"email": "jane0@example.org"}).content.decode()
    assert "Secret" not in page
    assert finder.get(reverse("desk_supporter", args=[jane.pk])).headers["Location"] == "/desk/"


def test_in_a_campaign_of_theirs_the_whole_person_opens(admin: Client, jane: Supporter, campaign: Campaign) -> None:
    address = reverse("campaign:person", args=[campaign.pk, jane.pk])
    assert admin.get(address).headers["Location"] == reverse("desk_supporter", args=[jane.pk])


def test_what_is_sealed_with_a_lost_key_is_said(admin: Client, jane: Supporter) -> None:
    Supporter.objects.update(sealed=b"x")
    page = admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert "TOCSIN_KEYS" in page
    assert Action.objects.get().supporter_id == jane.pk


@pytest.mark.parametrize("state", [ActionState.HELD, ActionState.BLOCKED, ActionState.UNCONFIRMED])
def test_all_that_is_known_of_a_supporter_is_there_also_what_made_none(
    admin: Client, jane: Supporter, campaign: Campaign, state: ActionState
) -> None:
    elsewhere = Campaign.objects.create(name="Elsewhere", slug="elsewhere")
    held = Action.objects.get()
    held.pk, held.campaign, held.supporter, held.state = None, elsewhere, None, state
    held.save(force_insert=True)
    page = admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
    assert f"{elsewhere.pk}-{held.pk}" in page
    assert f"{campaign.pk}-{Action.objects.earliest('pk').pk}" in page


def test_in_one_campaign_nothing_of_another_is_there(
    jane: Supporter, campaign: Campaign, colleague: Callable[..., Client]
) -> None:
    elsewhere = Campaign.objects.create(name="Elsewhere", slug="elsewhere")
    held = Action.objects.get()
    held.pk, held.campaign, held.supporter, held.state = None, elsewhere, None, ActionState.HELD
    held.save(force_insert=True)
    user = User.objects.create_user("officer")
    give_role(user=user, role=Role.DATA_OFFICER, campaign=campaign, by_name="Boss")
    page = enter(user).get(reverse("campaign:person", args=[campaign.pk, jane.pk])).content.decode()
    assert "in this campaign only" in page
    assert f"{elsewhere.pk}-{held.pk}" not in page


def test_an_update_to_somebody_who_acted_nowhere_is_among_their_mails(admin: Client, campaign: Campaign) -> None:
    person = Supporter.objects.create(email_digest=b"x" * 32, sealed=b"x", language="en")
    message = Message.objects.create(
        key="update:1:1", ref="r", kind=MessageKind.UPDATE, domain="example.org", sealed=b"x", sha256="0" * 64
    )
    UpdateCopy.objects.create(update_sent=an_update(campaign), supporter=person, message=message)
    page = admin.get(reverse("desk_supporter", args=[person.pk])).content.decode()
    assert str(MessageKind.UPDATE.label) in page
    assert "brought in with a file" not in page


def test_what_is_said_of_a_search_is_what_is_kept(admin: Client, jane: Supporter) -> None:
    assert "The address is kept nowhere." in admin.get(reverse("desk_find_person")).content.decode()
    find(admin, "jane0@example.org")
    assert "jane0@" not in str(ModelLogEntry.objects.get(action="tocsin.person_searched").__dict__)


def test_an_answer_that_was_passed_on_is_among_their_mails(admin: Client, jane: Supporter) -> None:
    letter = Letter.objects.get()
    Event.objects.create(message=letter.message, kind=Event.Kind.REPLIED, source="reply", event_id="abc")
    Message.objects.create(
        key="forward:abc", ref="f", kind=MessageKind.FORWARD, domain="example.org", sealed=b"x", sha256="0" * 64
    )
    assert str(MessageKind.FORWARD.label) in admin.get(reverse("desk_supporter", args=[jane.pk])).content.decode()
