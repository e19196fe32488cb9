"""What differs between what stands here and what files say: the campaign's settings, and the texts of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign
from tocsin.lib.differing import Piece, difference, shortened
from tocsin.lib.tomltext import as_toml
from tocsin.pages.files.blocks import lean
from tocsin.pages.files.read import CampaignFiles
from tocsin.pages.files.shape import DATES, RULES
from tocsin.pages.files.words import field_of, stream_of
from tocsin.pages.making import STREAMS, Words


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that differs, by its name in the file and by what people call it."""

    name: str
    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        return shortened(difference(self.before, self.after))


def settings_that_differ(campaign: Campaign, said: CampaignFiles) -> list[Difference]:
    """Name, kind, rules, list and dates: whatever of them files say otherwise."""
    now = {"name": campaign.name, "kind": campaign.kind} | {name: getattr(campaign, name) for name in (*RULES, *DATES)}
    then = {"name": said.name, "kind": said.kind, **said.rules, **said.dates}
    now["target_list"], then["target_list"] = str(campaign.target_list or ""), said.target_list
    zones = campaign.time_zone, said.rules["time_zone"]
    return [
        Difference(
            name,
            _label(Campaign._meta.get_field(name)),
            _shown(name, now[name], zones[0]),
            _shown(name, value, zones[1]),
        )
        for name, value in then.items()
        if now[name] != value
    ]


def texts_that_differ(now: Words, then: Words) -> list[Difference]:
    """Streams as they stand in the file, so that one sees what `git diff` would show."""
    compared = [(name, as_text(name, now.get(name)), as_text(name, then[name])) for name in then]
    return [
        Difference(name, _label(field_of(name)), before, after) for name, before, after in compared if before != after
    ]


def as_text(name: str, value: Any) -> str:
    if name in STREAMS:
        return as_toml({name: lean(stream_of(name), value)}) if value else ""
    return "" if value is None else str(value)


def _label(field: Any) -> str:
    return str(field.verbose_name)


def _shown(name: str, value: Any, zone: str) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} ({zone})"
    labels = dict(getattr(Campaign._meta.get_field(name), "flatchoices", ()))
    return str(labels.get(value, value) or "–") if value is not None else "–"
