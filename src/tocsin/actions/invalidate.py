"""Takes a set of actions out of the number, and puts it back: chosen by source, sign of abuse and time.

Only actions in the tally are taken out; each is marked with the decision, so that exactly those come back. Letters that
wait are held meanwhile. A job does it in small steps and may be run again: what is done is done once.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.tasks import TaskResultStatus, task
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from tocsin.actions.count import change_states
from tocsin.actions.invalidation import ChosenSet, Invalidation
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import IN_THE_TALLY, State
from tocsin.campaigns.models import Campaign
from tocsin.outbox.decide import put_back as let_go
from tocsin.outbox.decide import take_out as keep_back

AT_ONCE = 500
A_MOMENT = 0.2
BROKE_OFF_AFTER = timedelta(minutes=5)
UNDER_WAY = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
SIGNS: dict[str, Promise] = {"no_origin": _("The browser did not say on which site the form stood")}
# Signs are a short list; SQLite can ask for its places, and not whether it holds something.
PLACES_OF_SIGNS = 4


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which actions: all that is named must be so. Nothing named is no choice."""

    source_key: str = ""
    source_value: str = ""
    sign: str = ""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def names_something(self) -> bool:
        return bool((self.source_key and self.source_value) or self.sign or self.since or self.until)

    def condition(self) -> Q:
        wanted = Q()
        if self.source_key and self.source_value:
            wanted &= Q(**{f"source__{self.source_key}": self.source_value})
        if self.sign:
            places = (Q(**{f"signs__{place}": self.sign}) for place in range(PLACES_OF_SIGNS))
            wanted &= _any(places)
        if self.since:
            wanted &= Q(accepted_at__gte=self.since)
        if self.until:
            wanted &= Q(accepted_at__lt=self.until)
        return wanted


def _any(conditions: Iterator[Q]) -> Q:
    first = next(conditions)
    for condition in conditions:
        first |= condition
    return first


def in_the_set(campaign: Campaign, chosen: Chosen) -> QuerySet[Action]:
    """The actions in the tally that a choice means."""
    return Action.objects.filter(chosen.condition(), campaign=campaign, state__in=IN_THE_TALLY)


def take_out(campaign: Campaign, chosen: Chosen, reason: str, user: Any, name: str) -> Invalidation:
    """Writes the decision down and has it carried out."""
    decision = Invalidation.objects.create(
        campaign=campaign,
        **asdict(chosen),
        reason=reason,
        decided_by=user,
        decided_by_name=name,
    )
    carry_out.enqueue(decision.pk)
    return decision


def put_back(decision: Invalidation, reason: str, user: Any, name: str) -> bool:
    """Has a set that was taken out counted again, once; whether it still was out."""
    if decision.restores_id or decision.done_at is None:
        return False
    try:
        with transaction.atomic():
            back = Invalidation.objects.create(
                campaign_id=decision.campaign_id,
                restores=decision,
                reason=reason,
                decided_by=user,
                decided_by_name=name,
            )
    except IntegrityError:
        return False
    carry_out.enqueue(back.pk)
    return True


@task()
def carry_out(decision_id: int) -> None:
    """Moves what is left to move. Run twice, the second finds nothing."""
    decision = Invalidation.objects.select_related("campaign", "restores").filter(pk=decision_id, done_at=None).first()
    if decision is None:
        return
    while _once_over(decision):
        pass
    Invalidation.objects.filter(pk=decision.pk, done_at=None).update(done_at=Now())


def mend_sets() -> int:
    """Decisions whose job broke off are carried out all the same. Every minute; not while one is at work."""
    long_ago = Now() - BROKE_OFF_AFTER
    jobs = DBTaskResult.objects.filter(task_path=carry_out.module_path)
    if jobs.filter(Q(enqueued_at__gte=long_ago) | Q(status__in=UNDER_WAY)).exists():
        return 0
    left = (
        Invalidation.objects.filter(done_at=None, decided_at__lt=long_ago).order_by("pk").values_list("pk", flat=True)
    )
    for pk in (found := list(left)):
        carry_out.enqueue(pk)
    return len(found)


def _once_over(decision: Invalidation) -> bool:
    """Goes through the set once; whether it found any that were still to be moved. To find them reads all actions of
    the campaign, so it is done once for all of them, and not for each step."""
    move, moved = _put_back if decision.restores_id else _take_out, 0
    left = array("q", _left(decision).values_list("pk", flat=True).iterator())
    for at in range(0, len(left), AT_ONCE):
        moved += move(decision, left[at : at + AT_ONCE].tolist())
    if left and not moved:
        time.sleep(A_MOMENT)  # another worker has them in hand, and lets go of them soon
    return bool(left)


def _left(decision: Invalidation) -> QuerySet[Action]:
    """Those that are still to be moved. Who acted after it was decided is not: a set does not grow."""
    if decision.restores_id:
        return Action.objects.filter(campaign=decision.campaign, state=State.INVALIDATED, reason=decision.mark)
    chosen = in_the_set(decision.campaign, chosen_by(decision))
    return chosen.filter(accepted_at__lte=decision.decided_at)


def _take_out(decision: Invalidation, actions: list[int]) -> int:
    keep_back(_letters_of(actions))
    counted = Action.objects.filter(pk__in=actions, state__in=IN_THE_TALLY).values_list("pk", "state")
    with transaction.atomic():
        moved = _move(decision, [(pk, State(now), State.INVALIDATED, decision.mark) for pk, now in counted])
        # Who was followed between the first hold and the look at the states has new letters: these must stay as well.
        keep_back(_letters_of(actions))
    return moved


def _put_back(decision: Invalidation, actions: list[int]) -> int:
    """As counted: what follows is made where it was not, and found where it was."""
    let_go(_letters_of(actions))
    return _move(decision, [(pk, State.INVALIDATED, State.COUNTED, "") for pk in actions])


def _move(decision: Invalidation, verdicts: list[tuple[int, State, State, str]]) -> int:
    """In one step with the decision's own number, so that it is right wherever the work broke off."""
    with transaction.atomic():
        done = change_states(verdicts, because=f"set:{decision.pk}")
        Invalidation.objects.filter(pk=decision.pk).update(people=F("people") + done)
    return done


def chosen_by(row: ChosenSet) -> Chosen:
    return Chosen(row.source_key, row.source_value, row.sign, row.since, row.until)


def _letters_of(actions: list[int]) -> list[int]:
    return list(Letter.objects.filter(action__in=actions).values_list("message_id", flat=True))
