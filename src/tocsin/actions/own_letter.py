"""A letter that its writer carries themselves: whole, as they send or print it. Nothing is stored.

It has no line of ours below it: it is not we who carry it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tocsin.actions.addressees import Addressee, NoTarget, TargetIsGone, addressees_of
from tocsin.actions.letters import Sheet, full_name, sheet_for, whereabouts
from tocsin.actions.way_contract import DIVISION
from tocsin.campaigns.models import Edition

# Longer links are cut off by some mail programs: then it is better to copy the letter.
LONGEST_LINK = 2000


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
    if edition.words["letter"] is None:
        return []
    # The division was looked up at the form, and came along with it.
    to = _known(edition, act)
    if not to:
        return [_letter(edition, act, None, sheet_for(edition.words, act) or Sheet("", "", ""))]
    return [_letter(edition, act, one, sheet) for one in to if (sheet := sheet_for(edition.words, act, one))]


def _known(edition: Edition, act: dict[str, Any]) -> list[Addressee]:
    try:
        return addressees_of(edition, act, str(act.get(DIVISION, "")))
    except (NoTarget, TargetIsGone):
        return []


def _letter(edition: Edition, act: dict[str, Any], to: Addressee | None, sheet: Sheet) -> OwnLetter:
    return OwnLetter(
        name=to.name if to else "",
        email=to.target.email if to else "",
        postal_address=to.target.postal_address if to else "",
        subject=str(act.get("subject", "")),
        text=_text(edition, act, to, sheet),
    )


def _text(edition: Edition, act: dict[str, Any], to: Addressee | None, sheet: Sheet) -> str:
    signature = [sheet.closing, full_name(act), *whereabouts(act, edition.language), str(act["email"])]
    parts = (to.greeting if to else "", sheet.header, sheet.body, "\n".join(line for line in signature if line))
    return "\n\n".join(part for part in parts if part) + "\n"
