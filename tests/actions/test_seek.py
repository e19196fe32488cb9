"""Finding who represents a person: one riding, several, none, nobody who sits for it, and a provider that is away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from tests.cast import a_campaign, a_target, an_edition, follow_everything, valid_post
from tocsin.actions import choose as choosing
from tocsin.actions import seek
from tocsin.actions.choose import choice_of, choose
from tocsin.actions.count import change_states
from tocsin.actions.fold import make_hour
from tocsin.actions.models import Action, HourOfPlace, Letter
from tocsin.actions.rollup import WHOLE
from tocsin.actions.seek import seek_batch
from tocsin.actions.states import State
from tocsin.actions.take import take
from tocsin.campaigns.models import Campaign, Edition, ListMember, Target, Targeting, TargetList
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Place
from tocsin.lib.emailaddress import read_address
from tocsin.outbox.models import Kind, Message

pytestmark = pytest.mark.django_db

CENTRE = Place("ocd-division/country:ca/ed:35075-2023", "Ottawa Centre")
SOUTH = Place("ocd-division/country:ca/ed:35079-2023", "Ottawa South")


class Provider:
    """Answers what the test says."""

    answer = LookUp.of((CENTRE,))
    asked = 0

    def look_up(self, _provider: str, _code: str) -> LookUp:
        self.asked += 1
        return self.answer


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    monkeypatch.setattr(seek, "look_up", provider.look_up)
    monkeypatch.setattr(choosing, "look_up", provider.look_up)
    return provider


@pytest.fixture
def members() -> TargetList:
    """A list with a member for each of two ridings."""
    members = TargetList.objects.create(name="House of Commons")
    for place, email in ((CENTRE, "centre@parl.example"), (SOUTH, "south@parl.example")):
        target = a_target(name=place.name, email=email, division=place.division, division_name=place.name)
        ListMember.objects.create(target_list=members, target=target)
    return members


@pytest.fixture
def edition(members: TargetList) -> Edition:
    campaign = a_campaign(targets=[], targeting=Targeting.POSTAL_CODE, target_list=members)
    targeting = {"by": "postal", "field": "postal_code", "target_list": members.pk, "provider": "table"}
    return an_edition(campaign, targeting=targeting)


def act(edition: Edition, **changes: Any) -> None:
    """Somebody acts, and everything follows but the seeking."""
    said = valid_post(edition) | {"consents": {}, "division": "later"} | changes
    take(edition=edition, email=read_address(said["email"]), act=said, source={}, signs=[])
    follow_everything()


def state() -> tuple[str, str]:
    action = Action.objects.get()
    return action.state, action.reason


def days_pass(days: int) -> None:
    Action.objects.update(next_at=F("next_at") - timedelta(days=days))


def written_to() -> list[str]:
    return list(Letter.objects.order_by("pk").values_list("target__name", flat=True))


def test_it_works(edition: Edition, provider: Provider) -> None:
    act(edition)
    assert state() == (State.SEEKING, "")
    assert Message.objects.filter(kind=Kind.THANKS).count() == 1
    assert seek_batch() == 1

    assert state() == (State.FOLLOWED, "")
    assert written_to() == ["Ottawa Centre"]
    assert Action.objects.get().division == CENTRE.division
    assert seek_batch() == 0


def test_a_riding_is_in_its_hour_once_and_leaves_it_with_its_action(edition: Edition, provider: Provider) -> None:
    act(edition)
    seek_batch()
    seek_batch()
    in_riding = HourOfPlace.objects.filter(kind="riding", place=CENTRE.division).exclude(hour=WHOLE)
    assert [row.people for row in in_riding] == [1]
    assert make_hour(in_riding[0].hour) == {edition.campaign_id: 0}
    change_states([(Action.objects.get().pk, State.FOLLOWED, State.INVALIDATED, "forged")])
    assert [row.people for row in in_riding.all()] == [0]


def test_of_several_the_one_that_was_chosen_at_the_form(edition: Edition, provider: Provider) -> None:
    provider.answer = LookUp.of((CENTRE, SOUTH))
    act(edition, division=SOUTH.division)
    seek_batch()
    assert written_to() == ["Ottawa South"]


def test_a_riding_that_the_code_does_not_lie_in_is_not_believed(edition: Edition, provider: Provider) -> None:
    act(edition, division=SOUTH.division)
    seek_batch()
    assert written_to() == ["Ottawa Centre"]


def test_of_several_none_chosen_is_asked_by_mail_twice_then_shown_to_staff(
    edition: Edition, provider: Provider
) -> None:
    provider.answer = LookUp.of((CENTRE, SOUTH))
    act(edition)
    seek_batch()
    assert state() == (State.SEEKING, "several")
    days_pass(3)
    seek_batch()
    days_pass(4)
    seek_batch()
    assert state() == (State.STUCK, "not_chosen")
    assert Message.objects.filter(kind=Kind.CHOICE).count() == 2
    assert written_to() == []


def test_a_choice_by_mail_sends_the_letter(edition: Edition, provider: Provider) -> None:
    provider.answer = LookUp.of((CENTRE, SOUTH))
    act(edition)
    seek_batch()
    number = Action.objects.get().pk

    found = choice_of(number)
    assert found is not None
    assert found.found.places == (CENTRE, SOUTH)
    assert not choose(number, "ocd-division/country:ca/ed:1-2023")
    assert choose(number, SOUTH.division)
    assert choose(number, SOUTH.division)
    assert not choose(number, CENTRE.division)
    seek_batch()
    assert written_to() == ["Ottawa South"]


def test_a_provider_that_is_away_is_asked_again_later(edition: Edition, provider: Provider) -> None:
    provider.answer = UNAVAILABLE
    act(edition)
    seek_batch()
    assert state() == (State.SEEKING, "provider_away")
    assert seek_batch() == 0
    days_pass(1)
    provider.answer = LookUp.of((CENTRE,))
    seek_batch()
    assert written_to() == ["Ottawa Centre"]


def test_no_riding_and_nobody_who_sits_for_it_are_shown_to_staff(edition: Edition, provider: Provider) -> None:
    provider.answer = LookUp.of(())
    act(edition)
    seek_batch()
    assert state() == (State.STUCK, "no_division")

    Target.objects.all().update(division="")
    provider.answer = LookUp.of((CENTRE,))
    Action.objects.update(state=State.COUNTED)
    follow_everything()
    Target.objects.all().update(division_name="Elsewhere")
    seek_batch()
    assert state() == (State.STUCK, "no_target")


def test_after_the_list_is_mended_it_is_tried_again_and_thanked_once(edition: Edition, provider: Provider) -> None:
    provider.answer = LookUp.of(())
    act(edition)
    seek_batch()
    provider.answer = LookUp.of((CENTRE,))
    Action.objects.update(state=State.COUNTED)
    follow_everything()
    seek_batch()
    assert written_to() == ["Ottawa Centre"]
    assert Message.objects.filter(kind=Kind.THANKS).count() == 1


def test_a_code_is_looked_up_once_for_many(edition: Edition, provider: Provider) -> None:
    for number in range(3):
        act(edition, email=f"jane.{number}@example.org")
    seek_batch()
    assert (provider.asked, len(written_to())) == (1, 3)


def test_who_sends_it_themselves_has_no_letter_of_ours(edition: Edition, provider: Provider) -> None:
    act(edition, way="own_mail")
    assert state() == (State.FOLLOWED, "")
    assert Action.objects.get().way == "own_mail"
    assert written_to() == []


def test_an_answer_leads_to_whoever_belongs_to_it(client: Client) -> None:
    premiers = TargetList.objects.create(name="Premiers")
    for name, match in (("Ontario", "ON"), ("Québec", "QC")):
        target = a_target(name=name, email=f"{match}@gov.example")
        ListMember.objects.create(target_list=premiers, target=target, match=match)
    campaign: Campaign = a_campaign(targets=[], targeting=Targeting.ANSWER, target_list=premiers)
    targeting = {"by": "answer", "field": "province", "target_list": premiers.pk, "provider": ""}
    act(an_edition(campaign, targeting=targeting), province="QC")
    assert (state(), written_to()) == ((State.FOLLOWED, ""), ["Québec"])


def test_an_answer_that_leads_to_nobody_is_shown_to_staff(client: Client) -> None:
    premiers = TargetList.objects.create(name="Premiers")
    ListMember.objects.create(target_list=premiers, target=a_target(), match="ON")
    campaign = a_campaign(targets=[], targeting=Targeting.ANSWER, target_list=premiers)
    targeting = {"by": "answer", "field": "province", "target_list": premiers.pk, "provider": ""}
    act(an_edition(campaign, targeting=targeting), province="NU")
    for _ in range(3):
        follow_everything()
    assert state() == (State.STUCK, "NoTarget")


def test_one_that_fails_holds_up_nobody(edition: Edition, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    act(edition)

    def fails(*_arguments: object) -> None:
        raise TargetList.DoesNotExist

    monkeypatch.setattr(seek, "representing_or_new", fails)
    assert seek_batch() == 1
    assert state() == (State.STUCK, "DoesNotExist")
