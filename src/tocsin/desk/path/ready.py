"""What keeps a plan's drafts from being published, each with the screen on which it is mended."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.desk.path.forms import NAMES
from tocsin.pages.making import words_of
from tocsin.pages.models import ActionPage
from tocsin.pages.readiness import reasons_against_publishing

# The screen of the path that has this field of the page; all others are on the page's own edit screen.
STEP_OF = {
    **dict.fromkeys(("title", "demand", "hero_image", "hero_alt"), "demand"),
    **dict.fromkeys(("letter_subject", "letter_text", "letter_mode", "petition_text"), "words"),
    **dict.fromkeys(("details", "consents"), "rules"),
    "campaign": "who",
}
LEFT_OPEN = re.compile(r"\[[^\[\]{}\"\d][^\[\]{}\"]{3,}\]")
FILL_IN = _("There is still something in square brackets: %(words)s. Write what belongs there.")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that is still to be done. `step` is a screen of the path; without one, `url` leads where it is done."""

    said: str | Promise
    step: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A page in one language with what keeps it from being published."""

    page: ActionPage
    language: str | Promise
    reasons: list[Reason]


def drafts_with_reasons(pages: dict[str, ActionPage]) -> list[Draft]:
    newest = {language: page.get_latest_revision_as_object() for language, page in pages.items()}
    return [Draft(page, NAMES[language], list(_reasons(page))) for language, page in newest.items()]


def _reasons(page: ActionPage) -> Iterator[Reason]:
    if not page.demand.strip():
        yield Reason(_("Write what you demand, in one sentence."), "demand")
    for field, sentence in reasons_against_publishing(page):
        yield _led(page, field, " ".join(sentence.messages) if isinstance(sentence, ValidationError) else sentence)
    yield from _left_open(page)


def _led(page: ActionPage, field: str, sentence: str | Promise) -> Reason:
    if field == "title":  # who asks is said at the title, and mended in the brand
        return Reason(sentence, url=brand_url())
    if field in STEP_OF:
        return Reason(sentence, STEP_OF[field])
    return Reason(sentence, url=reverse("wagtailadmin_pages:edit", args=[page.pk]))


def _left_open(page: ActionPage) -> Iterator[Reason]:
    """What a model left to be filled in: one for each screen."""
    seen = set[str]()
    for field, words in words_of(page).items():
        found = LEFT_OPEN.search(words if isinstance(words, str) else json.dumps(words, ensure_ascii=False))
        step = STEP_OF.get(field, "")
        if found and step not in seen:
            seen.add(step)
            url = "" if step else reverse("wagtailadmin_pages:edit", args=[page.pk])
            yield Reason(FILL_IN % {"words": found.group()[:80]}, step, url)


def brand_url() -> str:
    return reverse("wagtailsettings:edit", args=["pages", "brandsettings"])
