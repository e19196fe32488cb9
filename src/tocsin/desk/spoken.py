"""A campaign's page in each language: live, changed since, a draft, in review, or missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign, Edition
from tocsin.pages.making import home_in, pages_by_language
from tocsin.pages.models import ActionPage


@dataclass(frozen=True, slots=True)
class PageInLanguage:
    """`page` is None where there is none; `edition` where it was never published."""

    code: str
    language: str | Promise
    page: ActionPage | None
    edition: Edition | None
    may_edit: bool
    may_write: bool

    @property
    def live(self) -> bool:
        return self.page is not None and self.page.live

    @property
    def standing(self) -> str:
        """What stands beside its name; empty for a live page without a newer draft."""
        if self.page is None:
            return _("missing")
        if self.page.current_workflow_state is not None:
            return _("in review")
        if not self.page.live:
            return _("draft")
        return _("live, with changes not published yet") if self.page.has_unpublished_changes else _("live")

    @property
    def write_it(self) -> str:
        """The words of the button that begins it."""
        return WRITE_IT[self.code]() if self.code in WRITE_IT else _("Write it in this language")


# A sentence for each language: no other way of joining them is right in every language.
WRITE_IT = {"en": lambda: _("Write it in English"), "fr": lambda: _("Write it in French")}


def published_among(campaigns: Iterable[Campaign]) -> set[int]:
    """The numbers of those with a page that everybody can read."""
    pages = ActionPage.objects.filter(campaign__in=[campaign.pk for campaign in campaigns], live=True)
    return set(pages.order_by().values_list("campaign", flat=True))


def pages_of(campaign: Campaign, person: Any) -> list[PageInLanguage]:
    """One for each language that this installation speaks."""
    pages = pages_by_language(campaign)
    return [_in_language(campaign, code, name, pages.get(code), person) for code, name in settings.LANGUAGES]


def _in_language(
    campaign: Campaign, code: str, name: str | Promise, page: ActionPage | None, person: Any
) -> PageInLanguage:
    edition = Edition.objects.current(campaign, code)
    may_edit = page is not None and bool(page.permissions_for_user(person).can_edit())
    home = home_in(code) if page is None else None
    may_write = home is not None and bool(home.permissions_for_user(person).can_add_subpage())
    return PageInLanguage(code, name, page, edition, may_edit, may_write)
