"""What Wagtail asks about pages and pictures, answered from people's roles.

A role for one campaign opens that campaign's pages and no others. Wagtail's own groups go on working beside it; the
roles need none, so there is nothing that could fall out of step with them. (docs/decisions/0024-roles.md)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wagtail.models import Collection, Page
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy
from wagtail.permission_policies.pages import PagePermissionPolicy

from tocsin.pages.models import ActionPage
from tocsin.pages.testers import WITH_A_PAGE, WRITE_PAGES, acts_with_pages
from tocsin.staff.roles import Held, held_by

DEPTH_OF_HOMES = 2
BELOW_HOME = ("add", *WITH_A_PAGE)
WITH_ANY_PICTURE = ("choose", "add", "change")
WITH_OWN_PICTURES = ("choose", "add")


@dataclass(frozen=True, slots=True)
class Codename:
    """The one thing that Wagtail reads of a permission."""

    codename: str


@dataclass(frozen=True, slots=True)
class PageGrant:
    """One right at one place of the tree and below, in the names of Wagtail's own rows."""

    page: Any
    permission: Codename

    @property
    def page_id(self) -> int:
        return int(self.page.pk)


@dataclass(frozen=True, slots=True)
class PictureGrant:
    collection: Any
    permission: Codename

    @property
    def collection_id(self) -> int:
        return int(self.collection.pk)


class PagesByRole(PagePermissionPolicy):
    """Wagtail's own, with the rights that roles give beside those of groups."""

    def get_all_permissions_for_user(self, user: Any) -> list[Any]:
        by_groups = list(super().get_all_permissions_for_user(user))
        if not user.is_active or user.is_superuser:
            return by_groups
        held = held_by(user)
        return [*by_groups, *_below_the_homes(held), *_of_campaigns(held)]

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        """The page knows best: its campaign may be another than the tree says."""
        if not user.is_active or user.is_superuser:
            return bool(user.is_active)
        tester = instance.permissions_for_user(user)
        return bool(set(actions) & tester.permissions) or ("change" in actions and tester.can_edit())

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return bool(super().user_has_any_permission(user, actions) or _writes_for_a_campaign(user))

    def instances_with_direct_explore_permission(self, user: Any) -> list[Any]:
        """What the explorer begins with: whoever writes for a campaign comes in by the home pages."""
        found = list(super().instances_with_direct_explore_permission(user))
        return [*found, *_homes()] if _writes_for_a_campaign(user) else found

    def explorable_instances(self, user: Any) -> Any:
        found = super().explorable_instances(user)
        way_in = Page.objects.filter(depth__lte=DEPTH_OF_HOMES)
        return found | way_in if _writes_for_a_campaign(user) else found


def _writes_for_a_campaign(user: Any) -> bool:
    return bool(user.is_active and not user.is_superuser and held_by(user).with_right(WRITE_PAGES))


def _homes() -> Any:
    return Page.objects.filter(depth=DEPTH_OF_HOMES)


def _below_the_homes(held: Held) -> list[PageGrant]:
    """Of whoever writes for all campaigns. Home pages themselves are made by `tocsin begin`."""
    acts = [act for act in BELOW_HOME if held.has(f"wagtailcore.{act}_page")]
    homes = _homes() if acts else []
    return [PageGrant(home, Codename(f"{act}_page")) for home in homes for act in acts]


def _of_campaigns(held: Held) -> list[PageGrant]:
    numbers = held.with_right(WRITE_PAGES)
    pages = ActionPage.objects.filter(campaign__in=numbers) if numbers else []
    return [
        PageGrant(page, Codename(f"{act}_page")) for page in pages for act in acts_with_pages(held, page.campaign_id)
    ]


class PicturesByRole(CollectionOwnershipPermissionPolicy):
    """Whoever writes pages may choose and add pictures; those of others are changed by whoever writes for all."""

    def get_all_permissions_for_user(self, user: Any) -> list[Any]:
        by_groups = list(super().get_all_permissions_for_user(user))
        if not user.is_active or user.is_superuser:
            return by_groups
        held = held_by(user)
        acts = [act for act in WITH_ANY_PICTURE if held.has(f"wagtailimages.{act}_image")]
        if not acts and held.with_right(WRITE_PAGES):
            acts = list(WITH_OWN_PICTURES)
        root = Collection.get_first_root_node() if acts else None
        return [*by_groups, *(PictureGrant(root, Codename(f"{act}_image")) for act in acts if root)]
