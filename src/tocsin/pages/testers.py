"""What one person may do with one page: Wagtail's own tests, with the rights that roles give for its campaign."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.models import PagePermissionTester

from tocsin.campaigns.models import Campaign
from tocsin.staff.roles import Held, held_by

WITH_A_PAGE = ("change", "publish", "lock", "unlock")
WRITE_PAGES = "wagtailcore.change_page"


def acts_with_pages(held: Held, campaign_id: int | None) -> set[str]:
    return {act for act in WITH_A_PAGE if held.has(f"wagtailcore.{act}_page", campaign_id)}


def campaigns_one_may_write_for(person: Any) -> QuerySet[Campaign]:
    """What the edit screen offers. Whoever has only single campaigns cannot give a page to another."""
    if not person.is_active:
        return Campaign.objects.none()
    held = held_by(person)
    only_some = held.with_right(WRITE_PAGES) and not held.has(WRITE_PAGES) and not person.is_superuser
    return Campaign.objects.filter(pk__in=held.with_right(WRITE_PAGES)) if only_some else Campaign.objects.all()


class ActionPageTester(PagePermissionTester):
    """An action page belongs to its campaign. One that names none yet is its maker's."""

    def __init__(self, user: Any, page: Any) -> None:
        super().__init__(user, page)
        if not user.is_active or user.is_superuser:
            return
        held = held_by(user)
        self.permissions |= acts_with_pages(held, page.campaign_id)
        if page.campaign_id is None and page.owner_id == user.pk and held.with_right(WRITE_PAGES):
            self.permissions.add("change")


class HomePageTester(PagePermissionTester):
    """Below a home page everybody may write who writes for some campaign; the form asks which. The home page itself
    stays with those who write for all of them."""

    @property
    def _writes_for_a_campaign(self) -> bool:
        return bool(self.user.is_active and held_by(self.user).with_right(WRITE_PAGES))

    def can_add_subpage(self) -> bool:
        return bool(super().can_add_subpage() or self._writes_for_a_campaign)

    def can_publish_subpage(self) -> bool:
        return bool(super().can_publish_subpage() or self._writes_for_a_campaign)
