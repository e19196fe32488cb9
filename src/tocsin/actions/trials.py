"""What became of each wording of a page that is tried: who acted, who wrote words of their own, what was taken.

Both wordings are shown by chance, equally often. So if neither moves more people than the other, half of those who act
had B. Counted by the worker every few minutes from the actions that came since the trial began, and kept on the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from django.utils import timezone

from tocsin.actions.models import Action, Letter
from tocsin.actions.states import IN_THE_TALLY
from tocsin.actions.taken import TAKEN
from tocsin.campaigns.models import Edition, Trial
from tocsin.lib.evidence import share_between
from tocsin.outbox.states import State

LOOK_EVERY = timedelta(minutes=2)
SETTLING = timedelta(hours=1)
# Below this many people in all, even a difference that cannot be chance is not worth a decision.
FEW = 100
ANSWERED = (*TAKEN, State.BOUNCED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Measure:
    """How many of `all` did something, and between which shares the truth is."""

    of_them: int
    all: int
    low: float
    high: float

    @classmethod
    def of(cls, of_them: int, everybody: int, *, wrong: float) -> Measure:
        return cls(of_them, everybody, *share_between(of_them, everybody, wrong=wrong))

    @property
    def percent(self) -> float:
        return self.of_them * 100 / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure of both wordings, and which is better as far as can be said: "A", "B" or ""."""

    a: Measure
    b: Measure

    @property
    def better(self) -> str:
        if self.b.low > self.a.high:
            return "B"
        return "A" if self.a.low > self.b.high else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """`acted` says which share of all who acted had B; half of them where neither is better."""

    people_a: int
    people_b: int
    acted: Measure
    own_words: Comparison
    taken: Comparison

    @property
    def people(self) -> int:
        return self.people_a + self.people_b

    @property
    def is_enough(self) -> bool:
        return self.people >= FEW

    @property
    def moves_more(self) -> str:
        if not self.is_enough:
            return ""
        if self.acted.low > 0.5:
            return "B"
        return "A" if self.acted.high < 0.5 else ""

    @property
    def more(self) -> tuple[float, float]:
        """How many times as many people B moves as A does: between these."""
        return _odds(self.acted.low), _odds(self.acted.high)


def begin(trial: Trial) -> bool:
    """From now on its two wordings are shown. False where it has begun before, or another runs on this page."""
    running = Trial.objects.filter(campaign=trial.campaign_id, language=trial.language, state=Trial.State.RUNNING)
    if running.exists():
        return False
    last = Action.objects.filter(campaign=trial.campaign_id).aggregate(last=Max("pk"))["last"] or 0
    draft = Trial.objects.filter(pk=trial.pk, state=Trial.State.DRAFT)
    try:
        with transaction.atomic():
            return bool(draft.update(state=Trial.State.RUNNING, began_at=timezone.now(), after_action=last))
    except IntegrityError:  # another began in the same moment
        return False


def end(trial: Trial, chosen: str) -> bool:
    """From now on only one wording is shown; the worker counts a last time. False where it was not running."""
    running = Trial.objects.filter(pk=trial.pk, state=Trial.State.RUNNING)
    return bool(running.update(state=Trial.State.ENDED, ended_at=timezone.now(), chosen=chosen))


def look_at_trials() -> int:
    """Counts every trial that runs and was not counted lately, or was not counted since it ended; how many. For the
    worker."""
    running = Q(state=Trial.State.RUNNING, found_at__lt=timezone.now() - LOOK_EVERY)
    ended = Q(state=Trial.State.ENDED, found_at__lt=F("ended_at"))
    due = Trial.objects.filter(running | ended | Q(found_at=None)).exclude(state=Trial.State.DRAFT)
    trials = list(due.order_by("pk"))
    for trial in trials:
        look_at(trial)
    return len(trials)


def look_at(trial: Trial) -> None:
    found = {wording: _numbers(trial, wording) for wording in ("A", "B")}
    Trial.objects.filter(pk=trial.pk).update(found=found, found_at=timezone.now())


def findings(trial: Trial) -> Findings:
    """What was found when the worker last looked. No row of an action is read."""
    a, b = ({**_NOTHING, **trial.found.get(wording, {})} for wording in ("A", "B"))
    # Two intervals are compared, so each is given half of the chance to be wrong.
    own_words = Comparison(*(Measure.of(one["own_words"], one["writers"], wrong=0.025) for one in (a, b)))
    taken = Comparison(*(Measure.of(one["taken"], one["answered"], wrong=0.025) for one in (a, b)))
    acted = Measure.of(b["people"], a["people"] + b["people"], wrong=0.05)
    return Findings(a["people"], b["people"], acted, own_words, taken)


_NOTHING = {"people": 0, "writers": 0, "own_words": 0, "answered": 0, "taken": 0}


def _numbers(trial: Trial, wording: str) -> dict[str, int]:
    """`writers`: people with a letter; `answered`: letters of which a server said yes or no."""
    actions = _actions(trial, wording)
    letters = Letter.objects.filter(action__in=actions).aggregate(
        writers=Count("action", distinct=True),
        own_words=Count("action", distinct=True, filter=Q(own_words=True)),
        answered=Count("pk", filter=Q(message__state__in=ANSWERED)),
        taken=Count("pk", filter=Q(message__state__in=TAKEN)),
    )
    return {"people": actions.count(), **letters}


def _actions(trial: Trial, wording: str) -> QuerySet[Action]:
    of_page = Edition.objects.filter(campaign=trial.campaign_id, language=trial.language)
    editions = of_page.filter(trial=trial if wording == "B" else None)
    # Whoever had the page open when it began was shown A alone, and takes a while to write.
    settled = trial.began_at + SETTLING if trial.began_at else timezone.now()
    since = Action.objects.filter(pk__gt=trial.after_action, campaign=trial.campaign_id, accepted_at__gte=settled)
    in_time = Q(accepted_at__lte=trial.ended_at) if trial.ended_at else Q()
    return since.filter(in_time, edition__in=editions, state__in=IN_THE_TALLY)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
