"""What stands behind a campaign's number, as everybody may know it: cheap to ask for, and telling nothing of anybody.

What is held or blocked is not told: whoever tries to cheat would learn how far they come. And what waits for
confirmation is as of last night: a number that moves at once would tell whether an address had signed before.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from tocsin.actions.count import ShownCount, shown_count
from tocsin.actions.models import CountProof, Invalidation
from tocsin.campaigns.models import Campaign, CounterEntry, Tally

LINES_TOLD = 100


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """People counted elsewhere, of one source: their sum, and the newest lines of the ledger that say so."""

    source: str
    people: int
    lines: list[CounterEntry]
    number_of_lines: int

    @property
    def further(self) -> int:
        return self.number_of_lines - len(self.lines)


@dataclass(frozen=True, slots=True)
class Account:
    """`unconfirmed` is None where nobody is asked to confirm. `taken_out` are decisions, each way."""

    shown: ShownCount
    online: int
    elsewhere: list[Elsewhere]
    taken_out: list[Invalidation]
    confirms: bool
    unconfirmed: int | None
    proof: CountProof | None


def account_of(campaign: Campaign) -> Account:
    """In a handful of queries, however many acted."""
    proof = CountProof.objects.filter(campaign=campaign).first()
    return Account(
        shown=shown_count(campaign),
        online=Tally.objects.filter(campaign=campaign).values_list("counted", flat=True).first() or 0,
        elsewhere=_elsewhere(campaign),
        taken_out=list(_taken_out(campaign)),
        confirms=campaign.confirm_first,
        unconfirmed=proof.unconfirmed if proof and campaign.confirm_first else None,
        proof=proof,
    )


def _elsewhere(campaign: Campaign) -> list[Elsewhere]:
    counted = CounterEntry.objects.counted().filter(campaign=campaign)
    sums = counted.order_by().values_list("source").annotate(people=Sum("people"), lines=Count("pk"))
    known = {source: (people, lines) for source, people, lines in sums}
    newest: dict[str, list[CounterEntry]] = {}
    for line in counted.order_by("-entered_at", "-id")[:LINES_TOLD]:
        newest.setdefault(line.source, []).append(line)
    return [
        Elsewhere(source, known[source][0], newest.get(source, []), known[source][1])
        for source in (CounterEntry.Source.PAPER, CounterEntry.Source.PARTNER, CounterEntry.Source.OFFSET)
        if source in known
    ]


def _taken_out(campaign: Campaign) -> list[Invalidation]:
    return list(campaign.invalidations.filter(people__gt=0)[:LINES_TOLD])
