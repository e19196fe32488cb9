"""Each kind of event is told once, with the change itself; and where nobody listens, it costs a question a batch."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.outbox.calls.conftest import an_endpoint
from tocsin.actions import process
from tocsin.actions.handin.carried import hand_over
from tocsin.actions.importing.read_person import Agreement, FilePerson
from tocsin.actions.importing.store_people import store_people, wording_of
from tocsin.actions.importing.work import _remove_consents
from tocsin.actions.invalidate import Chosen, put_back, take_out
from tocsin.actions.models import Action, Letter
from tocsin.actions.screen import screen_batch
from tocsin.actions.states import State
from tocsin.actions.telling import tell_of_actions
from tocsin.actions.unsubscribe import Choice, Leaver, choose
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.outbox.calls.kinds import CHOOSABLE, EventKind
from tocsin.outbox.models import Call
from tocsin.supporters.models import Consent, SupporterImport

pytestmark = pytest.mark.django_db


@pytest.fixture
def crm() -> None:
    an_endpoint("http://127.0.0.1:1/in", kinds=CHOOSABLE)


def told(*kinds: EventKind) -> list[tuple[str, int]]:
    rows = Call.objects.order_by("pk")
    return list((rows.filter(kind__in=kinds) if kinds else rows).values_list("kind", "about"))


def test_it_works(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    assert told() == []  # accepting tells nothing
    follow_everything()
    follow_everything()
    action, consents = Action.objects.get(), Consent.objects.order_by("pk")
    assert told() == [
        (EventKind.ACTION_COUNTED, action.pk),
        *((EventKind.CONSENT_GIVEN, consent.pk) for consent in consents),
    ]
    assert set(Call.objects.values_list("campaign_ref", flat=True)) == {edition_en.campaign_id}


def test_what_is_held_is_told_when_it_counts(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, email="jane@mailinator.com")
    follow_everything()
    assert Action.objects.get().state == State.HELD
    assert told() == []


def test_a_no_is_told_as_well(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en, consent_news=None, consent_calls="no")
    follow_everything()
    refused = Consent.objects.get(purpose="calls")
    assert (EventKind.CONSENT_GIVEN, refused.pk) in told()
    assert not refused.yes


def test_taking_out_and_putting_back_are_told_each_time(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    action = Action.objects.get()
    Call.objects.filter(kind=EventKind.CONSENT_GIVEN).delete()
    for _time in range(2):
        Action.objects.update(signs=["robot"])
        decision = take_out(edition_en.campaign, Chosen(sign="robot"), "r", None, "Jane Doe")
        decision.refresh_from_db()
        put_back(decision, "r", None, "Jane Doe")
        follow_everything()
    kinds = [kind for kind, _about in told(EventKind.ACTION_COUNTED, EventKind.ACTION_INVALIDATED)]
    assert kinds == ["action.counted", *["action.invalidated", "action.counted"] * 2]
    # Whoever is counted again said nothing new about consents, also where it is long ago that these were told.
    assert told(EventKind.CONSENT_GIVEN) == []
    assert Consent.objects.filter(action_ref=action.pk).exists()


def test_what_is_rolled_back_is_not_told(
    crm: None, client: Client, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_and_failed(*said: Any) -> None:
        tell_of_actions(*said)
        assert told()
        raise DatabaseError

    sign(client, edition_en)
    monkeypatch.setattr("tocsin.actions.count.tell_of_actions", told_and_failed)
    with pytest.raises(DatabaseError):
        screen_batch()
    assert told() == []
    assert Action.objects.get().state == State.RECEIVED


def test_what_cannot_be_followed_tells_nothing_of_consents(
    crm: None, client: Client, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(client, edition_en)
    screen_batch()

    def fails(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(process, "_mark", fails)
    process.follow_batch()
    assert told(EventKind.CONSENT_GIVEN) == []


def test_leaving_and_coming_back_are_told(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    Call.objects.all().delete()
    leaver = Leaver(edition_en, bytes(Action.objects.get().email_digest))
    for choice in (Choice.CAMPAIGN, Choice.EVERYTHING, Choice.BACK):
        choose(leaver, choice)
    rows = {consent.pk: consent for consent in Consent.objects.all()}
    assert [(kind, rows[about].control) for kind, about in told()] == [
        *[("consent.withdrawn", "left")] * 2,
        *[("consent.given", "back")] * 2,
    ]


def test_an_import_and_taking_it_back_are_told(crm: None) -> None:
    upload = SupporterImport.objects.create(file_name="people.csv", by_name="Jane Doe")
    agreement = Agreement("news", "express", "Send me news.", "Fair Hearing Society", "a fair", "en", None)
    jane = FilePerson(vault().digest("jane@example.org"), {"given_name": "Jane"}, "en", timezone.now(), None)
    store_people([jane], upload, agreement, wording_of(agreement))
    consent = Consent.objects.get()
    assert told() == [(EventKind.CONSENT_GIVEN, consent.pk)]
    _remove_consents([consent])
    assert told()[1:] == [(EventKind.CONSENT_WITHDRAWN, consent.pk)]


def test_what_a_hand_carried_is_told_as_sent(crm: None, client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    follow_everything()
    letter = Letter.objects.get()
    for _time in range(2):
        hand_over([letter.message_id], "the office")
    assert told(EventKind.LETTER_SENT) == [(EventKind.LETTER_SENT, letter.message_id)]


def test_other_campaigns_are_not_told_of(client: Client, edition_en: Edition) -> None:
    other = an_edition(a_campaign(slug="other"))
    an_endpoint("http://127.0.0.1:1/in", kinds=CHOOSABLE, campaign_ref=other.campaign_id)
    sign(client, edition_en)
    sign(client, other)
    follow_everything()
    assert set(Call.objects.values_list("campaign_ref", flat=True)) == {other.campaign_id}


def test_without_endpoints_a_batch_costs_one_question_more(
    client: Client, edition_en: Edition, campaign_open: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        sign(client, edition_en, email=f"jane{number}@example.org")
    with django_assert_num_queries(1):
        tell_of_actions([(pk, campaign_open.pk, 1) for pk in range(5)])
    follow_everything()
    assert not Call.objects.exists()
