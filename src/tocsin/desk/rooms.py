"""The rooms of a campaign: which screens it has, and the bar above each of them, in two short rows.

The first row are groups of rooms, the second the rooms of the group that somebody is in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Kind
from tocsin.desk.rights import CHANGE_CAMPAIGNS, FIND_PEOPLE, SEE_CAMPAIGNS, may


@dataclass(frozen=True, slots=True)
class Room:
    """`also` are screens that stand inside it, also those that a form with a fault is shown on again."""

    name: str
    words: Promise
    right: tuple[str, ...] = SEE_CAMPAIGNS
    also: tuple[str, ...] = ()
    for_letters_only: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    words: Promise
    rooms: tuple[Room, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """A room, or a group by its first room, as the bar shows it to one person."""

    url: str
    words: Promise
    here: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """`inside` are the rooms of the group `here`, where it has several."""

    groups: list[Door]
    here: Promise | None
    inside: list[Door]


OF_LETTERS = ("letter", "letter_words", "letter_step", "letters_find", "alike", "steer", "control")
GROUPS: list[Group] = [
    Group(_("Overview"), (Room("hub", _("Overview"), also=("begun", "keep_as_model")),)),
    Group(
        _("Numbers"),
        (
            Room("numbers", _("Numbers")),
            Room("ledger", _("Ledger"), also=("ledger_sheets",)),
            Room("moderation", _("Moderation"), also=("opened", "decide", "sets", "proposed_set")),
        ),
    ),
    Group(
        _("Letters"),
        (
            Room("letters", _("Letters"), SEE_CAMPAIGNS, OF_LETTERS, True),
            Room("targets", _("Targets"), SEE_CAMPAIGNS, ("target_proof", "target_control"), True),
            Room("hand_ins", _("Hand-ins"), SEE_CAMPAIGNS, ("hand_in", "new_hand_in", "hand_in_over"), True),
        ),
    ),
    Group(
        _("Pages"),
        (
            Room("preflight", _("Before publishing"), also=("look", "try_it")),
            Room("editions", _("Editions"), also=("edition", "compare", "changed_words")),
            Room("trials", _("Trials"), also=("trial", "new_trial")),
            Room("mailing_links", _("Links for mailings")),
        ),
    ),
    Group(
        _("Supporters"),
        (
            Room("supporters", _("Supporters"), FIND_PEOPLE, ("person",)),
            Room("actions", _("Actions"), FIND_PEOPLE),
            Room("consents", _("Consents"), FIND_PEOPLE),
            Room("updates", _("Updates"), also=("new_update", "edit_update", "update", "update_send")),
            Room("exports", _("Exports"), also=("new_export", "desk_export")),
        ),
    ),
    Group(_("Settings"), (Room("edit", _("Settings"), CHANGE_CAMPAIGNS),)),
]


def bar_of(request: HttpRequest, campaign: Campaign) -> Bar:
    """The rooms that this person may enter, and which of them they are in."""
    found = [(group.words, doors) for group in GROUPS if (doors := _doors(request, campaign, group))]
    groups = [Door(doors[0].url, words, any(door.here for door in doors)) for words, doors in found]
    here, inside = next(((words, doors) for words, doors in found if any(door.here for door in doors)), (None, []))
    return Bar(groups, here, inside if len(inside) > 1 else [])


def _doors(request: HttpRequest, campaign: Campaign, group: Group) -> list[Door]:
    here = request.resolver_match.url_name if request.resolver_match else None
    return [
        Door(reverse(f"campaign:{room.name}", args=[campaign.pk]), room.words, here in (room.name, *room.also))
        for room in group.rooms
        if may(request.user, room.right, campaign) and not (room.for_letters_only and campaign.kind != Kind.LETTER)
    ]
