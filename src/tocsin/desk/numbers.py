"""Reads what the desk shows about campaigns: their number and what stands behind it, and whether the worker runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.actions.aside import FOR_STAFF, set_aside
from tocsin.actions.count import ShownCount, elsewhere_by_source, shown_count, shown_numbers
from tocsin.actions.models import Action, CounterRun, CountProof
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, CounterEntry, EditionNote, Tally
from tocsin.desk.fates import NEED_SOMEBODY, Fates
from tocsin.desk.pictures import Segment, segments
from tocsin.desk.spoken import published_among
from tocsin.desk.trends import Trend, trends_of
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.states import State as MessageState

# The worker notes its passes every few seconds; after this long without one it is not busy but gone.
STANDS_STILL_AFTER = timedelta(minutes=2)

IN_THE_NUMBER: dict[str, tuple[Promise, Promise]] = {
    "online": (_("Signed online"), _("Stored, looked at and counted, one for each person.")),
    CounterEntry.Source.PAPER: (_("Signed on paper"), _("From the ledger.")),
    CounterEntry.Source.PARTNER: (_("Collected by partners"), _("From the ledger.")),
    CounterEntry.Source.OFFSET: (_("Taken over from an older platform"), _("From the ledger.")),
}
BESIDE_THE_NUMBER: dict[str, tuple[Promise, Promise]] = {
    ActionState.RECEIVED: (_("Just received"), _("Stored and thanked; counted within seconds.")),
    ActionState.UNCONFIRMED: (_("Not confirmed yet"), _("They were asked by mail, and count once they say yes.")),
    ActionState.HELD: (_("Held for a moderator"), _("Not counted until somebody decides.")),
    ActionState.BLOCKED: (_("Blocked"), _("Looked like abuse. Not counted, and nothing was sent.")),
    ActionState.INVALIDATED: (_("Invalidated"), _("Was counted once and no longer is.")),
}


@dataclass(frozen=True, slots=True)
class Part:
    """People behind the number, or beside it, of one kind."""

    key: str
    label: Promise
    means: Promise
    people: int


@dataclass(frozen=True, slots=True)
class Number:
    """The public number of a campaign with everything that explains it."""

    shown: ShownCount
    parts: list[Part]
    beside: list[Part]
    picture: list[Segment]
    stuck: int
    proof: CountProof | None

    @property
    def held(self) -> int:
        return next((part.people for part in self.beside if part.key == ActionState.HELD), 0)


def number_of(campaign: Campaign) -> Number:
    """Told from the tally, the ledger and what is set aside: no action that is counted is read."""
    tallied = Tally.objects.filter(campaign=campaign).values_list("counted", flat=True).first() or 0
    by_key = {"online": tallied, **elsewhere_by_source(campaign), **set_aside(campaign)}
    parts = _parts(IN_THE_NUMBER, by_key)
    return Number(
        shown=shown_count(campaign),
        parts=parts,
        beside=_parts(BESIDE_THE_NUMBER, by_key),
        picture=segments([(part.key, part.people) for part in parts]),
        stuck=by_key.get(ActionState.STUCK, 0),
        proof=CountProof.objects.filter(campaign=campaign).first(),
    )


def _parts(known: dict[str, tuple[Promise, Promise]], by_key: dict[str, int]) -> list[Part]:
    """Signed online is always said, also when it is nobody; the rest only where there is somebody."""
    return [
        Part(str(key), label, means, by_key.get(key, 0))
        for key, (label, means) in known.items()
        if by_key.get(key) or key == "online"
    ]


@dataclass(slots=True)
class Glance:
    """One campaign in a list: its number, how it is doing just now, and what waits for somebody."""

    campaign: Campaign
    trend: Trend
    published: bool = False
    count: int = 0
    by_state: dict[str, int] = field(default_factory=dict)
    held: int = 0
    stuck: int = 0
    lines: int = 0
    changed_words: int = 0

    @property
    def attention(self) -> list[Attention]:
        decisions = [("lines", self.lines), ("changed_words", self.changed_words)]
        said = [Attention(kind, number) for kind, number in decisions if number]
        return [*_attention(self.held, self.stuck, self.by_state), *said]


def attention_to(fates: Fates, number: Number) -> list[Attention]:
    """What waits for somebody in one campaign, the most urgent first."""
    return _attention(number.held, number.stuck, {fate.state: fate.letters for fate in fates.rows})


def _attention(held: int, stuck: int, by_state: dict[Any, int]) -> list[Attention]:
    waiting = [(f"letters_{state.value}", by_state.get(state, 0)) for state in sorted(NEED_SOMEBODY)]
    return [Attention(kind, number) for kind, number in [("held", held), ("stuck", stuck), *waiting] if number]


@dataclass(frozen=True, slots=True)
class Attention:
    """`kind` chooses the sentence and the link in the template."""

    kind: str
    number: int


def glances(campaigns: Iterable[Campaign]) -> list[Glance]:
    """Several campaigns at a glance, in nine queries however many they are, none of which reads what went well."""
    campaigns = list(campaigns)
    trends, public = trends_of(campaigns), published_among(campaigns)
    seen = {campaign.pk: Glance(campaign, trends[campaign.pk], campaign.pk in public) for campaign in campaigns}
    for pk, people in shown_numbers(seen).items():
        seen[pk].count = people
    for pk, by_state in _letters_needing_somebody(seen).items():
        seen[pk].by_state = by_state
    waiting = Action.objects.filter(FOR_STAFF, campaign__in=seen).order_by()
    for pk, state, people in waiting.values_list("campaign", "state").annotate(people=Count("pk")):
        setattr(seen[pk], state, people)
    open_notes = EditionNote.objects.filter(answer="")
    for name, waits in (("lines", CounterEntry.objects.waiting()), ("changed_words", open_notes)):
        rows = waits.filter(campaign__in=seen).order_by().values_list("campaign")
        for pk, number in rows.annotate(number=Count("pk")):
            setattr(seen[pk], name, number)
    return list(seen.values())


# What somebody has to decide. A refused or returned letter needs a look, and stays what it is: were it asked for here,
# every old campaign would need somebody for ever.
TO_DECIDE = (MessageState.HELD, MessageState.UNCERTAIN)


def with_something_to_decide(campaigns: QuerySet[Campaign]) -> QuerySet[Campaign]:
    """Those with an action or a letter that waits for somebody: a look into two indexes for each of them."""
    mine = {"campaign_ref": OuterRef("pk"), "kind": Kind.LETTER}
    letters = [Exists(Message.objects.filter(**mine, state=state)) for state in TO_DECIDE]
    actions = Exists(Action.objects.filter(FOR_STAFF, campaign=OuterRef("pk")))
    return campaigns.filter(actions | letters[0] | letters[1])


def _letters_needing_somebody(campaign_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    asked = {"campaign_ref__in": list(campaign_ids), "kind": Kind.LETTER, "state__in": sorted(NEED_SOMEBODY)}
    rows = Message.objects.filter(**asked).order_by()
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for pk, state, letters in rows.values_list("campaign_ref", "state").annotate(letters=Count("pk")):
        if pk is not None:
            found[pk][state] = letters
    return found


@dataclass(frozen=True, slots=True)
class WorkerHealth:
    """Whether the worker runs, told by the age of the counter's last pass."""

    last_run: datetime | None

    @property
    def stands_still(self) -> bool:
        return self.last_run is None or timezone.now() - self.last_run > STANDS_STILL_AFTER


def worker_health() -> WorkerHealth:
    return WorkerHealth(CounterRun.objects.values_list("finished_at", flat=True).first())
