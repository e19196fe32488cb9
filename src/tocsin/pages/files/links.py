"""How a file names a page of ours: by its campaign's short name, and by the language where that is another.

“this:” is a page of the campaign itself, so that files brought in under another short name lead to their own pages;
“home:” is a home page.
"""

from __future__ import annotations

from dataclasses import dataclass

from wagtail.models import Page

from tocsin.pages.making import home_in
from tocsin.pages.models import ActionPage, HomePage

HOME, THIS = "home:", "this:"


@dataclass(frozen=True, slots=True)
class Here:
    """The page that speaks: of which campaign, in which language."""

    short_name: str
    language: str

    def name_of(self, pk: int | None) -> str:
        """What another page is called from here; empty where it has no name that lasts."""
        page = Page.objects.filter(pk=pk or 0).first()
        found = page.specific if page else None
        if isinstance(found, HomePage):
            return self._in(found.locale.language_code, HOME)
        if not isinstance(found, ActionPage) or found.campaign is None:
            return ""
        short_name = found.campaign.slug
        return self._in(found.locale.language_code, THIS if short_name == self.short_name else short_name)

    def page_named(self, name: str) -> ActionPage | HomePage | None:
        """The page on this server that a file names: in its language, or else in any."""
        short_name, _slash, asked = name.partition("/")
        if short_name == HOME:
            return home_in(asked or self.language)
        wanted = self.short_name if short_name == THIS else short_name
        pages = ActionPage.objects.filter(campaign__slug=wanted).order_by("-live", "pk")
        found: ActionPage | None = pages.filter(locale__language_code=asked or self.language).first()
        return found if asked else found or pages.first()

    def _in(self, language: str, name: str) -> str:
        return name if language == self.language else f"{name}/{language}"
