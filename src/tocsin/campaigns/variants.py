"""Other words for some targets: which variant of a letter is for whom. The first whose rule matches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tocsin.campaigns.words import LetterWords, RuleWords, VariantWords

if TYPE_CHECKING:
    from tocsin.campaigns.models import Target

# What is known of a target, by attribute of a rule: one value, or several that are all true of it.
type Attributes = Mapping[str, str | Sequence[str]]


def variant_for(letter: LetterWords, attributes: Attributes) -> VariantWords | None:
    """The first variant whose rule matches, or None if the letter is for them as it stands."""
    return next((variant for variant in letter.get("variants", ()) if matches(variant["rule"], attributes)), None)


def matches(rule: RuleWords, attributes: Attributes) -> bool:
    known = attributes.get(rule["attribute"], "")
    values = {_folded(value) for value in ([known] if isinstance(known, str) else known)} - {""}
    wanted = {_folded(value) for value in rule["values"]}
    return bool(values & wanted) is not rule["negated"]


def attributes_of(target: Target, *, match: str = "") -> dict[str, list[str]]:
    """What rules can ask of a target. `match` is the answer that led to it, where a campaign matches answers.

    A division is known by its name and by its identifier, with and without the year; an organisation in each language.
    """
    words = list(target.in_words.all())
    return {
        "target": [target.name, str(target.pk), *(one.full_name for one in words)],
        "division": [target.division, target.division_name, _without_year(target.division)],
        "party": [target.party],
        "organisation": [one.organisation for one in words],
        "office_kind": [target.office_kind],
        "language": [target.language],
        "match": [match],
    }


def _without_year(division: str) -> str:
    """ocd-division/country:ca/ed:35075-2023 → ocd-division/country:ca/ed:35075"""
    head, dash, year = division.rpartition("-")
    return head if dash and len(year) == 4 and year.isdigit() else division


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
