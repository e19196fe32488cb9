"""The letter as it will leave, before there is a page: greeting, text and closing in the words of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.actions.letters import Sheet, letter_text
from tocsin.campaigns.models import Kind, ReplyTo, Target, Targeting, TargetList, TargetWords
from tocsin.campaigns.words import EditionWords
from tocsin.desk.path.forms import NAMES
from tocsin.desk.path.office import words_in
from tocsin.desk.path.outline import Outline
from tocsin.lib.merging import resolved
from tocsin.lib.plaintext import many_lines
from tocsin.pages.making import the_brand

SAMPLE = {
    "given_name": "Jane",
    "family_name": "Doe",
    "email": "jane.doe@example.org",
    "city": "Ottawa",
    "postal_code": "K1A 0A6",
}


@dataclass(frozen=True, slots=True)
class Beginning:
    """How a letter begins and ends in one language, and the lines above it."""

    language: str
    name: str | Promise
    address: list[str]
    greeting: str
    closing: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A whole letter in one language."""

    language: str
    name: str | Promise
    to: str
    subject: str
    text: str


def beginnings_of(outline: Outline) -> list[Beginning]:
    """In each language; nothing where nobody is chosen yet."""
    said = [(language, addressed(outline, language)) for language in outline["languages"]]
    return [
        Beginning(language, NAMES[language], words.address, words.greeting, words.closing)
        for language, words in said
        if words is not None
    ]


def letters_of(outline: Outline) -> list[Shown]:
    """As the first of the targets will get it, from somebody who does not exist."""
    if outline["kind"] != Kind.LETTER:
        return []
    return [_letter(outline, language) for language in outline["languages"]]


def addressed(outline: Outline, language: str) -> TargetWords | None:
    """How the first who gets the letter is addressed."""
    if outline["office"]:
        return words_in(outline["office"], language)
    target = _somebody(outline)
    return target.words(language) if target else None


def _somebody(outline: Outline) -> Target | None:
    targets = Target.objects.prefetch_related("in_words")
    if outline["rules"]["targeting"] == Targeting.FIXED:
        return targets.filter(pk__in=outline["targets"]).order_by("pk").first()
    chosen = TargetList.objects.filter(pk=outline["target_list"] or 0).first()
    return targets.filter(lists=chosen).order_by("pk").first() if chosen else None


def _letter(outline: Outline, language: str) -> Shown:
    said = outline["words"][language]
    to = addressed(outline, language) or TargetWords(language=language)
    with translation.override(language):
        words = cast("EditionWords", {"language": language, "letter": None, "brand": the_brand().words(language)})
        body = many_lines(said.get("letter_text", "")) or _("(what the person writes)")
        closing = many_lines(said.get("letter_closing", "")) or to.closing
        values = _values(to)
        sheet = Sheet(resolved(many_lines(said.get("letter_header", "")), values), body, resolved(closing, values))
        reply = outline["rules"]["reply_to"] == ReplyTo.SUPPORTER
        text = letter_text(words, to.greeting, SAMPLE, reference="1-1", reply=reply, sheet=sheet)
    return Shown(language, NAMES[language], str(to) if to.address else "", said.get("letter_subject", ""), text)


def _values(to: TargetWords) -> dict[str, Any]:
    return {
        "name": f"{SAMPLE['given_name']} {SAMPLE['family_name']}",
        "city": SAMPLE["city"],
        "postal_code": SAMPLE["postal_code"],
        "riding": "",
        "target": str(to) if to.address else "",
        "office": to.office,
    }
