"""The rooms of people's data on the whole site, side by side. Those of one campaign stand in its own bar (rooms.py)."""

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
    may,
)


@dataclass(frozen=True, slots=True)
class Tab:
    url: str
    words: Promise
    here: bool


@dataclass(frozen=True, slots=True)
class _Room:
    """Both rights are needed, each one of several."""

    name: str
    words: Promise
    right: tuple[str, ...]
    also: tuple[str, ...] = ()


ROOMS = (
    _Room("supporters", gettext_lazy("Supporters"), OPEN_PERSONAL_DATA, FIND_PEOPLE),
    _Room("actions", gettext_lazy("Actions"), OPEN_PERSONAL_DATA, FIND_PEOPLE),
    _Room("consents", gettext_lazy("Consents"), OPEN_PERSONAL_DATA, FIND_PEOPLE),
    _Room("find_person", gettext_lazy("Find a person"), FIND_PEOPLE),
    _Room("exports", gettext_lazy("Exports"), EXPORT_PEOPLE),
    _Room("imports", gettext_lazy("Imports"), IMPORT_PEOPLE),
)


def data_tabs(request: HttpRequest, campaign: Campaign | None, here: str) -> list[Tab]:
    """The rooms that this person may enter; none in a campaign."""
    if campaign is not None:
        return []
    mine = [room for room in ROOMS if may(request.user, room.right) and may(request.user, room.also or room.right)]
    return [Tab(address(room.name, None), room.words, room.name == here) for room in mine]


def address(name: str, campaign: Campaign | None) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk]) if campaign else reverse(f"desk_{name}")


def data_crumbs(campaign: Campaign | None, above: str = "") -> list[Crumb]:
    """The way to a room of data; `above` is a room that stands between."""
    way = campaign_crumbs(campaign) if campaign else []
    if not campaign and above != "supporters":
        way = [(reverse("desk_data"), _("People’s data"))]
    named = {room.name: room.words for room in ROOMS}
    return [*way, (address(above, campaign), named[above])] if above else way
