"""Erasure of a person: nothing of them is left anywhere, the number stays, and no backup or file brings them back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from tests.actions.ending.conftest import (
    MARKED,
    MARKER,
    TRACES,
    Signed,
    answered,
    digest_of,
    files_beside,
    is_anywhere,
    taken,
    whole_database,
)
from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.outbox.calls.conftest import an_endpoint
from tocsin.actions.count import prove_counts
from tocsin.actions.ending import erase
from tocsin.actions.ending.erase import Erased, StillLeaving, erase_again, erase_person, what_would_be_erased
from tocsin.actions.ending.journal import erasures_path, read_erasures
from tocsin.actions.ending.model import WordsLater
from tocsin.actions.ending.nightly import end_what_is_over
from tocsin.actions.exporting.supporters import reasons_to_send_nothing
from tocsin.actions.fold import make_hour
from tocsin.actions.invalidate import Chosen, put_back, take_out
from tocsin.actions.models import Action, HourOfActions, HourOfPlace, Letter, Update, UpdateCopy
from tocsin.actions.receipts import receipt_key
from tocsin.actions.repoint import WRITTEN_ANEW
from tocsin.actions.rollup import hour_of
from tocsin.actions.states import State
from tocsin.actions.told import told
from tocsin.actions.updates.send import send_updates
from tocsin.actions.updates.steer import let_go
from tocsin.campaigns.models import Campaign, Edition, Tally
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.carried import carry
from tocsin.outbox.events import note_event
from tocsin.outbox.models import Call, Event, Kind, Message, Suppression
from tocsin.outbox.models import State as MessageState
from tocsin.supporters.models import ConsentProof, Supporter
from tocsin.supporters.proofs import proofs_of

pytestmark = pytest.mark.django_db
JANE = "jane.doe@example.org"
PERSON = f"{MARKER.lower()}@example.org"


@pytest.fixture(autouse=True)
def _a_journal_of_its_own(settings: Any, tmp_path: Any) -> None:
    settings.TOCSIN_JOURNAL = str(tmp_path / "journal" / "sent.log")


def numbers() -> list[Any]:
    return [
        list(Tally.objects.values_list("campaign", "counted")),
        sorted(HourOfActions.objects.values_list("hour", "language", "source", "people", "own_words")),
        sorted(HourOfPlace.objects.values_list("kind", "place", "hour", "people")),
    ]


@pytest.fixture
def everything(signed: Signed, edition_fr: Edition, campaign_open: Campaign, client: Client) -> Action:
    """Somebody acted twice, got a copy of an update, was answered, bounced; and another person acted beside them."""
    action = signed(**MARKED)
    signed(an_edition(a_campaign(slug="other", targets=list(campaign_open.targets.all()))), **MARKED)
    taken(f"250 2.0.0 queued for <{MARKER}@example.org>")
    signed(edition_fr)
    taken()
    words = {"en": {"subject": "News, {name}", "text": "Hello {name}."}}
    let_go(Update.objects.create(campaign=campaign_open, words=words, written_by_name="Jane Doe"), 0, "Jane Doe")
    while send_updates():
        pass
    answered(action, f"{MARKER} is right")
    return action


def test_it_works(everything: Action, caplog: pytest.LogCaptureFixture) -> None:
    """The canary: in no row, in nothing that opens, in no file but what left, in no log; every number as it was."""
    make_hour(hour_of(everything.accepted_at))
    before, digest = numbers(), digest_of(PERSON)
    assert all(trace in whole_database() for trace in TRACES[:2])
    with caplog.at_level(logging.DEBUG):
        assert erase_person(digest) == Erased(actions=2, mails_stopped=1)
    assert not any(trace in whole_database() for trace in TRACES)
    assert not any(trace in files_beside() + caplog.text.lower() for trace in TRACES)
    assert not is_anywhere(digest)
    assert digest.hex() not in files_beside()
    assert Suppression.objects.get().reason == Suppression.Reason.ERASED
    assert numbers() == before
    assert all(proof.agrees for proof in prove_counts())
    assert set(make_hour(hour_of(everything.accepted_at)).values()) == {0}
    assert numbers() == before
    assert "jane.doe@example.org" in whole_database()


def test_pressed_twice_it_is_pressed_once(everything: Action) -> None:
    erase_person(digest_of(PERSON))
    assert erase_person(digest_of(PERSON)) == Erased(0, 0)
    assert Suppression.objects.count() == 1


def test_what_would_happen_is_said_before(signed: Signed) -> None:
    signed()
    assert what_would_be_erased(digest_of(JANE)) == erase.ToErase(1, letters_waiting=1, letters_gone=0)
    taken()
    assert what_would_be_erased(digest_of(JANE)) == erase.ToErase(1, letters_waiting=0, letters_gone=1)


def test_what_waits_is_stopped(signed: Signed) -> None:
    action = signed()
    assert erase_person(digest_of(JANE)) == Erased(1, mails_stopped=2)
    assert Letter.objects.get(action=action).message.state == MessageState.CANCELLED


def test_unless_they_want_it_to_leave_and_then_its_words_go_after_it(signed: Signed) -> None:
    action = signed(**MARKED)
    erase_person(digest_of(PERSON), let_leave=True)
    letter = Letter.objects.get(action=action)
    assert letter.message.state == MessageState.WAITING
    assert MARKER.lower() in whole_database()
    end_what_is_over()
    assert MARKER.lower() in whole_database()
    taken()
    end_what_is_over()
    assert not any(trace in whole_database() for trace in TRACES)
    assert not WordsLater.objects.exists()


def test_a_mail_that_is_being_handed_over_is_waited_for(signed: Signed) -> None:
    signed()
    taken()
    Message.objects.filter(kind=Kind.THANKS).update(state=MessageState.SENDING)
    before = whole_database()
    with pytest.raises(StillLeaving):
        erase_person(digest_of(JANE))
    assert whole_database() == before
    assert not erasures_path().exists()


@pytest.mark.parametrize("where", ["remove", "_suppress", "note_erasure"])
def test_killed_in_the_middle_and_run_again(everything: Action, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    before = whole_database()
    with monkeypatch.context() as broken:
        broken.setattr(erase, where, _killed)
        with pytest.raises(OSError, match="killed"):
            erase_person(digest_of(PERSON))
    assert whole_database() == before
    assert erase_person(digest_of(PERSON)).actions == 2
    assert not any(trace in whole_database() for trace in TRACES)


def _killed(*_args: Any) -> None:
    raise OSError("killed")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_and_the_night_beside_them(client: Client) -> None:
    campaign = a_campaign()
    edition = an_edition(campaign)
    for name in ("a", "b", "c"):
        sign(client, edition, email=f"{name}@example.org")
    follow_everything()
    taken()
    Campaign.objects.update(closes_at=timezone.now() - timedelta(days=200))
    works = [lambda: erase_person(digest_of("b@example.org")), lambda: erase_person(digest_of("b@example.org"))]
    with ThreadPoolExecutor() as pool:
        list(pool.map(_alone, [*works, end_what_is_over, end_what_is_over]))
    assert not Action.objects.filter(ended_at=None).exists()
    assert Action.objects.count() == Tally.objects.get().counted == 3
    assert not is_anywhere(digest_of("b@example.org"))


def _alone(work: Callable[[], object]) -> object:
    try:
        return work()
    finally:
        connections.close_all()


def test_a_restored_backup_does_not_bring_them_back(everything: Action) -> None:
    backup: dict[Any, list[Any]] = {
        model: list(model._base_manager.values()) for model in (Supporter, Message, Action, UpdateCopy)
    }
    erase_person(digest_of(PERSON))
    _put_back(backup)
    assert MARKER.lower() in whole_database()
    assert erase_again(read_erasures(erasures_path())) == 1
    assert not any(trace in whole_database() for trace in TRACES)
    assert erase_again(read_erasures(erasures_path())) == 1


def _put_back(backup: dict[Any, list[dict[str, Any]]]) -> None:
    Suppression.objects.all().delete()
    for model, rows in backup.items():
        for row in rows:
            model._base_manager.update_or_create(pk=row["id"], defaults=row)


def test_whoever_came_back_after_they_were_forgotten_stays(signed: Signed, edition_en: Edition) -> None:
    signed()
    erase_person(digest_of(JANE))
    signed()
    erase_again(read_erasures(erasures_path()))
    newer = Action.objects.latest("pk")
    assert newer.ended_at is None
    assert newer.supporter is not None


def test_the_journal_says_nothing_without_the_key(signed: Signed) -> None:
    signed()
    erase_person(digest_of(JANE))
    text = erasures_path().read_text()
    assert erasures_path().stat().st_mode & 0o777 == 0o600
    assert digest_of(JANE).hex() not in text
    assert [digest for digest, _at in read_erasures(erasures_path())] == [digest_of(JANE)]
    with erasures_path().open("a") as file:
        file.write("2026-11-24T19:05:04.120000Z " + "A" * 60 + "\ncut o")
    assert len(list(read_erasures(erasures_path()))) == 1


def test_no_file_brings_them_into_mailings(signed: Signed) -> None:
    signed()
    erase_person(digest_of(JANE))
    assert reasons_to_send_nothing([digest_of(JANE)]) == {digest_of(JANE): Suppression.Reason.ERASED}


def test_whoever_acts_anew_is_thanked_as_everybody(signed: Signed) -> None:
    signed()
    erase_person(digest_of(JANE))
    action = signed()
    assert Message.objects.get(key=f"thanks:{action.pk}").state == MessageState.WAITING


def test_a_bounce_that_comes_late_brings_no_mailbox_back(signed: Signed) -> None:
    signed(**MARKED)
    taken()
    erase_person(digest_of(PERSON))
    note_event(Message.objects.get(kind=Kind.THANKS), Event.Kind.BOUNCED, "dsn", "x", f"5.1.1 no mailbox {MARKER} here")
    assert Event.objects.get().words == "5.1.1"
    assert not any(trace in whole_database() for trace in TRACES)


def test_a_letter_that_was_written_anew_goes_with_the_one_before(signed: Signed) -> None:
    action = signed(**MARKED)
    letter = Letter.objects.get(action=action)
    old = letter.message
    new = Message.objects.get(pk=old.pk)
    new.pk, new.key, new.ref = None, f"{old.key}:{old.pk}", "z" * 26
    new.save(force_insert=True)
    Letter.objects.filter(pk=letter.pk).update(message=new)
    Message.objects.filter(pk=old.pk).update(state=MessageState.CANCELLED, last_words=WRITTEN_ANEW)
    erase_person(digest_of(PERSON))
    assert not any(trace in whole_database() for trace in TRACES)


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.SENT])
def test_of_a_digest_only_its_bytes_go_and_the_others_letters_wait_for_the_next(
    signed: Signed, state: MessageState
) -> None:
    mine, other = signed(), signed(email="other@example.org")
    Message.objects.filter(kind=Kind.LETTER).update(gathered=True, due_at=None)
    digest = Message.objects.get(letter__action=other)
    digest.pk, digest.key, digest.ref, digest.kind = None, "digest:1:1:w:1", "y" * 26, Kind.DIGEST
    digest.gathered, digest.state = False, MessageState.WAITING
    digest.save(force_insert=True)
    carry(list(Letter.objects.values_list("message", flat=True)), digest.pk)
    if state == MessageState.SENT:
        taken()
        Message.objects.filter(carrier=digest).update(state=MessageState.SENT)
    erase_person(digest_of(JANE))
    digest.refresh_from_db()
    assert bytes(digest.sealed) == b""
    stopped = state == MessageState.WAITING
    assert Letter.objects.get(action=mine).message.state == (MessageState.CANCELLED if stopped else MessageState.SENT)
    kept = Letter.objects.get(action=other).message
    assert bytes(kept.sealed) != b""
    assert (kept.carrier is None) == stopped


def test_its_receipt_is_gone(client: Client, signed: Signed) -> None:
    action = signed()
    assert client.get(f"/receipt/{receipt_key(action.pk)}/").status_code == 200
    erase_person(digest_of(JANE))
    assert client.get(f"/receipt/{receipt_key(action.pk)}/").status_code == 404


def test_taken_out_and_put_back_it_counts_and_nothing_is_made_of_it(signed: Signed, campaign_open: Campaign) -> None:
    action = signed()
    Action.objects.update(source={"utm_source": "partner"})
    make_hour(hour_of(action.accepted_at))
    before = numbers()
    decision = take_out(campaign_open, Chosen("utm_source", "partner"), "A robot", None, "Jane Doe")
    decision.refresh_from_db()
    erase_person(digest_of(JANE))
    assert Tally.objects.get().counted == 0
    put_back(decision, "It was none", None, "Jane Doe")
    follow_everything()
    assert Action.objects.get().state == State.FOLLOWED
    assert [Tally.objects.get().counted, Message.objects.filter(kind=Kind.LETTER).count()] == [1, 1]
    assert set(make_hour(hour_of(action.accepted_at)).values()) == {0}
    assert numbers()[0] == before[0]


def test_what_proves_their_consent_stays_three_years(signed: Signed) -> None:
    signed()
    erase_person(digest_of(JANE))
    found = list(proofs_of(digest_of(JANE)))
    assert {(one.purpose, one.yes) for one in found} == {("news", True), ("calls", True)}
    assert {one.wording.text for one in found if one.wording} == {"Send me news.", "May we call you?"}
    assert all(one.kept_until - one.used_until == timedelta(days=1096) for one in found)
    ConsentProof.objects.update(kept_until=timezone.now() - timedelta(hours=1))
    end_what_is_over()
    assert not ConsentProof.objects.exists()


def test_whoever_was_told_of_them_is_told_to_forget_them(signed: Signed) -> None:
    """Once, and by their number alone: endpoints of all campaigns, and of those in which they acted."""
    everywhere, _secret = an_endpoint("http://127.0.0.1:1/in", kinds=[EventKind.SUPPORTER_ERASED])
    action = signed()
    here, _secret = an_endpoint(
        "http://127.0.0.1:2/in", kinds=[EventKind.SUPPORTER_ERASED], campaign_ref=action.campaign_id
    )
    an_endpoint("http://127.0.0.1:3/in", kinds=[EventKind.SUPPORTER_ERASED], campaign_ref=action.campaign_id + 1)
    supporter = action.supporter_id
    erase_person(bytes(action.email_digest))
    calls = list(Call.objects.select_related("endpoint").order_by("endpoint"))
    assert [call.endpoint_id for call in calls] == [everywhere.pk, here.pk]
    assert list(told(calls).values()) == [{"id": supporter, "gone": True}] * 2
