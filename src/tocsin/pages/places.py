"""Where things are changed: the address of each field on the edit screen of a page, and of the desk's other screens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.urls import reverse

from tocsin.campaigns.models import Campaign

if TYPE_CHECKING:
    from tocsin.pages.models import ActionPage


def edit_url(page: ActionPage, field: str = "") -> str:
    """The edit screen, at the panel of a field. A page that is not kept yet has none."""
    if not page.pk:
        return ""
    anchor = _anchors().get(field, "") if field else ""
    return reverse("wagtailadmin_pages:edit", args=[page.pk]) + (f"#{anchor}" if anchor else "")


@cache
def _anchors() -> dict[str, str]:
    """The id of each field's panel, as Wagtail makes it up from the headings. A link to it opens the tab."""
    screen = apps.get_model("pages", "ActionPage").get_edit_handler()
    return {
        field: f"panel-child-{tab_id}-{panel_id}-section"
        for tab, tab_id in zip(screen.children, screen.child_identifiers, strict=True)
        for panel, panel_id in zip(tab.children, tab.child_identifiers, strict=True)
        for field in _fields_in(panel)
    }


def _fields_in(panel: Any) -> Iterator[str]:
    if name := getattr(panel, "field_name", ""):
        yield name
    for child in getattr(panel, "children", []):
        yield from _fields_in(child)


# Who may go there; to the others everybody goes who may change the campaign.
RIGHTS = {
    "target": "campaigns.change_target",
    "postal_codes": "campaigns.change_targetlist",
    "brand": "pages.change_brandsettings",
}


def right_at(name: str) -> str:
    """The right that a screen asks for, by the name that a check gives."""
    return RIGHTS.get(name.partition(":")[0], "")


def place(name: str, campaign: Campaign) -> str:
    """The address of a screen by the name that a check gives: settings, pages, brand, postal_codes,
    target:12."""
    kind, _colon, number = name.partition(":")
    if kind == "target":
        return reverse("target:edit", args=[int(number)])
    if kind == "settings":
        return reverse("campaign:edit", args=[campaign.pk])
    if kind == "pages":
        return reverse("wagtailadmin_explore_root")
    if kind == "postal_codes":
        return reverse("desk_postal_codes")
    if kind == "brand":
        return reverse("wagtailsettings:edit", args=["pages", "brandsettings"])
    return name
