"""Counter entries as rows: every line of the ledger with who, when and why, and whether it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from tocsin.actions.exporting.batches import batches
from tocsin.actions.exporting.model import Export
from tocsin.campaigns.models import CounterEntry

LEDGER_COLUMNS = (
    *("entry", "campaign", "campaign_name", "source", "people", "counted_on", "reason", "entered_at", "entered_by"),
    *("counts", "decision", "decided_by", "why_refused"),
)
READ = (
    *("pk", "campaign_id", "campaign__name", "source", "people", "counted_on", "reason", "entered_at"),
    *("entered_by_name", "counts_people", "decided_as", "decision__decided_by_name", "decision__reason"),
)
# Whether a line stands in the number, as CounterEntryQuerySet.counted() says it.
COUNTS = Case(When(Q(needs_approval=False) | Q(decision__approved=True), then=Value("yes")), default=Value("no"))
DECISION = Case(
    When(decision__approved=True, then=Value("approved")),
    When(decision__approved=False, then=Value("refused")),
    When(needs_approval=True, then=Value("waits")),
    default=Value(""),
)


def entries_of(export: Export) -> QuerySet[CounterEntry]:
    lines = CounterEntry.objects.order_by()
    return lines.filter(campaign=export.campaign_id) if export.campaign_id else lines


def ledger_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    lines = entries_of(export).annotate(counts_people=COUNTS, decided_as=DECISION)
    yield from batches(lines.values_list(*READ))
