"""What the kit says besides the letters: the covering letter as it is proposed, and the words on sheets and books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.defaultfilters import date as written
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tocsin.campaigns.editions import frozen
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.campaigns.words import EditionWords

LETTERS_FIELD, OWN_WORDS_FIELD, SIGNED_FIELD = "{letters}", "{own_words}", "{signed}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the campaigner said before the kit is made. `texts` are the covering letters by language."""

    place: str = ""
    signatory: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    taken_too: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Self:
        return cls(**said)


def editions_of(campaign: Campaign) -> dict[str, Edition]:
    """The words that speak for the campaign today, in each language that it has."""
    found = ((code, Edition.objects.current(campaign, code)) for code, _name in settings.LANGUAGES)
    return {code: edition for code, edition in found if edition is not None}


def spoken_to(target: Target, today: Mapping[str, Edition]) -> Edition | None:
    """The words in the target's language; where there are none, in another."""
    return today.get(target.language) or next(iter(today.values()), None)


def proposed_text(language: str) -> str:
    """The covering letter that the form offers. Its fields are filled when the kit is made."""
    with translation.override(language):
        parts = [
            _("With this letter we hand you %(letters)s letters that people wrote you.") % {"letters": LETTERS_FIELD},
            SIGNED_FIELD,
            _(
                "%(own_words)s of them are in their writers' own words; they stand first in the book. The others are"
                " listed by name and place below the letter that they all sent."
            )
            % {"own_words": OWN_WORDS_FIELD},
            _(
                "Each of these people gave us their name and asked us to bring you their letter. The enclosed list has"
                " a number for every letter, and a fingerprint by which anybody can see that none was changed."
            ),
            _("We would be glad to hear from you what you will do."),
        ]
        return "\n\n".join(parts)


def filled(text: str, *, letters: int, own_words: int, signed: str) -> str:
    """The covering letter with its fields filled, as the language that is active writes numbers."""
    text = text.replace(LETTERS_FIELD, grouped(letters)).replace(OWN_WORDS_FIELD, grouped(own_words))
    return text.replace(SIGNED_FIELD, signed)


def what_was_signed(letters: Mapping[int, int], edition: Edition | None, today: Mapping[str, Edition]) -> str:
    """What so many letters of each edition are about: `edition`, unless somebody signed other words than today's."""
    about = _("They are about “%(title)s”: %(demand)s") % _said(edition.words) if edition else ""
    return other_words_signed(letters, today) or about


def other_words_signed(letters: Mapping[int, int], today: Mapping[str, Edition]) -> str:
    """What each writer signed, where the page's words have changed since for some of them; else nothing."""
    signed: Counter[tuple[str, str]] = Counter()
    for edition_id, number in sorted(letters.items()):
        signed[_wording(frozen(edition_id).words)] += number
    if signed.keys() <= {_wording(edition.words) for edition in today.values()}:
        return ""
    lines = [
        _("– %(letters)s: “%(title)s”. %(demand)s")
        % {"letters": many_letters(number), "title": title, "demand": demand}
        for (title, demand), number in signed.items()
    ]
    return "\n".join([_("The words of the page changed while people signed. This is what they signed:"), *lines])


def _wording(words: EditionWords) -> tuple[str, str]:
    return words["title"], words["demand"]


def _said(words: EditionWords) -> dict[str, str]:
    return {"title": words["title"], "demand": words["demand"]}


def grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)


def place_and_date(place: str, at: datetime, zone: str) -> str:
    day = written(at.astimezone(ZoneInfo(zone)), pgettext("a day in a letter, in Django's date format", "F j, Y"))
    return ", ".join(part for part in (place, str(day)) if part)


def many_letters(number: int) -> str:
    said = ngettext("%(number)s letter", "%(number)s letters", number)
    return said % {"number": grouped(number)}
