"""Freezes what was published: an edition is plain data with its SHA-256, and never changes afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.campaigns.words import EditionWords


def fingerprint(words: dict[str, Any]) -> str:
    """SHA-256 of the words as canonical JSON (sorted keys, no blanks, UTF-8), in hexadecimal."""
    canonical = json.dumps(words, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def publish_edition(
    *, campaign: Campaign, language: str, words: dict[str, Any], by_name: str = "", trial: Trial | None = None
) -> Edition:
    """The edition that now speaks for this campaign in this language: a new one, or the last if nothing changed.

    `by_name` is whoever published it at the desk. With a trial, it is the one that speaks for its wording B. All of a
    language are numbered in one row.
    """
    for _attempt in range(3):
        latest = Edition.objects.current(campaign, language, trial)
        if latest and latest.retired_at is None and _says_the_same(latest.words, words):
            return latest
        numbers = Edition.objects.filter(campaign=campaign, language=language).order_by("-number")
        number = (numbers.values_list("number", flat=True).first() or 0) + 1
        try:
            with transaction.atomic():
                return Edition.objects.create(
                    campaign=campaign,
                    language=language,
                    trial=trial,
                    number=number,
                    words=words,
                    sha256=fingerprint(words),
                    published_by_name=by_name,
                )
        except IntegrityError:
            continue  # somebody published in the same moment: look again
    raise RuntimeError(f"Could not number an edition of campaign {campaign.pk}.")


def _says_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """But for what older editions say of other pages: those that come and go beside a page change no word of it."""
    mine, theirs = ({key: said for key, said in words.items() if key != "translations"} for words in (one, other))
    return fingerprint(mine) == fingerprint(theirs)


def demand_new_signatures(*, campaign: Campaign) -> int:
    """Retires every edition but the newest of each language; the number of editions retired."""
    languages = campaign.editions.values_list("language", flat=True).distinct()
    newest = [edition for language in languages for edition in Edition.objects.spoken(campaign, language)]
    older = campaign.editions.filter(retired_at=None).exclude(pk__in=[edition.pk for edition in newest])
    retired = older.update(retired_at=timezone.now())
    frozen.cache_clear()
    return retired


def edition_that_follows(words: EditionWords) -> Edition | None:
    """The edition of the action that its people may take next, in the same language, if it may be signed just now."""
    follows = words.get("follows")
    if follows is None:
        return None
    edition = newest_edition(follows["campaign"], words["language"])
    return edition if edition is not None and edition.campaign.open_for_signing() else None


def newest_edition(campaign_id: int, language: str) -> Edition | None:
    """What a campaign's page in a language says now, with its campaign; None where it never said anything."""
    of_page = Edition.objects.filter(campaign=campaign_id, language=language, trial=None)
    return of_page.select_related("campaign").order_by("-number").first()


@lru_cache(maxsize=512)
def frozen(edition_id: int) -> Edition:
    """An edition with its campaign, remembered by this process since its words cannot change.

    Raises Edition.DoesNotExist. What can change (the campaign's dates, `retired_at`) is asked afresh elsewhere.
    """
    return Edition.objects.select_related("campaign").get(pk=edition_id)


def named_in_editions() -> set[int]:
    """The targets whom an edition names that can still be signed: their letters need an address."""
    # Looked at one by one: SQLite cannot ask what a list in JSON contains.
    said = Edition.objects.filter(retired_at=None).values_list("words__targets", flat=True)
    return {one["id"] for targets in said.iterator() for one in targets or ()}
