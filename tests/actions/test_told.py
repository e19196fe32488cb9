"""What other software is told: numbers and states, and of people nothing unless the endpoint asks for it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.outbox.calls.conftest import an_endpoint
from tests.promises.test_5_personal_data_are_sealed import MARKED, MARKER, TRACE, whole_database
from tocsin.actions.models import Action, Letter
from tocsin.actions.told import told
from tocsin.campaigns.models import Edition
from tocsin.outbox.calls.endpoints import send_test
from tocsin.outbox.calls.kinds import CHOOSABLE, EventKind
from tocsin.outbox.calls.send import body_of
from tocsin.outbox.calls.tell import Happened, listening, tell
from tocsin.outbox.models import Call, Endpoint, Message
from tocsin.supporters.models import Consent, Supporter

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:1/in"


def said(kind: EventKind) -> list[dict[str, Any]]:
    calls = _calls(kind)
    data = told(calls)
    return [data[call.pk] for call in calls]


def _calls(*kinds: EventKind) -> Sequence[Call]:
    return list(Call.objects.filter(kind__in=kinds).select_related("endpoint").order_by("pk"))


def everything_told() -> str:
    """As it leaves, of every kind."""
    tell([Happened(EventKind.LETTER_SENT, Message.objects.filter(kind="letter").get().pk, None)], _endpoints())
    tell([Happened(EventKind.EDITION_PUBLISHED, Edition.objects.get().pk, None)], _endpoints())
    calls = _calls(*EventKind)
    data = told(calls)
    return "\n".join(body_of(call, data[call.pk]) for call in calls)


def _endpoints() -> list[Any]:
    return listening(*CHOOSABLE)


def test_it_works(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    sign(client, edition_en)
    follow_everything()
    action = Action.objects.get()
    [counted] = said(EventKind.ACTION_COUNTED)
    assert counted == {
        "id": action.pk,
        "reference": f"{edition_en.campaign_id}-{action.pk}",
        "campaign": {"id": edition_en.campaign_id, "short_name": "fair-hearing"},
        "language": "en",
        "edition": {"id": edition_en.pk, "number": 1, "sha256": edition_en.sha256},
        "accepted_at": action.accepted_at.isoformat(timespec="seconds"),
        "state": "followed",
        "way": "us",
        "source": action.source,
        "supporter": action.supporter_id,
    }


def test_it_says_how_things_are_when_it_is_told(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    sign(client, edition_en)
    follow_everything()
    Action.objects.update(state="invalidated")
    assert said(EventKind.ACTION_COUNTED)[0]["state"] == "invalidated"


def test_a_letter_says_its_target_and_its_fate(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    sign(client, edition_en, email="another@example.org")  # so that letters and mails have different numbers
    follow_everything()
    sign(client, edition_en)
    follow_everything()
    letter = Letter.objects.select_related("message", "target").latest("pk")
    assert letter.pk != letter.message_id
    Message.objects.filter(pk=letter.message_id).update(state="refused", last_words="550 no")
    tell([Happened(EventKind.LETTER_REFUSED, letter.message_id, edition_en.campaign_id)], _endpoints())
    [found] = said(EventKind.LETTER_REFUSED)
    assert (found["fate"], found["words"], found["message_id"]) == (
        "refused",
        "550 no",
        f"<{letter.message.ref}@tocsin.example>",
    )
    assert found["id"] == letter.pk  # its number in the API
    assert found["target"] == {"id": letter.target_id, "name": "Minister of Hearings", "division": ""}
    assert found["action"]["reference"] == f"{edition_en.campaign_id}-{letter.action_id}"


def test_a_consent_says_what_was_asked_and_answered(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    sign(client, edition_en, consent_calls="no")
    follow_everything()
    by_purpose = {one["purpose"]: one for one in said(EventKind.CONSENT_GIVEN)}
    assert (by_purpose["news"]["answer"], by_purpose["calls"]["answer"]) == ("yes", "no")
    news = by_purpose["news"]
    assert (news["control"], news["method"], news["language"]) == ("box", "web", "en")
    wording = Consent.objects.get(purpose="news").wording
    assert wording is not None
    assert news["wording"]["sha256"] == wording.sha256
    assert news["wording"]["text"] == "Send me news."
    assert news["action"] == Action.objects.get().pk


def test_nobody_s_data_leave_unless_the_endpoint_asks_for_them(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    sign(client, edition_en, **MARKED)
    follow_everything()
    assert not TRACE.search(everything_told())


def test_with_people_their_data_go_along_and_stand_nowhere(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE, with_people=True)
    sign(client, edition_en, **MARKED)
    follow_everything()
    told_of = everything_told()
    assert len(re.findall(MARKER, told_of)) > 5
    [person] = [one["person"] for one in said(EventKind.ACTION_COUNTED)]
    assert person["name"] == f"{MARKER} {MARKER}-Doe"
    assert person["email"].lower() == f"{MARKER}@example.org".lower()
    assert person["address"]["city"] == f"{MARKER}ville"
    assert person["own_words"]["text"].startswith("My own words")
    assert said(EventKind.CONSENT_GIVEN)[0]["person"]["given_name"] == MARKER
    assert "own_words" not in said(EventKind.CONSENT_GIVEN)[0]["person"]
    assert not TRACE.search(whole_database())


@pytest.mark.parametrize(("then", "now"), [(False, True), (True, False)])
def test_people_go_along_only_where_they_did_then_and_do_now(
    client: Client,
    edition_en: Edition,
    then: bool,  # noqa: FBT001
    now: bool,  # noqa: FBT001
) -> None:
    an_endpoint(URL, kinds=CHOOSABLE, with_people=then)
    sign(client, edition_en, **MARKED)
    follow_everything()
    everything_told()
    Endpoint.objects.update(with_people=now)
    assert len(said(EventKind.CONSENT_GIVEN)) > 1
    assert not TRACE.search(json.dumps([said(kind) for kind in CHOOSABLE]))


def test_an_endpoint_of_one_campaign_is_told_what_the_person_said_there(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE, with_people=True, campaign_ref=edition_en.campaign_id)
    sign(client, edition_en)
    follow_everything()
    sign(client, an_edition(a_campaign(slug="other")), **(MARKED | {"email": "jane.doe@example.org"}))
    follow_everything()
    assert said(EventKind.CONSENT_GIVEN)[0]["person"]["given_name"] == "Jane"
    assert not TRACE.search(json.dumps(said(EventKind.CONSENT_GIVEN)))
    Consent.objects.filter(pk=_calls(EventKind.CONSENT_GIVEN)[0].about).update(action_ref=None)
    Action.objects.filter(campaign=edition_en.campaign_id).update(sealed=b"")
    assert not [one for one in said(EventKind.CONSENT_GIVEN) if "person" in one]


def test_words_as_they_were_offered_are_not_told_as_own(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE, with_people=True)
    sign(client, edition_en)
    follow_everything()
    assert said(EventKind.ACTION_COUNTED)[0]["person"]["own_words"] == {}


def test_what_is_gone_is_told_as_gone(client: Client, edition_en: Edition) -> None:
    an_endpoint(URL, kinds=CHOOSABLE, with_people=True)
    sign(client, edition_en, **MARKED)
    follow_everything()
    consents = [call.about for call in _calls(EventKind.CONSENT_GIVEN)]
    Action.objects.update(sealed=b"", supporter=None)
    Consent.objects.all().delete()
    Supporter.objects.all().delete()
    assert said(EventKind.CONSENT_GIVEN) == [{"id": number, "gone": True} for number in consents]
    [counted] = said(EventKind.ACTION_COUNTED)
    assert "person" not in counted
    tell([Happened(kind, 10**9, None) for kind in CHOOSABLE], _endpoints())
    for kind in CHOOSABLE:
        assert said(kind)[-1] == {"id": 10**9, "gone": True}, kind


def test_a_test_says_that_it_is_one() -> None:
    made, _secret = an_endpoint(URL, kinds=[])
    call = send_test(made)
    [data] = said(EventKind.TEST)
    assert json.loads(body_of(call, data))["data"] == {"id": made.pk, "name": "CRM"}


def test_many_cost_as_many_questions_as_few(
    client: Client, edition_en: Edition, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    an_endpoint(URL, kinds=CHOOSABLE)
    other = an_edition(a_campaign(slug="other"))
    for number in range(6):
        sign(client, edition_en if number % 2 else other, email=f"jane{number}@example.org")
    follow_everything()
    calls = _calls(*EventKind)
    told(calls)  # the editions are remembered
    with django_assert_max_num_queries(4):
        told(calls)
