"""A letter that its writer carries themselves: whole, as they send or print it. Nothing is stored.

It has no line of ours below it: it is not we who carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tocsin.actions.finding import find_recipients, said_of
from tocsin.actions.letter_contract import TURN
from tocsin.actions.letters import full_name, whereabouts
from tocsin.actions.way_contract import DIVISION
from tocsin.campaigns.models import Edition, Target
from tocsin.campaigns.offers import text_offered
from tocsin.campaigns.variants import attributes_of, variant_for
from tocsin.campaigns.words import EditionWords, LetterWords, TargetSaid, VariantWords
from tocsin.lib.merging import resolved

# Longer links are cut off by some mail programs: then it is better to copy the letter.
LONGEST_LINK = 2000


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom one letter is for."""

    said: TargetSaid
    target: Target
    office: str
    variant: VariantWords | None
    riding: str = ""


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """One letter to one target. `name` is empty where nobody knows yet who it is for."""

    name: str
    email: str
    postal_address: str
    subject: str
    text: str

    @property
    def link(self) -> str:
        """A mailto: link with all of it (RFC 6068)."""
        return f"{self.link_without_text}&body={quote(self.text.replace('\n', '\r\n'), safe='')}"

    @property
    def link_without_text(self) -> str:
        return f"mailto:{quote(self.email, safe='@')}?subject={quote(self.subject, safe='')}"

    @property
    def fits_in_a_link(self) -> bool:
        return len(self.link) <= LONGEST_LINK


def own_letters(edition: Edition, act: dict[str, Any]) -> list[OwnLetter]:
    """A letter to each target of whoever wrote `act`, which the contract has read; one to nobody if none is known."""
    words, letter = edition.words, edition.words["letter"]
    if letter is None:
        return []
    to = _addressees(words, letter, act)
    return [_letter(words, letter, act, one) for one in to] or [_letter(words, letter, act, None)]


# ── whom it is for ──────────────────────────────────────────────────────────────────────────────────────────────
def _addressees(words: EditionWords, letter: LetterWords, act: dict[str, Any]) -> list[Addressee]:
    targeting = words.get("targeting")
    if targeting is None:
        rows = Target.objects.filter(pk__in=[said["id"] for said in words["targets"]])
        return _addressed(words, letter, rows.prefetch_related("in_words").order_by("pk"))
    if targeting["by"] == "postal":
        return _representatives(words, act)
    answer = str(act.get(targeting["field"], ""))
    rows = Target.objects.filter(
        memberships__target_list=targeting["target_list"], memberships__match__iexact=answer, status="active"
    )
    return _addressed(words, letter, rows.prefetch_related("in_words").order_by("pk"), match=answer)


def _addressed(words: EditionWords, letter: LetterWords, targets: Any, *, match: str = "") -> list[Addressee]:
    language = words["language"]
    return [
        Addressee(
            said_of(target, language),
            target,
            target.words(language).office,
            variant_for(letter, attributes_of(target, match=match)),
        )
        for target in targets
    ]


def _representatives(words: EditionWords, act: dict[str, Any]) -> list[Addressee]:
    """Whoever stands for the division that was found and sent along; nobody while it is not known."""
    division = str(act.get(DIVISION, ""))
    found = find_recipients(words, str(act.get("postal_code", "")), chosen=division)
    one = next((recipient for recipient in found.recipients if recipient.place.division == division), None)
    if one is None or one.said is None:
        return []
    target = Target.objects.get(pk=one.said["id"])
    return [Addressee(one.said, target, one.office, one.variant, one.place.name)]


# ── what it says ────────────────────────────────────────────────────────────────────────────────────────────────
def _letter(words: EditionWords, letter: LetterWords, act: dict[str, Any], to: Addressee | None) -> OwnLetter:
    return OwnLetter(
        name=to.said["name"] if to else "",
        email=to.target.email if to else "",
        postal_address=to.target.postal_address if to else "",
        subject=str(act.get("subject", "")),
        text=_text(words, letter, act, to),
    )


def _text(words: EditionWords, letter: LetterWords, act: dict[str, Any], to: Addressee | None) -> str:
    variant, values = to.variant if to else None, _values(act, to)
    header = (variant and variant["header"]) or letter.get("header", "")
    closing = (variant and variant["closing"]) or letter["closing"]
    signature = [resolved(closing, values), full_name(act), *whereabouts(act, words["language"]), str(act["email"])]
    parts = [
        to.said["greeting"] if to else "",
        resolved(header, values),
        _body(letter, variant, act),
        *act.get("prompts", ()),
        "\n".join(line for line in signature if line),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _body(letter: LetterWords, variant: VariantWords | None, act: dict[str, Any]) -> str:
    """Their own text; or, if they left it as it was offered, the one that is meant for this target."""
    if variant and variant["text"] and not act.get("own_words"):
        return text_offered(letter, int(act.get(TURN, 0)), variant["text"])
    return str(act.get("text", ""))


def _values(act: dict[str, Any], to: Addressee | None) -> dict[str, str]:
    known = {"name": full_name(act), "city": str(act.get("city", "")), "postal_code": str(act.get("postal_code", ""))}
    if to is None:
        return known
    return known | {"riding": to.riding, "target": to.said["name"], "office": to.office}
