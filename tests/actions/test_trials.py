"""Trials of two wordings: each act is counted for the wording that was signed, and nothing is said too early."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from tests.actions.handin.conftest import write_letter
from tests.cast import a_target, an_edition, words_of
from tocsin.actions import trials
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State as ActionState
from tocsin.actions.trials import A_DAY, SETTLING, begin, end, findings, look_at_trials
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.outbox.models import Message, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial(campaign_open: Campaign, edition_en: Edition) -> Trial:
    return Trial.objects.create(campaign=campaign_open, language="en", name="T", other={"demand": "Other."})


def wording_b(trial: Trial) -> Edition:
    words = {**words_of(trial.campaign, "en"), "demand": "Other."}
    return publish_edition(campaign=trial.campaign, language="en", words=words, trial=trial)


def test_it_works(trial: Trial, edition_en: Edition, edition_fr: Edition) -> None:
    write_letter(edition_en)  # before it began
    assert begin(trial)
    write_letter(edition_en)  # with a page that was open before it began
    Action.objects.update(accepted_at=timezone.now() - SETTLING - timedelta(minutes=2))
    Trial.objects.update(began_at=timezone.now() - SETTLING - timedelta(minutes=1))
    b = wording_b(trial)
    for number in range(5):
        write_letter(edition_en, own_words="Mine." if number < 1 else "", state=State.SENT)
    for number in range(4):
        write_letter(b, own_words="Mine." if number < 3 else "", state=State.SENT if number else State.BOUNCED)
    write_letter(edition_fr)  # another page
    Action.objects.filter(pk=write_letter(b).action_id).update(state=ActionState.INVALIDATED)
    assert look_at_trials() == 1
    trial.refresh_from_db()
    found = findings(trial)
    assert (found.people_a, found.people_b, found.people) == (5, 4, 9)
    assert (found.own_words.a.of_them, found.own_words.b.of_them) == (1, 3)
    assert (found.taken.a.of_them, found.taken.b.of_them, found.taken.b.all) == (5, 3, 4)
    assert not found.is_enough
    assert found.moves_more == ""
    assert look_at_trials() == 0  # it was looked at just now


def test_the_editions_are_numbered_in_one_row_and_the_page_keeps_its_own(trial: Trial, edition_en: Edition) -> None:
    other = wording_b(trial)
    assert (edition_en.number, other.number) == (1, 2)
    assert wording_b(trial) == other
    assert Edition.objects.current(trial.campaign, "en") == edition_en
    assert Edition.objects.current(trial.campaign, "en", trial) == other
    assert an_edition(trial.campaign, "en") == edition_en


def test_one_at_a_time_on_a_page(trial: Trial) -> None:
    second = Trial.objects.create(campaign=trial.campaign, language="en", name="Second")
    french = Trial.objects.create(campaign=trial.campaign, language="fr", name="French")
    assert [begin(one) for one in (trial, trial, second, french)] == [True, False, False, True]


def test_it_ends_once_and_is_counted_a_last_time(trial: Trial, edition_en: Edition) -> None:
    begin(trial)
    Trial.objects.update(began_at=timezone.now() - SETTLING - timedelta(minutes=1))
    write_letter(edition_en)
    trial.refresh_from_db()
    assert end(trial, "A")
    assert not end(trial, "B")
    late = write_letter(edition_en)
    # SQLite's clock has milliseconds, Python's has more: what is told apart must lie further apart.
    Action.objects.filter(pk=late.action_id).update(accepted_at=timezone.now() + timedelta(minutes=1))
    assert look_at_trials() == 1
    assert look_at_trials() == 0
    trial.refresh_from_db()
    assert (trial.state, trial.chosen, trial.found["A"]["people"]) == (Trial.State.ENDED, "A", 1)


@pytest.mark.parametrize(
    ("a", "b", "better"),
    [(20, 60, ""), (40, 80, "B"), (80, 40, "A"), (60, 60, ""), (500, 560, ""), (5000, 5600, "B")],
)
def test_who_moves_more_is_said_when_it_can_be(a: int, b: int, better: str) -> None:
    found = findings(Trial(found={"A": {"people": a}, "B": {"people": b}}))
    assert found.moves_more == better
    low, high = found.more
    assert low < b / a < high


def test_rates_are_compared_with_what_is_left_open() -> None:
    few = findings(Trial(found={"A": {"own_words": 1, "writers": 10}, "B": {"own_words": 4, "writers": 10}}))
    many = findings(Trial(found={"A": {"own_words": 100, "writers": 1000}, "B": {"own_words": 400, "writers": 1000}}))
    assert (few.own_words.better, many.own_words.better) == ("", "B")
    assert findings(Trial()).own_words.a.hundredths == 0


def test_a_persons_letters_are_one_thing_that_happened(trial: Trial, edition_en: Edition) -> None:
    """Ten letters of one person with one fate are no ten throws of a coin."""
    begin(trial)
    Trial.objects.update(began_at=timezone.now() - SETTLING - timedelta(minutes=1))
    for fates in ([State.SENT, State.SENT], [State.SENT, State.REFUSED], [State.SENT, State.HELD], [State.WAITING]):
        first = write_letter(edition_en, state=fates[0])
        for number, state in enumerate(fates[1:]):
            another_letter(first, state, number)
    assert look_at_trials() == 1
    trial.refresh_from_db()
    found = findings(trial)
    assert (found.people_a, found.own_words.a.all) == (4, 4)
    assert (found.taken.a.of_them, found.taken.a.all) == (2, 3)


def another_letter(letter: Letter, state: State, number: int) -> None:
    """Of the same person, to another target."""
    message = Message.objects.get(pk=letter.message_id)
    message.pk, message.key, message.ref = None, f"again:{letter.pk}:{number}", f"again{letter.pk}x{number}"
    message._state.adding = True
    target = a_target(name=f"Another {letter.pk} {number}")
    message.target_ref, message.state = target.pk, state
    message.save()
    Letter.objects.create(action=letter.action, target=target, message=message, own_words=False)


def test_what_happens_to_letters_after_the_end_is_counted(trial: Trial, edition_en: Edition) -> None:
    begin(trial)
    Trial.objects.update(began_at=timezone.now() - SETTLING - timedelta(minutes=1))
    letter = write_letter(edition_en, state=State.WAITING)
    trial.refresh_from_db()
    end(trial, "A")
    look_at_trials()
    Message.objects.filter(pk=letter.message_id).update(state=State.SENT)
    assert look_at_trials() == 0
    Trial.objects.update(found_at=timezone.now() - timedelta(days=1, minutes=1), ended_at=timezone.now() - A_DAY * 2)
    Action.objects.update(accepted_at=timezone.now() - A_DAY * 2 - timedelta(minutes=5))
    Trial.objects.update(began_at=timezone.now() - A_DAY * 3)
    assert look_at_trials() == 1
    trial.refresh_from_db()
    assert findings(trial).taken.a.of_them == 1


def test_one_that_ends_while_it_is_counted_is_counted_once_more(
    trial: Trial, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(trial)
    numbers = trials._numbers

    def ended_meanwhile(one: Trial, wording: str) -> dict[str, int]:
        end(one, "A")
        return numbers(one, wording)

    monkeypatch.setattr(trials, "_numbers", ended_meanwhile)
    assert look_at_trials() == 1
    assert look_at_trials() == 1
    assert look_at_trials() == 0


def test_the_more_people_the_longer_it_rests(trial: Trial, edition_en: Edition) -> None:
    begin(trial)
    Trial.objects.update(found={"A": {"people": 600_000}, "B": {"people": 600_000}})
    Trial.objects.update(found_at=timezone.now() - timedelta(minutes=19))
    assert look_at_trials() == 0
    Trial.objects.update(found_at=timezone.now() - timedelta(minutes=21))
    assert look_at_trials() == 1


def test_one_that_was_counted_in_letters_is_counted_anew_in_people(trial: Trial, edition_en: Edition) -> None:
    begin(trial)
    long_ago = timezone.now() - timedelta(days=60)
    Trial.objects.update(began_at=long_ago, ended_at=long_ago + timedelta(days=30), state=Trial.State.ENDED)
    letter = write_letter(edition_en, state=State.SENT)
    Action.objects.update(accepted_at=long_ago + timedelta(days=1))
    another_letter(letter, State.BOUNCED, 2)
    in_letters = {"people": 1, "writers": 2, "own_words": 0, "answered": 2, "taken": 1}
    Trial.objects.update(found={"A": in_letters}, found_at=long_ago + timedelta(days=40))
    never_begun = Trial.objects.create(campaign=trial.campaign, language="fr", name="D", found_at=long_ago)
    assert look_at_trials() == 0
    import_module("tocsin.campaigns.migrations.0009_count_trials_anew").count_anew(apps, None)
    assert look_at_trials() == 1
    trial.refresh_from_db()
    assert (findings(trial).taken.a.of_them, findings(trial).taken.a.all) == (0, 1)
    never_begun.refresh_from_db()
    assert never_begun.found_at == long_ago
