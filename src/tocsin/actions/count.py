"""The number: what is shown, how it is kept, and how it is proved.

An action enters the tally in the very transaction that turns its state to `counted`, and in no other. So each is
counted once however often this runs, however many run at once, and whatever dies in between; no watermark can slip.
Nobody adds one to a shared row in a request: a batch of hundreds costs the tally one update.
(docs/decisions/0003-counting.md)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from tocsin.actions.models import Action, CounterRun, CountProof
from tocsin.actions.rollup import Inside, Step, add_to_hours
from tocsin.actions.states import IN_THE_TALLY, State, step
from tocsin.actions.telling import tell_of_actions
from tocsin.campaigns.ledger import reckoned
from tocsin.campaigns.models import Campaign, CounterEntry, EditionTally, Tally

type Told = tuple[int, int, int]
# Beyond this the thank-you page says the number as it stood at the last pass: no answer may scan a backlog.
MOST_COUNTED_LIVE = 20_000


@dataclass(frozen=True, slots=True)
class ShownCount:
    """`count` is tally plus ledger; `as_of` is when the counter last finished a pass."""

    count: int
    goal: int | None
    as_of: datetime
    shown_from: int

    @property
    def is_shown(self) -> bool:
        return self.count >= self.shown_from

    @property
    def percent(self) -> int | None:
        return min(100, self.count * 100 // self.goal) if self.goal else None

    def as_json(self) -> dict[str, object]:
        return {"count": self.count, "goal": self.goal, "as_of": self.as_of.isoformat(timespec="seconds")}


def shown_count(campaign: Campaign) -> ShownCount:
    """The public number of a campaign, in one cheap query for each of its parts."""
    return _shown(campaign, reckoned(campaign))


def shown_numbers(campaigns: Iterable[int]) -> Counter[int]:
    """The public numbers of several campaigns, in two queries however many they are."""
    wanted, numbers = list(campaigns), Counter[int]()
    numbers.update(dict(Tally.objects.filter(pk__in=wanted).values_list("pk", "counted")))
    ledger = CounterEntry.objects.counted().filter(campaign__in=wanted).order_by().values_list("campaign")
    numbers.update(dict(ledger.annotate(people=Sum("people"))))
    return Counter({pk: max(0, people) for pk, people in numbers.items()})


def count_with_everyone(campaign: Campaign) -> ShownCount:
    """The number with those included who acted since the counter's last pass: the signer sees themselves at once."""
    fresh = Action.objects.filter(campaign=campaign, state=State.RECEIVED)[:MOST_COUNTED_LIVE].count()
    shown = shown_count(campaign)
    return _shown(campaign, shown.count + fresh)


def elsewhere_by_source(campaign: Campaign) -> dict[str, int]:
    """The sums of the ledger (paper, partners, offset), of the lines that wait for nobody."""
    return CounterEntry.objects.counted().filter(campaign=campaign).by_source()


def _shown(campaign: Campaign, count: int) -> ShownCount:
    as_of = CounterRun.objects.values_list("finished_at", flat=True).first() or timezone.now()
    return ShownCount(max(0, count), campaign.goal, as_of, campaign.show_count_from)


def change_states(
    verdicts: Iterable[tuple[int, State, State, str]], inside: Mapping[int, Inside] | None = None, because: str = ""
) -> int:
    """Moves actions from one state to another and keeps the tally and its hours right, in one transaction.

    Takes (action id, state it is in, state it shall have, reason). An action that is no longer in the state it was said
    to be in is left alone: somebody else was faster. Returns how many were moved. Raises WrongStep for a step that the
    table of states does not know. `inside` is what the caller has opened already; `because` names a decision.
    """
    wanted: dict[tuple[State, State, str], list[int]] = {}
    for action_id, now, then, reason in verdicts:
        wanted.setdefault((now, then, reason), []).append(action_id)
    moved, added, of_editions, steps, told = 0, Counter[int](), Counter[int](), list[Step](), list[Told]()
    with transaction.atomic():
        for (now, then, reason), ids in sorted(wanted.items()):
            mine = Action.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            rows = list(mine.filter(pk__in=ids, state=now).values_list("pk", "campaign_id", "edition_id"))
            # A request to confirm is due at once; nothing else that waits for a moment comes in here.
            due = Now() if then == State.UNCONFIRMED else None
            changed = Action.objects.filter(pk__in=[pk for pk, _, _ in rows])
            moved += changed.update(state=then, reason=reason, next_at=due)
            adds = step(now, then)
            for action_id, campaign_id, edition_id in rows:
                added[campaign_id] += adds
                of_editions[edition_id] += adds
                if adds:
                    steps.append(Step(action_id, adds, now))
                    told.append((action_id, campaign_id, adds))
        _add_to_tallies(added)
        _add_to_editions(of_editions)
        add_to_hours(steps, inside or {})
        tell_of_actions(told, because)
    return moved


