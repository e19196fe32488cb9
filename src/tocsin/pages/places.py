"""Where things are changed: the address of each field on the edit screen of a page, and of the desk's other screens."""

from __future__ import annotations

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
    """The id of each field's panel, as Wagtail makes them up from the headings of the panels around it."""
    found: dict[str, str] = {}
    _gather(apps.get_model("pages", "ActionPage").get_edit_handler(), "panel", found)
    return found


def _gather(panel: Any, prefix: str, found: dict[str, str]) -> None:
    if name := getattr(panel, "field_name", ""):
        found[name] = f"{prefix}-section"
    children = getattr(panel, "children", [])
    for child, identifier in zip(children, getattr(panel, "child_identifiers", []), strict=False):
        _gather(child, f"{prefix}-child-{identifier}", found)


def place(name: str, campaign: Campaign) -> str:
    """The address of a screen by the name that a check gives: settings, pages, brand, target:12."""
    kind, _colon, number = name.partition(":")
    if kind == "target":
        return reverse("target:edit", args=[int(number)])
    if kind == "settings":
        return reverse("campaign:edit", args=[campaign.pk])
    if kind == "pages":
        return reverse("wagtailadmin_explore_root")
    if kind == "brand":
        return reverse("wagtailsettings:edit", args=["pages", "brandsettings"])
    return name
