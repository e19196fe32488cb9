"""Takes a campaign out: what stands in its folder, file by file. The same campaign makes the same bytes, always.

Nobody who acted is in it, no secret, no script and no number of a row. What staff decided of the moment (a pause, test
mode) and trials of wordings stay where they are.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tocsin.campaigns.models import Campaign, CounterEntry, ListMember, Target
from tocsin.campaigns.target_file import target_table, with_words
from tocsin.lib.tomltext import as_toml
from tocsin.pages.files.pictures import Library
from tocsin.pages.files.readme import readme
from tocsin.pages.files.shape import (
    CAMPAIGN,
    DATES,
    FORMAT,
    IN_PICTURES,
    LEDGER,
    MEMBERS,
    PICTURE_TITLES,
    README,
    RULES,
    TARGETS,
    page_file,
)
from tocsin.pages.files.words import for_a_file, said_by
from tocsin.pages.making import pages_by_language
from tocsin.pages.models import ActionPage


def campaign_files(campaign: Campaign, *, live: bool = False) -> dict[str, bytes]:
    """The files by name, in the order of names. The newest draft of each page, or `live`: what the public reads."""
    library = Library()
    pages = pages_to_take(campaign, live=live)
    texts = {page_file(language): as_toml(for_a_file(said_by(page, library))) for language, page in pages.items()}
    texts[CAMPAIGN] = as_toml(campaign_said(campaign))
    texts[README] = readme()
    if library.pictures:
        texts[PICTURE_TITLES] = _titles(library)
    files = {name: text.encode() for name, text in texts.items()}
    files |= _tables(campaign) | {name: picture.data for name, picture in library.pictures.items()}
    return dict(sorted(files.items()))


def pages_to_take(campaign: Campaign, *, live: bool) -> dict[str, ActionPage]:
    pages = pages_by_language(campaign)
    if live:
        return {language: page for language, page in pages.items() if page.live}
    return {language: page.get_latest_revision_as_object() for language, page in pages.items()}


def campaign_said(campaign: Campaign) -> dict[str, Any]:
    """What campaign.toml says."""
    zone = ZoneInfo(campaign.time_zone)
    dates = {name: at.astimezone(zone) for name in DATES if (at := getattr(campaign, name))}
    rules = {rule: getattr(campaign, rule) for rule in RULES}
    if campaign.target_list is not None:
        rules["target_list"] = campaign.target_list.name
    said = {"format": FORMAT, "name": campaign.name, "short_name": campaign.slug, "kind": campaign.kind, "rules": rules}
    return said | ({"dates": _whole(dates)} if dates else {})


def _whole(dates: dict[str, datetime]) -> dict[str, datetime]:
    """Without a zone's name, which TOML has no room for: the time zone stands among the rules."""
    return {name: datetime.fromisoformat(at.isoformat()) for name, at in dates.items()}


def _titles(library: Library) -> str:
    found = sorted(library.pictures.items())
    return as_toml(
        {name.removeprefix(IN_PICTURES): {"title": one.title, "description": one.description} for name, one in found}
    )


def _tables(campaign: Campaign) -> dict[str, bytes]:
    """Those that have rows."""
    targets = [(target, "") for target in with_words(campaign.targets.all())]
    tables = {TARGETS: target_table(targets), MEMBERS: _members(campaign), LEDGER: _ledger(campaign)}
    return {name: table for name, table in tables.items() if table}


def _members(campaign: Campaign) -> bytes:
    """Each target once, with every answer that leads to them."""
    members = ListMember.objects.filter(target_list=campaign.target_list_id or 0).select_related("target")
    answers: dict[Target, list[str]] = {}
    for one in members.prefetch_related("target__in_words").order_by("match"):
        answers.setdefault(one.target, []).append(one.match)
    return target_table((target, "\n".join(filter(None, found))) for target, found in answers.items())


def _ledger(campaign: Campaign) -> bytes:
    """The lines that stand in the number, as everybody can read them; who added them stays here."""
    lines = CounterEntry.objects.counted().filter(campaign=campaign).order_by("counted_on", "pk")
    rows = [[line.counted_on.isoformat(), line.people, line.source, line.reason] for line in lines]
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([["date", "people", "source", "reason"], *rows] if rows else [])
    return file.getvalue().encode()
