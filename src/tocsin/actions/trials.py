"""What became of each wording of a page that is tried: who acted, who wrote words of their own, what was taken.

Both wordings are shown by chance, equally often. So if neither moves more people than the other, half of those who act
had B. Counted by the worker every few minutes from the actions that came since the trial began, and kept on the trial.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

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
PEOPLE_A_SECOND = 1000
SETTLING = timedelta(hours=1)
ARRIVING, A_DAY = timedelta(days=8), timedelta(days=1)
# Below this many people in all, even a difference that cannot be chance is not worth a decision.
FEW = 100
ANSWERED = (*TAKEN, State.BOUNCED, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Measure:
    """How many of `all` did something, and between which shares the truth is. In hundredths, a range is never made
    narrower by rounding."""

    of_them: int
    all: int
    low: float
    high: float

    @classmethod
    def of(cls, of_them: int, everybody: int, *, wrong: float) -> Measure:
        return cls(of_them, everybody, *share_between(of_them, everybody, wrong=wrong))

    @property
    def hundredths(self) -> int:
        return round(self.of_them * 100 / self.all) if self.all else 0

    @property
    def low_hundredths(self) -> int:
        return floor(self.low * 100)

    @property
    def high_hundredths(self) -> int:
        return ceil(self.high * 100)


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
    def has_ranges(self) -> bool:
        measures = (self.own_words.a, self.own_words.b, self.taken.a, self.taken.b)
        return self.is_enough or any(one.all for one in measures)

    @property
    def moves_more(self) -> str:
        if not self.is_enough:
            return ""
        if self.acted.low > 0.5:
            return "B"
        return "A" if self.acted.high < 0.5 else ""

    @property
    def better_for_words(self) -> str:
        return self.own_words.better if self.is_enough else ""

    @property
    def better_for_delivery(self) -> str:
        return self.taken.better if self.is_enough else ""

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
    # Letters go on being taken, and coming back, after nobody is shown two wordings any more.
    now = timezone.now()
    late = Q(state=Trial.State.ENDED, ended_at__gt=now - ARRIVING, found_at__lt=now - A_DAY)
    due = Trial.objects.filter(running | ended | late | Q(found_at=None)).exclude(state=Trial.State.DRAFT)
    trials = [trial for trial in due.order_by("pk") if trial.state != Trial.State.RUNNING or _has_rested(trial, now)]
    for trial in trials:
        look_at(trial)
    return len(trials)


def _has_rested(trial: Trial, now: datetime) -> bool:
    """To count a million people takes seconds, so the more there are, the longer it rests; they also change less."""
    people = sum(one["people"] for one in trial.found.values())
    return trial.found_at is None or now - trial.found_at > timedelta(seconds=people / PEOPLE_A_SECOND)


def look_at(trial: Trial) -> None:
    at = timezone.now()  # before it is counted: who ends it meanwhile has it counted once more
    found = {wording: _numbers(trial, wording) for wording in ("A", "B")}
    Trial.objects.filter(pk=trial.pk).update(found=found, found_at=at)


def counts_from(trial: Trial) -> datetime | None:
    """Whoever had the page open when it began was shown A alone, and takes a while to write."""
    return trial.began_at + SETTLING if trial.began_at else None


def was_too_short(trial: Trial) -> bool:
    """It ended before anybody was counted, and says nothing for ever."""
    since = counts_from(trial)
    return since is not None and trial.ended_at is not None and trial.ended_at < since


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
    """In people, since a person's letters to several targets have one fate oftener than not: counted one by one, they
    would make a range look surer than it is. `writers` have a letter; `answered`: a server said yes or no to one at
    least; `taken`: to all of those yes."""
    actions = _actions(trial, wording)
    by_person = Letter.objects.filter(action__in=actions).order_by().values("action")
    said = by_person.annotate(
        own=Count("pk", filter=Q(own_words=True)),
        heard=Count("pk", filter=Q(message__state__in=ANSWERED)),
        yes=Count("pk", filter=Q(message__state__in=TAKEN)),
    )
    people = said.aggregate(
        writers=Count("action"),
        own_words=Count("action", filter=Q(own__gt=0)),
        answered=Count("action", filter=Q(heard__gt=0)),
        taken=Count("action", filter=Q(heard__gt=0, yes=F("heard"))),
    )
    return {"people": actions.count(), **people}


def _actions(trial: Trial, wording: str) -> QuerySet[Action]:
    of_page = Edition.objects.filter(campaign=trial.campaign_id, language=trial.language)
    editions = of_page.filter(trial=trial if wording == "B" else None)
    settled = counts_from(trial) or timezone.now()
    since = Action.objects.filter(pk__gt=trial.after_action, campaign=trial.campaign_id, accepted_at__gte=settled)
    in_time = Q(accepted_at__lte=trial.ended_at) if trial.ended_at else Q()
    return since.filter(in_time, edition__in=editions, state__in=IN_THE_TALLY)


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else float("inf")
