"""Counter entries as rows: every line of the ledger with who, when and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tocsin.actions.exporting.batches import batches
from tocsin.actions.exporting.model import Export
from tocsin.campaigns.models import CounterEntry

LEDGER_COLUMNS = (
    *("entry", "campaign", "campaign_name", "source", "people", "counted_on", "reason", "entered_at", "entered_by"),
)
READ = (
    *("pk", "campaign_id", "campaign__name", "source", "people", "counted_on", "reason", "entered_at"),
    "entered_by_name",
)


def entries_of(export: Export) -> QuerySet[CounterEntry]:
    lines = CounterEntry.objects.order_by()
    return lines.filter(campaign=export.campaign_id) if export.campaign_id else lines


def ledger_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    yield from batches(entries_of(export).values_list(*READ))
