"""An outline: a campaign as plain data, which is what plans, copies and models have in common."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any, TypedDict

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tocsin.campaigns.models import Campaign, Kind, Target, TargetList
from tocsin.pages.making import Words, first_words_for, newest_words_of, pages_by_language

# What a campaign does, but for whom it writes to and when.
RULES = (
    *("targeting", "matched_by", "provider", "goal", "show_count_from", "time_zone", "reply_to", "moderation"),
    *("confirm_first", "offer_own_mail", "offer_print", "show_taken", "data_kept_months", "words_kept_days"),
)
DATES = ("opens_at", "closes_at")


class Outline(TypedDict):
    """`office` is a target that is only being written down; `words` are those of a page, by language."""

    name: str
    kind: str
    languages: list[str]
    rules: dict[str, Any]
    dates: dict[str, str]
    targets: list[int]
    target_list: int | None
    office: dict[str, Any]
    words: dict[str, Words]


def empty(kind: str, languages: list[str], name: str = "") -> Outline:
    """A campaign of which nothing is decided, with what usually is right."""
    new = Campaign(kind=kind)
    return {
        "name": name,
        "kind": kind,
        "languages": languages,
        "rules": {rule: getattr(new, rule) for rule in RULES},
        "dates": {},
        "targets": [],
        "target_list": None,
        "office": {},
        "words": {language: first_words_for(language) for language in languages},
    }


def whole(kept: dict[str, Any]) -> Outline:
    """An outline that was kept: by an older version, or in a file that says only what matters."""
    languages = list(kept.get("languages") or kept.get("words", {}))
    full = empty(kept.get("kind", Kind.LETTER), languages, kept.get("name", ""))
    full["rules"] |= {rule: value for rule, value in kept.get("rules", {}).items() if rule in RULES}
    for language, words in kept.get("words", {}).items():
        full["words"][language] = first_words_for(language) | words
    full["dates"] = dict(kept.get("dates", {}))
    full["targets"] = list(kept.get("targets", []))
    full["target_list"] = kept.get("target_list")
    full["office"] = dict(kept.get("office", {}))
    return full


def outline_of(campaign: Campaign) -> Outline:
    """A campaign and its pages as they are planned now: the newest draft counts."""
    pages = pages_by_language(campaign)
    dates = {name: at.isoformat() for name in DATES if (at := getattr(campaign, name))}
    return {
        "name": campaign.name,
        "kind": campaign.kind,
        "languages": sorted(pages),
        "rules": {rule: getattr(campaign, rule) for rule in RULES},
        "dates": dates,
        "targets": list(campaign.targets.order_by("pk").values_list("pk", flat=True)),
        "target_list": campaign.target_list_id,
        "office": {},
        "words": {language: newest_words_of(page) for language, page in pages.items()},
    }


def to_begin_with(outline: Outline, name: str) -> Outline:
    """The same for another campaign: under its own name, without dates that have passed and targets that are gone."""
    new = whole(copy.deepcopy(dict(outline)))
    now = timezone.now()
    new["name"] = name
    new["dates"] = {name: at for name, at in new["dates"].items() if (when := moment(at)) and when > now}
    new["targets"] = list(Target.objects.filter(pk__in=new["targets"]).order_by("pk").values_list("pk", flat=True))
    if not TargetList.objects.filter(pk=new["target_list"] or 0).exists():
        new["target_list"] = None
    return new


def speak(outline: Outline, languages: list[str]) -> None:
    """Lets a plan have these languages. Words of one that was left out stay, in case it comes back."""
    outline["languages"] = languages
    for language in languages:
        outline["words"].setdefault(language, first_words_for(language))


def moment(text: str) -> datetime | None:
    return parse_datetime(text) if text else None
