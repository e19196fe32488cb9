"""Sets of actions: taken out of the number and put back, exactly those, once, and nothing made twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tests.actions.test_take import accept
from tests.cast import follow_everything
from tocsin.actions import invalidate
from tocsin.actions.count import change_states, prove_counts, shown_count
from tocsin.actions.invalidate import Chosen, carry_out, in_the_set, mend_sets, put_back, take_out
from tocsin.actions.models import Action, Invalidation, Letter
from tocsin.actions.states import IN_THE_TALLY, State
from tocsin.campaigns.models import Campaign, Edition
from tocsin.outbox.models import Message
from tocsin.outbox.models import State as MessageState
from tocsin.supporters.models import Supporter

PARTNER = Chosen("utm_source", "partner")


@pytest.fixture
def campaign(edition_en: Edition) -> Campaign:
    """Three from a partner, of whom two without an origin, and two others; all followed."""
    for n in range(5):
        accept(edition_en, f"a{n}@example.org")
    pks = list(Action.objects.order_by("pk").values_list("pk", flat=True))
    Action.objects.filter(pk__in=pks[:3]).update(source={"utm_source": "partner"})
    Action.objects.filter(pk__in=pks[:2]).update(signs=["other", "no_origin"])
    follow_everything()
    return edition_en.campaign


def out(campaign: Campaign, chosen: Chosen = PARTNER) -> Invalidation:
    decision = take_out(campaign, chosen, "A robot", None, "Jane Doe")
    decision.refresh_from_db()
    return decision


def count(campaign: Campaign) -> int:
    return shown_count(campaign).count


def test_it_works(campaign: Campaign) -> None:
    assert count(campaign) == 5
    decision = out(campaign)
    assert (count(campaign), decision.people) == (2, 3)
    assert decision.done_at
    assert Action.objects.filter(state=State.INVALIDATED, reason=decision.mark).count() == 3
    assert put_back(decision, "They were people", None, "Jane Doe")
    assert count(campaign) == 5
    assert Invalidation.objects.get(restores=decision).people == 3
    assert [proof.agrees for proof in prove_counts()] == [True]


def test_putting_back_makes_nothing_twice(campaign: Campaign) -> None:
    made = [Letter.objects.count(), Message.objects.count()]
    put_back(out(campaign), "r", None, "Jane Doe")
    assert Action.objects.filter(state=State.COUNTED).count() == 3
    follow_everything()
    assert [Letter.objects.count(), Message.objects.count()] == made
    assert Action.objects.filter(state=State.FOLLOWED).count() == 5


@pytest.mark.parametrize(
    ("chosen", "people"),
    [
        (Chosen("utm_source", "partner"), 3),
        (Chosen("utm_source", "Partner"), 0),
        (Chosen("utm_medium", "partner"), 0),
        (Chosen(sign="no_origin"), 2),
        (Chosen("utm_source", "partner", "no_origin"), 2),
        (Chosen(since=datetime(2000, 1, 1, tzinfo=UTC)), 5),
        (Chosen(until=datetime(2000, 1, 1, tzinfo=UTC)), 0),
    ],
)
def test_all_that_is_named_must_be_so(campaign: Campaign, chosen: Chosen, people: int) -> None:
    assert in_the_set(campaign, chosen).count() == people


def test_nothing_named_is_no_choice() -> None:
    assert not Chosen().names_something
    assert not Chosen("utm_source").names_something


def test_only_what_counts_is_taken_out(campaign: Campaign) -> None:
    Action.objects.filter(pk=Action.objects.earliest("pk").pk).update(state=State.HELD)
    assert out(campaign).people == 2


def test_letters_that_wait_are_held_meanwhile(campaign: Campaign) -> None:
    sent = Letter.objects.order_by("pk").first()
    assert sent
    Message.objects.filter(pk=sent.message_id).update(state=MessageState.SENT)
    decision = out(campaign)
    states = [letter.message.state for letter in Letter.objects.select_related("message").order_by("pk")]
    assert states == ["sent", "held", "held", "waiting", "waiting"]
    put_back(decision, "r", None, "Jane Doe")
    states = [letter.message.state for letter in Letter.objects.select_related("message").order_by("pk")]
    assert states == ["sent", "waiting", "waiting", "waiting", "waiting"]


def test_what_staff_held_before_stays_held(campaign: Campaign) -> None:
    Message.objects.update(state=MessageState.HELD, last_words="")
    put_back(out(campaign), "r", None, "Jane Doe")
    assert set(Message.objects.values_list("state", flat=True)) == {"held"}


def test_a_set_comes_back_once_and_by_itself(campaign: Campaign) -> None:
    first, second = out(campaign, Chosen(sign="no_origin")), out(campaign)
    assert (first.people, second.people) == (2, 1)
    assert put_back(first, "r", None, "Jane Doe")
    assert not put_back(first, "r", None, "Jane Doe")
    assert count(campaign) == 4


def test_running_it_again_moves_nobody(campaign: Campaign) -> None:
    decision = out(campaign)
    Invalidation.objects.update(done_at=None)
    carry_out.call(decision.pk)
    decision.refresh_from_db()
    assert (decision.people, count(campaign)) == (3, 2)


def test_who_acts_afterwards_counts(edition_en: Edition, campaign: Campaign) -> None:
    decision = out(campaign)
    accept(edition_en, "later@example.org")
    Action.objects.filter(state=State.RECEIVED).update(
        source={"utm_source": "partner"}, accepted_at=timezone.now() + timedelta(minutes=1)
    )
    follow_everything()
    Invalidation.objects.update(done_at=None)
    carry_out.call(decision.pk)
    assert count(campaign) == 3


def test_more_than_one_batch(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.actions.invalidate.AT_ONCE", 2)
    assert out(campaign).people == 3


def test_what_another_worker_has_in_hand_follows_when_it_is_free(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[Any] = []

    def busy_at_first(verdicts: Any, because: str) -> int:
        moved.append(1)
        return 0 if len(moved) == 1 else change_states(verdicts, because=because)

    monkeypatch.setattr("tocsin.actions.invalidate.change_states", busy_at_first)
    monkeypatch.setattr("tocsin.actions.invalidate.A_MOMENT", 0)
    assert out(campaign).people == 3
    assert not Action.objects.filter(state__in=IN_THE_TALLY, source__utm_source="partner").exists()


def test_letters_made_between_two_looks_are_held_too(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if they had been followed after their letters were held, and before their states were read."""

    def followed_meanwhile(verdicts: Any, because: str) -> int:
        Message.objects.update(state=MessageState.WAITING)
        return change_states(verdicts, because=because)

    monkeypatch.setattr("tocsin.actions.invalidate.change_states", followed_meanwhile)
    out(campaign)
    states = [letter.message.state for letter in Letter.objects.select_related("message").order_by("pk")]
    assert states == ["held", "held", "held", "waiting", "waiting"]


