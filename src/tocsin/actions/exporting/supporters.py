"""Supporters as rows: since when, what each may be written to about; and with people, who they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tocsin.actions.exporting.batches import batches, cells, opened
from tocsin.actions.exporting.model import Export
from tocsin.actions.lists.find import supporters_like, supporters_of_campaign
from tocsin.actions.lists.of_people import acts_of
from tocsin.actions.lists.wanted import Wanted
from tocsin.actions.written_to import sent_nothing
from tocsin.supporters.current import purposes_of
from tocsin.supporters.models import Supporter

SUPPORTER_COLUMNS = (
    "supporter",
    "language",
    "first_seen_at",
    "changed_at",
    "actions",
    "may_be_mailed_about",
    "nothing_is_sent_because",
)
SUPPORTER_PERSONAL = ("given_name", "family_name", "email", "phone", "city", "province", "postal_code", "country")
READ = ("pk", "email_digest", "sealed", "language", "first_seen_at", "changed_at")


def supporter_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    for some in batches(supporters_of(export).values_list(*READ)):
        yield _rows(some, export.campaign_id, people=export.people)


def supporters_of(export: Export) -> QuerySet[Supporter]:
    """Those whom the list showed: of a campaign by their actions in it."""
    wanted = Wanted.asked_by(export.filters)
    if not export.campaign_id:
        return supporters_like(wanted).like
    acted = supporters_of_campaign(wanted, export.campaign_id).like
    return Supporter.objects.filter(Exists(acted.filter(supporter=OuterRef("pk"))))


def _rows(some: list[tuple[Any, ...]], campaign: int | None, *, people: bool) -> list[tuple[Any, ...]]:
    numbers = [row[0] for row in some]
    acted = _actions_of(numbers, campaign)
    purposes = purposes_of(numbers)
    stopped = reasons_to_send_nothing([bytes(row[1]) for row in some], campaign)
    found = []
    for pk, digest, sealed, language, first, changed in some:
        why = stopped.get(bytes(digest), "")
        said = (pk, language, first, changed, acted[pk], " ".join(purposes[pk]), why)
        person = cells(open_supporter(digest, sealed), SUPPORTER_PERSONAL) if people else ()
        found.append((*said, *person))
    return found


def _actions_of(supporters: list[int], campaign: int | None) -> Counter[int]:
    """How often each acted. A campaign's export says nothing of other campaigns."""
    return Counter(act.supporter for act in acts_of(supporters) if campaign in {None, act.campaign})


def open_supporter(digest: bytes | memoryview, sealed: bytes | memoryview) -> dict[str, Any]:
    return opened(sealed, b"supporter:" + bytes(digest))


def reasons_to_send_nothing(digests: list[bytes], campaign: int | None = None) -> dict[bytes, str]:
    """Which of these addresses nothing is sent to any more, and why: bounced, complained, left, erased, staff. Whoever
    left the updates of one campaign is among them where it is asked about that campaign, and nowhere else."""
    rows = sent_nothing(campaign).filter(digest__in=digests).values_list("digest", "reason")
    return {bytes(digest): reason for digest, reason in rows}
