"""What to look at before publishing, of a campaign with all its pages, or of one page.

What must be mended is what publishing itself refuses (pages/readiness.py). All else is advice and keeps nobody from
publishing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign
from tocsin.pages.places import edit_url, place, right_at
from tocsin.pages.preflight_campaign import CAMPAIGN_CHECKS, language_name
from tocsin.pages.preflight_lines import Check, Group, Level, Line, Preflight
from tocsin.pages.preflight_page import PAGE_CHECKS

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def preflight(campaign: Campaign, pages: Sequence[ActionPage]) -> Preflight:
    """Of the campaign and of each of its pages, which are those of `drafts_of`."""
    groups = [Group(_("The campaign"), list(_campaign_lines(campaign, pages)))]
    groups += [Group(language_name(page.locale.language_code), page_lines(page)) for page in pages]
    return Preflight(groups)


def drafts_of(campaign: Campaign) -> list[ActionPage]:
    """The campaign's pages with what was saved last, published or not, in the order of the languages."""
    rows = campaign.action_pages.select_related("locale", "latest_revision").order_by("locale__language_code", "pk")
    drafts = [row.get_latest_revision_as_object() for row in rows]
    for draft in drafts:
        draft.campaign = campaign if draft.campaign_id == campaign.pk else draft.campaign
    return drafts


def page_lines(page: ActionPage) -> list[Line]:
    return list(_lines(PAGE_CHECKS, page, page.campaign, about=page))


def _campaign_lines(campaign: Campaign, pages: Sequence[ActionPage]) -> Iterator[Line]:
    yield from _lines(CAMPAIGN_CHECKS, campaign, pages)


def _lines(checks: Iterable[Check], *looked_at: Any, about: ActionPage | None = None) -> Iterator[Line]:
    for check in checks:
        found = list(check.remarks(*looked_at))
        for one in found:
            yield Line(one.level, one.said, _where(one.field, one.url, looked_at, about), right_at(one.url))
        if not found:
            yield Line(Level.WELL, check.well)


def _where(field: str, url: str, looked_at: Sequence[Any], about: ActionPage | None) -> str:
    if about is not None and not url:
        return edit_url(about, field)
    campaign = about.campaign if about is not None else looked_at[0]
    return place(url, campaign) if url and campaign is not None else url