def test_a_decision_whose_job_broke_off_is_carried_out_all_the_same(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(invalidate, "carry_out", SimpleNamespace(enqueue=lambda _pk: None))
        decision = out(campaign)
    assert mend_sets() == 0  # its job may still come
    Invalidation.objects.update(decided_at=timezone.now() - timedelta(minutes=6))
    Action.objects.update(accepted_at=timezone.now() - timedelta(minutes=7))
    assert mend_sets() == 1
    decision.refresh_from_db()
    assert decision.done_at
    assert (count(campaign), decision.people) == (2, 3)
    assert mend_sets() == 0


def test_none_is_begun_while_one_is_at_work(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invalidate, "carry_out", SimpleNamespace(enqueue=lambda _pk: None, module_path="it"))
    decision = out(campaign)
    Invalidation.objects.update(decided_at=timezone.now() - timedelta(minutes=6))
    job = DBTaskResult.objects.create(
        task_path="it",
        args_kwargs={"args": [decision.pk], "kwargs": {}},
        status=TaskResultStatus.RUNNING,
        backend_name="default",
        exception_class_path="",
        traceback="",
    )
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=6))
    assert mend_sets() == 0
    DBTaskResult.objects.filter(pk=job.pk).update(status=TaskResultStatus.FAILED)
    assert mend_sets() == 1


def test_putting_back_leaves_newer_details_of_a_person_alone(campaign: Campaign) -> None:
    decision = out(campaign)
    action = Action.objects.filter(state=State.INVALIDATED).order_by("pk")[0]
    assert action.supporter_id
    Supporter.objects.filter(pk=action.supporter_id).update(sealed=b"newer", language="fr")
    put_back(decision, "r", None, "Jane Doe")
    follow_everything()
    kept = Supporter.objects.get(pk=action.supporter_id)
    assert (bytes(kept.sealed), kept.language) == (b"newer", "fr")
    action.refresh_from_db()
    assert (action.state, action.supporter_id) == (State.FOLLOWED, kept.pk)
