"""The rooms of a campaign: which screens it has, in the order of the bar above each of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tocsin.campaigns.models import Campaign, Kind
from tocsin.desk.rights import CHANGE_CAMPAIGNS, OPEN_PERSONAL_DATA, SEE_CAMPAIGNS, may


@dataclass(frozen=True, slots=True)
class Room:
    """One way on from every screen of a campaign. `also` are screens that stand inside it."""

    name: str
    words: Promise
    right: tuple[str, ...]
    also: tuple[str, ...] = ()
    for_letters_only: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """A room as the bar shows it to one person."""

    url: str
    words: Promise
    here: bool


ROOMS: list[Room] = [
    Room("hub", _("Overview"), SEE_CAMPAIGNS, ("begun", "keep_as_model")),
    Room("numbers", _("Numbers"), SEE_CAMPAIGNS),
    Room("letters", _("Letters"), SEE_CAMPAIGNS, ("letter", "letter_words", "alike", "steer", "control"), True),
    Room("targets", _("Targets"), SEE_CAMPAIGNS, ("target_proof",), True),
    Room("supporters", _("Supporters"), OPEN_PERSONAL_DATA, ("actions", "consents", "person")),
    Room("moderation", _("Moderation"), SEE_CAMPAIGNS, ("opened", "decide", "sets", "proposed_set")),
    Room("ledger", _("Ledger"), SEE_CAMPAIGNS, ("ledger_sheets",)),
    Room("preflight", _("Before publishing"), SEE_CAMPAIGNS, ("look", "try_it")),
    Room("editions", _("Editions"), SEE_CAMPAIGNS, ("edition", "compare", "changed_words")),
    Room("trials", _("Trials"), SEE_CAMPAIGNS, ("trial", "new_trial")),
    Room("hand_ins", _("Hand-ins"), SEE_CAMPAIGNS, ("hand_in", "new_hand_in"), True),
    Room("exports", _("Exports"), SEE_CAMPAIGNS, ("new_export",)),
    Room("updates", _("Updates"), SEE_CAMPAIGNS, ("new_update", "edit_update", "update", "update_send")),
    Room("edit", _("Settings"), CHANGE_CAMPAIGNS),
]


def doors_of(request: HttpRequest, campaign: Campaign) -> list[Door]:
    """The rooms that this person may enter, and which of them they are in."""
    here = request.resolver_match.url_name if request.resolver_match else None
    return [
        Door(reverse(f"campaign:{room.name}", args=[campaign.pk]), room.words, here in (room.name, *room.also))
        for room in ROOMS
        if may(request.user, room.right, campaign) and not (room.for_letters_only and campaign.kind != Kind.LETTER)
    ]
