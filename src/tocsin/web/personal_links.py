"""A link for one person: their details and where it is sent from, sealed in its address, for one campaign and language.

It holds what whoever made it knew, and opens nothing that is stored (B71). Whoever has it can read what it holds, also
after it was used, until it ends. (docs/decisions/0041-details-in-a-link.md)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone

from tocsin.actions.contract import LONGEST_NAME
from tocsin.campaigns.models import Campaign
from tocsin.campaigns.words import FIELD_KINDS
from tocsin.lib.plaintext import CONTROLS, one_line
from tocsin.lib.sources import source_of
from tocsin.lib.vault import vault

DAYS = 14
MOST_DAYS = 60
LONGEST_ADDRESS = 254
LONGEST_KEY = 4000


class CannotSeal(ValueError):
    """No link can be made, for the reason given as a sentence."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a link holds. Nothing, where it does not open: whatever was wrong with it."""

    details: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)


def sealed_link(
    campaign: Campaign,
    language: str,
    details: Mapping[str, str],
    source: Mapping[str, str] | None = None,
    ends_at: datetime | None = None,
) -> str:
    """The whole address. Details are by kind (`FIELD_KINDS`), a source by its key (`SOURCE_KEYS`); others are left out.

    It ends after two weeks, or whenever is asked within sixty days. Raises CannotSeal.
    """
    content = [_minute(_end(ends_at)), _cleaned(details), source_of(urlencode(source or {}))]
    sealed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    key = vault().token(_purpose(campaign.pk, language), sealed)
    if len(key) > LONGEST_KEY:
        raise CannotSeal("These details are too long for a link.")
    return f"{settings.TOCSIN_BASE_URL.geturl().rstrip('/')}/for/{campaign.pk}/{language}/{key}/"


def open_link(campaign_id: int, language: str, key: str) -> Held:
    """What it holds; nothing once it has ended, for another campaign or language, or where it was changed."""
    content = vault().read_token(_purpose(campaign_id, language), key) if len(key) <= LONGEST_KEY else None
    if content is None:
        return Held()
    ends, details, source = json.loads(content)
    return Held(details, source) if _minute(timezone.now()) < ends else Held()


def _purpose(campaign_id: int, language: str) -> str:
    return f"for:{campaign_id}:{language}"


def _end(ends_at: datetime | None) -> datetime:
    now = timezone.now()
    ends_at = ends_at or now + timedelta(days=DAYS)
    if ends_at <= now:
        raise CannotSeal("A link must end in the future.")
    if ends_at > now + timedelta(days=MOST_DAYS):
        raise CannotSeal(f"A link with somebody's details may last {MOST_DAYS} days at most.")
    return ends_at


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _cleaned(details: Mapping[str, str]) -> dict[str, str]:
    """As the script cuts what comes behind a #: what cannot be accepted is to be seen and mended by its reader."""
    known = {kind: one_line(CONTROLS.sub("", str(details.get(kind) or ""))) for kind in FIELD_KINDS}
    return {kind: said[: _longest(kind)] for kind, said in known.items() if said}


def _longest(kind: str) -> int:
    return LONGEST_ADDRESS if kind == "email" else LONGEST_NAME
