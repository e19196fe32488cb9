"""The words of an edition, part by part, as people compare them: what is signed first, then what stands around it.

Pure: plain words in, plain texts out. A part that an edition does not have is an empty text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.words import EditionWords, LetterWords, QuestionWords, ThanksWords, VariantWords
from tocsin.lib.differing import Piece, difference

# What somebody puts their name to: if one of these changes after people have acted, somebody has to say what follows.
SIGNED = ("title", "demand", "petition", "subject", "header", "letter", "openings", "closing", "variants", "consents")
LABELS: dict[str, Promise] = {
    "title": _("Title"),
    "demand": _("Demand"),
    "petition": _("Petition"),
    "subject": _("Subject of the letter"),
    "header": _("First lines of the letter"),
    "letter": _("Letter"),
    "openings": _("Openings of the letter"),
    "closing": _("Closing of the letter"),
    "variants": _("Other words for some targets"),
    "consents": _("Consents"),
    "targets": _("Who it goes to"),
    "form": _("Form"),
    "data_note": _("What happens to the data"),
    "thanks": _("Thanks"),
    "share": _("What people pass on"),
    "brand": _("Who asks"),
}


@dataclass(frozen=True, slots=True)
class Changed:
    """One part that differs between two editions."""

    part: str
    pieces: list[Piece]

    @property
    def label(self) -> Promise:
        return LABELS[self.part]


def parts_of(words: EditionWords) -> dict[str, str]:
    """Every part as one text, in the order in which people read them."""
    return {
        "title": words["title"],
        "demand": words["demand"],
        "petition": words["petition_text"],
        **_of_the_letter(words["letter"]),
        "consents": "\n".join(one["text"] for one in words["consents"]),
        "targets": "\n".join(", ".join(one["address"]) or one["name"] for one in words["targets"]),
        "form": "\n".join(_of_the_form(words)),
        "data_note": words["data_note"],
        "thanks": "\n\n".join(_of_the_thanks(words["thanks"])),
        "share": words["share"]["text"],
        "brand": "\n".join(words["brand"][name] for name in ("organisation", "postal_address", "contact", "footer")),
    }


def signed_parts(words: EditionWords) -> dict[str, str]:
    parts = parts_of(words)
    return {name: parts[name] for name in SIGNED}


def changed_parts(before: EditionWords, after: EditionWords, *, signed_only: bool = False) -> list[Changed]:
    """Each part that differs, with its difference word by word."""
    old, new = parts_of(before), parts_of(after)
    names = SIGNED if signed_only else tuple(LABELS)
    return [Changed(name, difference(old[name], new[name])) for name in names if old[name] != new[name]]


def names_of_changed(before: EditionWords, after: EditionWords, *, signed_only: bool = False) -> list[str]:
    """Which parts differ, without comparing them word by word."""
    old, new = parts_of(before), parts_of(after)
    return [name for name in (SIGNED if signed_only else LABELS) if old[name] != new[name]]


def _of_the_letter(letter: LetterWords | None) -> dict[str, str]:
    if letter is None:
        return dict.fromkeys(("subject", "header", "letter", "openings", "closing", "variants"), "")
    return {
        "subject": "\n".join([letter["subject"], *letter.get("subjects", [])]),
        "header": letter.get("header", ""),
        "letter": "\n".join([letter["text"], *letter["talking_points"], *letter.get("prompts", [])]).strip(),
        "openings": "\n\n".join(letter.get("openings", [])),
        "closing": letter["closing"],
        "variants": "\n\n".join(_of_a_variant(one) for one in letter.get("variants", [])),
    }


def _of_a_variant(variant: VariantWords) -> str:
    """With whom it is for, in the campaigner's own words."""
    rule = variant["rule"]
    whom = f"{'≠ ' if rule['negated'] else ''}{', '.join(rule['values'])}:"
    return "\n".join(
        part for part in (whom, variant["header"], variant["text"], variant["closing"], variant["excluded"]) if part
    )


def _of_the_thanks(thanks: ThanksWords) -> Iterator[str]:
    """As they are read: how they are set is no change of words."""
    yield thanks["headline"]
    yield strip_tags(thanks["html"].replace("</p>", "\n")).strip()
    yield from (thanks["mail_subject"], thanks["mail_text"])


def _of_the_form(words: EditionWords) -> Iterator[str]:
    yield from (text for text in (words["form_headline"], words["form_intro"], words["button"]) if text)
    for field in words["fields"]:
        yield f"{field['label']}{' *' if field['required'] else ''}"
    yield from map(_of_a_question, words.get("questions", ()))


def _of_a_question(question: QuestionWords) -> str:
    """With of whom it is asked, what can be chosen, and what helps to answer."""
    said = f"{question['text']}{' *' if question['required'] else ''}"
    return " / ".join([part for part in (_of_whom(question), said, question["help"]) if part] + question["options"])


def _of_whom(question: QuestionWords) -> str:
    """In signs, as other rules are: a box that decides has no answers to name."""
    only_if = question.get("only_if")
    return f"{only_if['key']} = {', '.join(only_if['answers']) or '✓'}" if only_if else ""
