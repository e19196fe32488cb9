"""The documents of a kit as plain data: books of letters, lists of names, covering letters, sheets for signatures."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import segno
from django.conf import settings
from django.db.models import Count
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tocsin.actions.handin.read import Read
from tocsin.actions.handin.typeset import Document
from tocsin.actions.handin.wording import (
    Asked,
    filled,
    grouped,
    many_letters,
    place_and_date,
    spoken_to,
    what_was_signed,
)
from tocsin.actions.models import HandIn
from tocsin.campaigns.models import Campaign, Edition, Target

ROWS_ON_A_SHEET = 14


def book(title: str, organisation: str, language: str, letters: Sequence[Read], volume: int) -> Document:
    """A volume of whole letters, each on a page of its own, under its number."""
    with translation.override(language):
        first, last = grouped(letters[0].number), grouped(letters[-1].number)
        about = _("Letters %(first)s to %(last)s, as their writers sent them.") % {"first": first, "last": last}
        pages = [
            {
                "heading": _("Letter %(number)s") % {"number": grouped(letter.number)},
                "language": letter.language,
                "text": letter.text,
            }
            for letter in letters
        ]
        name = _("Letters, volume %(number)s") % {"number": volume}
        return Document(
            f"letters-{volume:03}", "book", _head(f"{title} · {name}", organisation, language, about, letters=pages)
        )


def name_list(
    title: str, organisation: str, language: str, groups: Sequence[tuple[Read, list[list[str]]]], volume: int
) -> Document:
    """Letters that were sent as they were offered: the text once, then everybody who sent it."""
    with translation.override(language):
        people = sum(len(rows) for _first, rows in groups)
        about = _("%(letters)s whose writers sent the text that was offered to them, by number, name and place.") % {
            "letters": many_letters(people)
        }
        shown = [
            {
                "heading": _("%(letters)s with this text") % {"letters": many_letters(len(rows))},
                "language": first.language,
                "text": first.common,
                "people": rows,
            }
            for first, rows in groups
        ]
        columns = [_("Number"), _("Name"), pgettext("where somebody lives", "Place")]
        name = _("Names, volume %(number)s") % {"number": volume}
        head = _head(f"{title} · {name}", organisation, language, about, groups=shown, columns=columns)
        return Document(f"names-{volume:03}", "list", head)


def cover(hand_in: HandIn, target: Target, asked: Asked, language: str, today: Mapping[str, Edition]) -> Document:
    """The covering letter in one language. `today` are the words that speak for the campaign in each."""
    edition = today.get(language) or spoken_to(target, today)
    campaign, said = hand_in.campaign, target.words(language)
    own = hand_in.letters.filter(own_words=True).count()
    by_edition = hand_in.letters.order_by().values_list("action__edition").annotate(letters=Count("pk"))
    organisation = edition.words["brand"]["organisation"] if edition else ""
    with translation.override(language):
        signed = what_was_signed(dict(by_edition), edition, today)
        said_there = asked.texts.get(language, "")
        text = filled(said_there, letters=hand_in.letters.count(), own_words=own, signed=signed)
        data = {
            "title": edition.words["title"] if edition else campaign.name,
            "organisation": organisation,
            "language": language,
            "place_and_date": place_and_date(asked.place, timezone.now(), campaign.time_zone),
            "address": "\n".join([*(said.address or [target.name]), target.postal_address]).strip(),
            "text": f"{said.greeting}\n\n{text}",
            "signature": "\n".join(part for part in (asked.signatory, organisation) if part),
        }
    return Document(f"cover-{language}", "cover", data)


def sheet(campaign: Campaign, edition: Edition) -> Document:
    """A sheet to sign on paper, with the way to the page for whoever rather signs there."""
    words, language = edition.words, edition.language
    address = settings.TOCSIN_BASE_URL.geturl().rstrip("/") + words["page_path"]
    drawn = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(drawn, kind="svg", border=1, xmldecl=False, svgns=True)
    with translation.override(language):
        number = _("Campaign %(number)s") % {"number": campaign.pk}
        data = {
            "title": words["title"],
            "organisation": words["brand"]["organisation"],
            "language": language,
            "demand": words["demand"],
            "note": words["data_note"],
            "qr": drawn.getvalue().decode(),
            "qr_html": mark_safe(drawn.getvalue().decode()),  # noqa: S308  (segno's own drawing)
            "number": number,
            "address": f"{address} · {number}",
            "columns": ["", _("Name"), _("City"), _("Postal code"), _("Signature")],
            "rows": ROWS_ON_A_SHEET,
            "row_numbers": list(range(1, ROWS_ON_A_SHEET + 1)),
        }
    return Document(f"signature-sheet-{language}", "sheet", data)


def row_of(letter: Read) -> list[str]:
    """One line of a list of names."""
    return [grouped(letter.number), letter.name, letter.place]


def csv_rows(letters: Iterable[Read]) -> Iterable[tuple[Any, ...]]:
    """The letters as lines: what an office needs to know who wrote. No e-mail addresses."""
    for one in letters:
        yield (
            one.number,
            one.reference,
            one.language,
            one.own_words,
            one.signed_at,
            one.name,
            one.city,
            one.province,
            one.postal_code,
            one.country,
            one.sha256,
        )


CSV_COLUMNS = (
    "number",
    "reference",
    "language",
    "own_words",
    "signed_at",
    "name",
    "city",
    "province",
    "postal_code",
    "country",
    "sha256",
)


def _head(title: str, organisation: str, language: str, about: str, **more: Any) -> dict[str, Any]:
    return {"title": title, "organisation": organisation, "language": language, "about": about, **more}