def _add_to_tallies(added: Counter[int]) -> None:
    """In the order of their numbers, so that two workers never wait for each other in a ring."""
    for campaign_id, people in sorted(added.items()):
        if people == 0:
            continue
        changed = Tally.objects.filter(campaign_id=campaign_id).update(counted=F("counted") + people, changed_at=Now())
        if not changed:
            Tally.objects.bulk_create([Tally(campaign_id=campaign_id)], ignore_conflicts=True)
            Tally.objects.filter(campaign_id=campaign_id).update(counted=F("counted") + people, changed_at=Now())


def _add_to_editions(added: Counter[int]) -> None:
    """Like the tallies, and after them."""
    for edition_id, people in sorted(added.items()):
        if people == 0:
            continue
        # Never below nothing, also where the rows were there before their tally: the nightly proof mends it.
        then = Greatest(F("counted") + people, 0)
        if not EditionTally.objects.filter(pk=edition_id).update(counted=then):
            EditionTally.objects.bulk_create([EditionTally(pk=edition_id)], ignore_conflicts=True)
            EditionTally.objects.filter(pk=edition_id).update(counted=then)


def note_counter_run() -> None:
    """Says when a pass ended that left nothing older uncounted. One row, written at most once in two seconds."""
    now = timezone.now()
    if not CounterRun.objects.filter(finished_at__gt=now - timedelta(seconds=2)).exists():
        CounterRun.objects.update_or_create(pk=1, defaults={"finished_at": now})


def prove_counts() -> list[CountProof]:
    """Compares every tally with the rows behind it, mends what differs, and keeps what was found. Nightly.

    A campaign is compared and mended under the lock of its tally, which whoever changes it must take too.
    """
    return [_prove(campaign) for campaign in Campaign.objects.order_by("pk")]


def _prove(campaign: Campaign) -> CountProof:
    with transaction.atomic():
        tally = Tally.locked(campaign.pk)
        by_edition = _found_by_edition(campaign)
        found = sum(by_edition.values())
        unconfirmed = Action.objects.filter(campaign=campaign, state=State.UNCONFIRMED).count()
        proof = CountProof.objects.create(
            campaign=campaign, tallied=tally.counted, found=found, unconfirmed=unconfirmed
        )
        if not proof.agrees:
            Tally.objects.filter(campaign=campaign).update(counted=found, changed_at=Now())
        _mend_editions(campaign, by_edition)
    return proof


def _found_by_edition(campaign: Campaign) -> dict[int, int]:
    counted = Action.objects.filter(campaign=campaign, state__in=IN_THE_TALLY).order_by()
    return dict(counted.values_list("edition_id").annotate(people=Count("pk")))


def _mend_editions(campaign: Campaign, found: dict[int, int]) -> None:
    """Under the lock of the campaign's tally, which whoever counts takes first."""
    tallied = dict(EditionTally.objects.filter(edition__campaign=campaign).values_list("pk", "counted"))
    for edition_id in sorted({*found, *tallied}):
        if (people := found.get(edition_id, 0)) != tallied.get(edition_id, 0):
            EditionTally.objects.update_or_create(pk=edition_id, defaults={"counted": people})
