"""Actions as rows: when, where from, what became of each; and with people, who sent it and what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tocsin.actions.exporting.batches import batches, cells, opened
from tocsin.actions.exporting.model import Export
from tocsin.actions.exporting.questions import answers_in
from tocsin.actions.lists.find import actions_like
from tocsin.actions.lists.wanted import Wanted
from tocsin.actions.models import Action, Letter
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.sources import SOURCE_KEYS

ACTION_COLUMNS = (
    "action",
    "reference",
    "campaign",
    "campaign_name",
    "edition",
    "language",
    "accepted_at",
    "state",
    "reason",
    "way",
    "division",
    "supporter",
    "letters",
    "own_words",
    *SOURCE_KEYS,
)
DETAILS = ("given_name", "family_name", "email", "phone", "city", "province", "postal_code", "country")
WORDS = ("subject", "text")
ACTION_PERSONAL = (*DETAILS, *WORDS, "consents")
READ = (
    "pk",
    "campaign_id",
    "edition_id",
    "accepted_at",
    "state",
    "reason",
    "way",
    "division",
    "supporter_id",
    "source",
)


def actions_of(export: Export) -> QuerySet[Action]:
    return actions_like(Wanted.asked_by(export.filters), export.campaign_id).like


def action_rows(export: Export) -> Iterator[list[tuple[Any, ...]]]:
    names = dict(Campaign.objects.values_list("pk", "name"))
    languages = dict(Edition.objects.values_list("pk", "language"))
    sealed = ("email_digest", "sealed") if export.people else ()
    for some in batches(actions_of(export).values_list(*READ, *sealed)):
        letters = _letters([row[0] for row in some])
        yield [_row(row, names, languages, letters.get(row[0], (0, None))) + _person(row, export) for row in some]


def _letters(actions: list[int]) -> dict[int, tuple[int, bool]]:
    """How many letters each has, and whether any is in the person's own words."""
    found: dict[int, tuple[int, bool]] = {}
    for action, own in Letter.objects.filter(action__in=actions).values_list("action_id", "own_words"):
        many, before = found.get(action, (0, False))
        found[action] = (many + 1, before or own)
    return found


def _row(
    row: tuple[Any, ...], names: dict[int, str], languages: dict[int, str], letters: tuple[int, bool | None]
) -> tuple[Any, ...]:
    pk, campaign, edition, at, state, reason, way, division, supporter, source = row[: len(READ)]
    return (
        *(pk, f"{campaign}-{pk}", campaign, names.get(campaign, ""), edition, languages.get(edition, "")),
        *(at, state, reason, way, division, supporter, *letters),
        *cells(source or {}, SOURCE_KEYS),
    )


def _person(row: tuple[Any, ...], export: Export) -> tuple[str, ...]:
    if not export.people:
        return ()
    digest, sealed = row[len(READ) :]
    act = opened(sealed, action_context(digest))
    given = (act.get("consents") or {}).items()
    consents = " ".join(f"{purpose}:{'yes' if yes else 'no'}" for purpose, yes in given if yes is not None)
    return (*cells(act, DETAILS + WORDS), consents, *answers_in(act, export.questions))
