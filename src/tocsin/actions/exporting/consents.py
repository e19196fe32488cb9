"""Consents as rows: each answer with the exact words it was asked in, where, when and how; also who left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tocsin.actions.exporting.batches import batches
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.supporters import open_supporter
from tocsin.actions.lists.find import consents_like
from tocsin.actions.lists.wanted import Wanted
from tocsin.supporters.models import Consent, ConsentWording

CONSENT_COLUMNS = (
    "consent",
    "supporter",
    "purpose",
    "answer",
    "control",
    "basis",
    "method",
    "language",
    "given_at",
    "expires_at",
    "campaign",
    "action",
    "edition",
    "import",
    "page",
    "source",
    "wording_sha256",
    "wording",
    "controller",
)
CONSENT_PERSONAL = ("given_name", "family_name", "email")
READ = (
    *("pk", "supporter_id", "purpose", "yes", "control", "basis", "method", "language", "given_at", "expires_at"),
    *("campaign_ref", "action_ref", "edition_ref", "import_ref_id", "page_url", "source", "wording_id"),
)
SEALED = ("supporter__email_digest", "supporter__sealed")


def consents_of(export: Export) -> QuerySet[Consent]:
    return consents_like(Wanted.asked_by(export.filters), export.campaign_id).like


def consent_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    wordings: dict[int | None, tuple[str, ...]] = {None: ("", "", "")}
    for some in batches(consents_of(export).values_list(*READ, *(SEALED if export.people else ()))):
        _learn(wordings, {row[16] for row in some})
        yield [_row(row, wordings, people=export.people) for row in some]


def _learn(wordings: dict[int | None, tuple[str, ...]], wanted: set[int]) -> None:
    """The words of these questions, each read once: there are few, and many answers."""
    missing = wanted - wordings.keys()
    rows = ConsentWording.objects.filter(pk__in=missing).values_list("pk", "sha256", "text", "controller")
    wordings.update({pk: tuple(words) for pk, *words in rows})


def _row(row: tuple[Any, ...], wordings: dict[int | None, tuple[str, ...]], *, people: bool) -> tuple[Any, ...]:
    pk, supporter, purpose, yes, control, *rest = row[:16]
    said = (pk, supporter, purpose, answer_said(control, yes=yes), control, *rest, *wordings[row[16]])
    if not people:
        return said
    person = open_supporter(row[17], row[18])
    return (*said, *(str(person.get(name) or "") for name in CONSENT_PERSONAL))


def answer_said(control: str, *, yes: bool) -> str:
    return control if control in {"left", "back"} else "yes" if yes else "no"
