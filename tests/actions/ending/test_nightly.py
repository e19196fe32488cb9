"""Retention by itself: what goes, what stays, and that a night that broke off is gone on with."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.actions.ending.conftest import (
    MARKED,
    MARKER,
    TRACES,
    Signed,
    close,
    digest_of,
    is_anywhere,
    pass_days,
    plan_of,
    taken,
    whole_database,
)
from tests.cast import a_campaign, an_edition
from tocsin.actions.count import prove_counts
from tocsin.actions.ending import nightly
from tocsin.actions.ending.anonymous import end_actions
from tocsin.actions.ending.due import due_of
from tocsin.actions.ending.foretell import Foretold, foretold
from tocsin.actions.ending.model import EndingMark, WordsLater
from tocsin.actions.ending.nightly import EndedTonight, end_what_is_over
from tocsin.actions.ending.remains import opened
from tocsin.actions.fold import make_hour
from tocsin.actions.models import Action, HourOfActions, HourOfPlace, Letter, Update
from tocsin.actions.rollup import hour_of
from tocsin.actions.states import State
from tocsin.actions.updates.send import send_updates
from tocsin.actions.updates.steer import let_go
from tocsin.campaigns.models import Campaign, Edition, Tally
from tocsin.jobs import EVERY_NIGHT, end_data, prove_the_counts
from tocsin.outbox.models import Delivery, Kind, Message
from tocsin.outbox.models import State as MessageState
from tocsin.outbox.post import Outgoing, leave
from tocsin.staff.models import AuditLine
from tocsin.supporters.models import Consent, ConsentProof, Supporter

pytestmark = pytest.mark.django_db
NO_NEWS = {"consent_news": None, "consent_calls": "no"}


def numbers() -> dict[str, Any]:
    return {
        "tally": list(Tally.objects.order_by("pk").values_list("campaign", "counted")),
        "hours": sorted(HourOfActions.objects.values_list("hour", "language", "source", "people", "own_words")),
        "places": sorted(HourOfPlace.objects.values_list("kind", "place", "hour", "people")),
        "rows": list(Action.objects.order_by("pk").values_list("pk", "edition", "state", "accepted_at", "source")),
        "fates": list(Message.objects.order_by("pk").values_list("pk", "kind", "state", "state_since", "sha256")),
    }


def test_it_works(signed: Signed, campaign_open: Campaign, caplog: pytest.LogCaptureFixture) -> None:
    """The canary: not a trace of a person in any row or what opens of it, and every number as it was."""
    signed(**MARKED, **NO_NEWS)
    taken(f"250 2.0.0 {MARKER} is welcome")
    digest = digest_of("kanarienvogel@example.org")
    assert all(trace in whole_database() for trace in TRACES[:2])
    assert is_anywhere(digest)
    close(campaign_open)
    pass_days(190)
    hour = hour_of(Action.objects.get().accepted_at)
    make_hour(hour)
    before = numbers()
    with caplog.at_level(logging.DEBUG):
        done = end_what_is_over()
    assert done[0] == EndedTonight(campaign_open.pk, people=1, words=0, mails_stopped=0, supporters=1)
    assert not any(trace in whole_database() for trace in TRACES)
    assert not any(trace in caplog.text.lower() for trace in TRACES)
    assert not is_anywhere(digest)
    assert numbers() == before
    assert all(proof.agrees for proof in prove_counts())
    assert make_hour(hour) == {campaign_open.pk: 0}
    assert numbers() == before
    assert set(Message.objects.values_list("last_words", flat=True)) == {"2.0.0"}


def test_a_second_night_finds_nothing(signed: Signed, campaign_open: Campaign) -> None:
    signed(**NO_NEWS)
    taken()
    close(campaign_open)
    pass_days(190)
    assert end_what_is_over()
    assert end_what_is_over() == []


@pytest.mark.parametrize(("months", "days", "ends"), [(6, 180, False), (6, 185, True), (1, 32, True), (60, 400, False)])
def test_the_months_are_the_campaigns(
    signed: Signed, campaign_open: Campaign, months: int, days: int, ends: object
) -> None:
    signed()
    campaign_open.data_kept_months = months
    close(campaign_open)
    pass_days(days)
    end_what_is_over()
    assert (Action.objects.get().ended_at is not None) is ends


def test_a_campaign_that_was_opened_again_keeps_its_data(signed: Signed, campaign_open: Campaign) -> None:
    signed()
    close(campaign_open)
    pass_days(190)
    Campaign.objects.update(closes_at=timezone.now() + timedelta(days=1))
    end_what_is_over()
    assert Action.objects.get().ended_at is None


def test_also_one_that_is_opened_while_the_night_is_at_it(
    signed: Signed, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        signed(email=f"{name}@example.org")
    close(campaign_open)
    pass_days(190)
    monkeypatch.setattr(nightly, "BATCH", 1)
    end = end_actions

    def and_open_it(*args: Any, **kwargs: Any) -> Any:
        Campaign.objects.update(closes_at=None)
        return end(*args, **kwargs)

    monkeypatch.setattr(nightly, "end_actions", and_open_it)
    end_what_is_over()
    assert Action.objects.filter(ended_at=None).count() == 2


def test_without_an_end_each_action_has_its_own_time_and_its_person_still_counts_once(
    signed: Signed, campaign_open: Campaign
) -> None:
    signed(**MARKED, **NO_NEWS)
    pass_days(190)
    signed(email="later@example.org")
    end_what_is_over()
    first, second = Action.objects.order_by("pk")
    assert first.ended_at is not None
    assert second.ended_at is None
    assert not any(trace in whole_database() for trace in TRACES)
    signed(**MARKED)
    assert Action.objects.count() == 2
    close(campaign_open)
    pass_days(190)
    end_what_is_over()
    assert not is_anywhere(digest_of("kanarienvogel@example.org"))


def test_whoever_agreed_stays_a_supporter_until_that_ends(signed: Signed, campaign_open: Campaign) -> None:
    signed()
    close(campaign_open)
    pass_days(190)
    end_what_is_over()
    supporter = Supporter.objects.get()
    assert Action.objects.get().supporter is None
    assert set(supporter.consents.values_list("action_ref", flat=True)) == {None}
    for purpose in ("news", "calls"):
        Consent.objects.create(
            supporter=supporter, purpose=purpose, control=Consent.Control.LEFT, yes=False, given_at=timezone.now()
        )
    end_what_is_over()
    assert not Supporter.objects.exists()
    assert ConsentProof.objects.filter(yes=True).count() == 2


def test_whoever_acts_elsewhere_stays_as_well(signed: Signed, campaign_open: Campaign) -> None:
    signed(**NO_NEWS)
    other = an_edition(a_campaign(slug="other", targets=[]))
    close(campaign_open)
    pass_days(190)
    signed(other, **NO_NEWS)
    end_what_is_over()
    assert Supporter.objects.count() == 1
    assert Action.objects.filter(ended_at=None).get().supporter is not None


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.HELD, MessageState.DEFERRED])
def test_a_letter_that_never_left_is_stopped(signed: Signed, campaign_open: Campaign, state: MessageState) -> None:
    action = signed()
    Message.objects.update(state=state)
    close(campaign_open)
    pass_days(190)
    assert end_what_is_over()[0].mails_stopped == 2
    letter = Letter.objects.get(action=action)
    assert letter.message.state == MessageState.CANCELLED
    assert bytes(letter.message.sealed) == b""
    assert "forgotten" in letter.message.last_words


def test_one_that_is_being_handed_over_waits_for_the_next_night(signed: Signed, campaign_open: Campaign) -> None:
    signed(email="a@example.org")
    busy = signed(email="b@example.org")
    taken()
    Message.objects.filter(letter__action=busy).update(state=MessageState.SENDING)
    Delivery.objects.filter(message__letter__action=busy).update(finished_at=None)
    close(campaign_open)
    pass_days(190)
    assert end_what_is_over()[0].people == 1
    Message.objects.filter(letter__action=busy).update(state=MessageState.SENT)
    assert end_what_is_over()[0].people == 1
    assert not Action.objects.filter(ended_at=None).exists()


@pytest.mark.parametrize(
    ("was", "then"),
    [
        (State.HELD, State.BLOCKED),
        (State.UNCONFIRMED, State.BLOCKED),
        (State.SEEKING, State.FOLLOWED),
        (State.STUCK, State.FOLLOWED),
        (State.INVALIDATED, State.INVALIDATED),
    ],
)
def test_nothing_more_is_made_of_it(signed: Signed, campaign_open: Campaign, was: State, then: State) -> None:
    signed()
    Action.objects.update(state=was)
    counted = Tally.objects.get().counted
    close(campaign_open)
    pass_days(190)
    end_what_is_over()
    action = Action.objects.get()
    assert (action.state, action.next_at) == (then, None)
    assert Tally.objects.get().counted == counted


def test_a_night_that_broke_off_is_gone_on_with(
    signed: Signed, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcd":
        signed(email=f"{name}@example.org", **NO_NEWS)
    taken()
    before = numbers()["tally"]
    close(campaign_open)
    pass_days(190)
    monkeypatch.setattr(nightly, "BATCH", 1)
    mark, marked = nightly._mark, list[str]()

    def dies(walk: str, up_to: int) -> None:
        marked.append(walk)
        if len(marked) == 2:
            raise KeyboardInterrupt
        mark(walk, up_to)

    monkeypatch.setattr(nightly, "_mark", dies)
    with pytest.raises(KeyboardInterrupt):
        end_what_is_over()
    assert Action.objects.filter(ended_at=None).count() == 2
    monkeypatch.setattr(nightly, "_mark", mark)
    assert end_what_is_over()[0].people == 2
    assert not Action.objects.filter(ended_at=None).exists()
    assert not Supporter.objects.exists()
    assert numbers()["tally"] == before


def test_its_time_over_the_next_night_goes_on(
    signed: Signed, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed()
    close(campaign_open)
    pass_days(190)
    assert end_what_is_over(seconds=0) == []
    assert end_what_is_over()[0].people == 1


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_words_end_after_their_days_and_the_name_stays(signed: Signed) -> None:
    action = signed()
    taken()
    pass_days(29)
    assert end_what_is_over()[0].words == 1
    action.refresh_from_db()
    act = opened(action.sealed, action.email_digest)
    assert act is not None
    assert act["words_ended"]
    assert act["family_name"] == "Doe"
    assert "text" not in act
    assert {bytes(sealed) for sealed in Message.objects.values_list("sealed", flat=True)} == {b""}


@pytest.mark.parametrize("state", [MessageState.WAITING, MessageState.HELD, MessageState.UNCERTAIN])
def test_words_stay_while_a_letter_has_no_fate(signed: Signed, state: MessageState) -> None:
    action = signed()
    taken()
    Message.objects.filter(letter__action=action).update(state=state)
    pass_days(60)
    end_what_is_over()
    assert WordsLater.objects.get().action == action
    Message.objects.filter(letter__action=action).update(state=MessageState.SENT, state_since=timezone.now())
    end_what_is_over()
    action.refresh_from_db()
    assert "text" in (opened(action.sealed, action.email_digest) or {})
    pass_days(29)
    end_what_is_over()
    action.refresh_from_db()
    assert "text" not in (opened(action.sealed, action.email_digest) or {})
    assert not WordsLater.objects.exists()


def test_a_petition_has_no_words_to_end(signed: Signed, petition: Edition) -> None:
    action = signed(petition)
    taken()
    pass_days(29)
    end_what_is_over()
    action.refresh_from_db()
    assert "words_ended" not in (opened(action.sealed, action.email_digest) or {})


# ── what it costs ───────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_done_is_not_read_again(
    signed: Signed, campaign_open: Campaign, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        signed(email=f"p{number}@example.org", **NO_NEWS)
    taken()
    close(campaign_open)
    pass_days(190)
    end_what_is_over()
    assert EndingMark.objects.get(pk=f"people:{campaign_open.pk}").up_to == Action.objects.latest("pk").pk
    with django_assert_max_num_queries(40) as asked:
        end_what_is_over()
    written = [one["sql"] for one in asked.captured_queries if "UPDATE" in one["sql"] and "ending" not in one["sql"]]
    assert written == []


def test_what_is_next_is_found_by_an_index(campaign_open: Campaign) -> None:
    """However many actions there are: by campaign and number, and nothing sorts them."""
    close(campaign_open, days_ago=200)
    due = due_of(campaign_open, timezone.now())
    assert due is not None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = due.actions.values_list("pk", flat=True)[:100].explain()
    assert "actions_by_campaign" in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan


@pytest.mark.once  # PostgreSQL's plan for three rows says nothing
def test_what_would_be_stopped_is_counted_from_what_waits(signed: Signed, campaign_open: Campaign) -> None:
    """Not from the actions, of which there are a million, while mostly nothing waits."""
    signed(**NO_NEWS)
    close(campaign_open, days_ago=200)
    with CaptureQueriesContext(connection) as asked:
        assert foretold(campaign_open, timezone.now()) == Foretold(people=1, letters_stopped=1)
    (query,) = [one["sql"] for one in asked.captured_queries if 'FROM "actions_letter"' in one["sql"]]
    steps = plan_of(query).splitlines()
    assert "outbox_message USING COVERING INDEX outbox_by_campaign (campaign_ref=? AND kind=? AND state=?)" in steps[0]
    assert [step for step in steps if "U0 USING INTEGER PRIMARY KEY (rowid=?)" in step]
    assert not [step for step in steps if "LIST SUBQUERY" in step]


def test_the_log_says_what_was_done_in_numbers(signed: Signed, campaign_open: Campaign) -> None:
    signed(**NO_NEWS)
    close(campaign_open)
    pass_days(190)
    end_data()
    line = AuditLine.objects.get()
    assert (line.what, line.kind, line.campaign_ref) == ("data_ended", "people", campaign_open.pk)
    assert line.details == {"people": 1, "mails_stopped": 2, "supporters": 1}


def test_it_is_done_before_the_night_proves_the_counts() -> None:
    works = list(EVERY_NIGHT)
    assert works.index(end_data) < works.index(prove_the_counts)


# ── what belongs to no single action ────────────────────────────────────────────────────────────────────────────
def test_copies_of_updates_are_emptied_when_they_are_done(signed: Signed, campaign_open: Campaign) -> None:
    signed(**MARKED)
    taken()
    words = {"en": {"subject": "News, {name}", "text": "Hello {name}."}}
    update = Update.objects.create(campaign=campaign_open, words=words, written_by_name="Jane Doe")
    let_go(update, 0, "Jane Doe")
    send_updates()
    taken()
    Update.objects.update(state=Update.State.SENT, finished_at=timezone.now() - timedelta(days=27))
    end_what_is_over()
    assert bytes(Message.objects.get(kind=Kind.UPDATE).sealed) != b""
    Update.objects.update(finished_at=timezone.now() - timedelta(days=29))
    end_what_is_over()
    copy = Message.objects.get(kind=Kind.UPDATE)
    assert [bytes(copy.sealed), bytes(copy.to_digest), copy.domain, copy.state] == [b"", b"", "", "sent"]


def test_mails_to_staff_too(signed: Signed) -> None:
    leave([Outgoing("staff:1", Kind.STAFF, None, "A", "B", "staff@example.org", "Jane wrote", "Her words.", "en")])
    taken()
    pass_days(29)
    end_what_is_over()
    assert bytes(Message.objects.get(key="staff:1").sealed) == b""


def test_supporters_are_looked_at_round_and_round(
    signed: Signed, campaign_open: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch a night here, and whoever is next is next also after a night whose time was over."""
    for name in "abc":
        signed(email=f"{name}@example.org")
    monkeypatch.setattr(nightly, "BATCH", 2)
    monkeypatch.setattr(nightly, "LEAST_SUPPORTERS", 2)
    monkeypatch.setattr(nightly, "NIGHTS_FOR_ALL_SUPPORTERS", 10**9)  # PostgreSQL begins no test with number one
    numbers = list(Supporter.objects.order_by("pk").values_list("pk", flat=True))
    seen = []
    for seconds in (60, 0, 60, 60):
        end_what_is_over(seconds=seconds)
        seen.append(EndingMark.objects.get(pk="supporters").up_to)
    assert seen == [numbers[1], numbers[1], 0, numbers[1]]
