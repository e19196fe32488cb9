"""The other wording of a page that is being tried: which parts may differ, how they are put in, and how they stay."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Kind
from tocsin.campaigns.words import EditionWords
from tocsin.lib.plaintext import many_lines, one_line

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage

type Other = dict[str, Any]
BETWEEN_OPENINGS = "\n---\n"


@dataclass(frozen=True, slots=True)
class Part:
    """Words of a page that can be tried in another wording. `name` is the page's field; `path` leads to them in an
    edition. `kind` is set where only that kind of campaign has it."""

    name: str
    label: Promise
    path: tuple[str, ...]
    most: int
    lines: int = 1
    kind: str = ""
    is_list: bool = False

    def read(self, words: EditionWords) -> str:
        """As a campaigner writes it."""
        found: Any = words
        for key in self.path:
            found = (found or {}).get(key)
        return self.typed(found)

    def typed(self, value: Any) -> str:
        return BETWEEN_OPENINGS.join(value or []) if self.is_list else str(value or "")

    def tidy(self, typed: str) -> Any:
        """As an edition has it."""
        if self.is_list:
            return [text for one in many_lines(typed).split(BETWEEN_OPENINGS) if (text := one.strip())]
        return one_line(typed) if self.lines == 1 else many_lines(typed)


PARTS = (
    Part("title", _("Title"), ("title",), 160),
    Part("demand", _("Demand"), ("demand",), 250, 2),
    Part("form_headline", _("Headline of the form"), ("form_headline",), 160),
    Part("form_intro", _("Introduction to the form"), ("form_intro",), 2000, 3),
    Part("button", _("Button"), ("button",), 60),
    Part("letter_subject", _("Subject of the letter"), ("letter", "subject"), 150, kind=Kind.LETTER),
    Part("letter_text", _("Letter"), ("letter", "text"), 8000, 10, kind=Kind.LETTER),
    Part("openings", _("Openings of the letter"), ("letter", "openings"), 8000, 8, Kind.LETTER, is_list=True),
    Part("petition_text", _("Petition"), ("petition_text",), 8000, 8, Kind.PETITION),
    Part("share_text", _("What people send to friends"), ("share", "text"), 250, 2),
)


def parts_of(words: EditionWords) -> list[Part]:
    """The parts that this page has."""
    return [part for part in PARTS if part.kind in {"", words["kind"]}]


def with_other_words(words: EditionWords, other: Other) -> EditionWords:
    """The words of wording B: those of the page, with what differs put in."""
    changed = deepcopy(words)
    for part in parts_of(words):
        if part.name in other:
            _put(changed, part.path, other[part.name])
    return changed


def _put(words: Any, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        words = words[key]
    words[path[-1]] = value


def take_over(page: ActionPage, other: Other, user: Any) -> None:
    """Wording B becomes the page's own, as if somebody had typed it in and published."""
    for part in PARTS:
        if part.name in other:
            words = other[part.name]
            setattr(page, part.name, [("opening", text) for text in words] if part.is_list else words)
    page.save_revision(user=user).publish(user=user)
