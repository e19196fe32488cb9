"""The rooms of people's data, side by side: of the whole site, or of one campaign."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tocsin.campaigns.models import Campaign
from tocsin.desk.frame import Crumb, campaign_crumbs
from tocsin.desk.rights import (
    EXPORT_PEOPLE,
    FIND_PEOPLE,
    IMPORT_PEOPLE,
    OPEN_PERSONAL_DATA,
    SEE_CAMPAIGNS,
    may,
)


@dataclass(frozen=True, slots=True)
class Tab:
    url: str
    words: Promise
    here: bool


@dataclass(frozen=True, slots=True)
class _Room:
    name: str
    words: Promise
    right: tuple[str, ...]
    # In a campaign, and on the whole site: a right that suffices there, or None where there is no such room.
    in_campaign: tuple[str, ...] | None


ROOMS = (
    _Room("supporters", gettext_lazy("Supporters"), OPEN_PERSONAL_DATA, OPEN_PERSONAL_DATA),
    _Room("actions", gettext_lazy("Actions"), OPEN_PERSONAL_DATA, OPEN_PERSONAL_DATA),
    _Room("consents", gettext_lazy("Consents"), OPEN_PERSONAL_DATA, OPEN_PERSONAL_DATA),
    _Room("find_person", gettext_lazy("Find a person"), FIND_PEOPLE, None),
    _Room("exports", gettext_lazy("Exports"), EXPORT_PEOPLE, SEE_CAMPAIGNS),
    _Room("imports", gettext_lazy("Imports"), IMPORT_PEOPLE, None),
)


def data_tabs(request: HttpRequest, campaign: Campaign | None, here: str) -> list[Tab]:
    """The rooms that this person may enter."""
    found = []
    for room in ROOMS:
        right = room.in_campaign if campaign else room.right
        if right is not None and may(request.user, right, campaign):
            found.append(Tab(address(room.name, campaign), room.words, room.name == here))
    return found


def address(name: str, campaign: Campaign | None) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk]) if campaign else reverse(f"desk_{name}")


def data_crumbs(campaign: Campaign | None, above: str = "") -> list[Crumb]:
    """The way to a room of data; `above` is a room that stands between."""
    way = campaign_crumbs(campaign) if campaign else []
    if not campaign and above != "supporters":
        way = [(reverse("desk_data"), _("People’s data"))]
    named = {room.name: room.words for room in ROOMS}
    return [*way, (address(above, campaign), named[above])] if above else way
