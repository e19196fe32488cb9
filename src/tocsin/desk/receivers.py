"""Who gets a campaign's letters, for its hub: the targets or the list, and whether its look-up can answer."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign, Kind, Provider, Target, Targeting, TargetList
from tocsin.campaigns.targeting.boundaries import what_is_missing
from tocsin.campaigns.targeting.health import away_since_failing
from tocsin.campaigns.targeting.tables import nothing_to_look_up_in

TARGETS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Receivers:
    """`targets` are the first of `number`; `trouble` says, as sentences, what keeps letters from finding theirs."""

    targets: list[Target]
    number: int
    target_list: TargetList | None
    trouble: list[str]

    @property
    def further(self) -> int:
        return self.number - len(self.targets)


def receivers_of(campaign: Campaign, *, may_load: bool) -> Receivers:
    """`may_load`: whether whoever reads it may load a table of postal codes."""
    if campaign.targeting == Targeting.FIXED or campaign.kind == Kind.PETITION:
        found = campaign.targets.all()
        number = found.count()
        return Receivers(list(found[:TARGETS_SHOWN]), number, None, _trouble_with(campaign, number, may_load=may_load))
    number = campaign.target_list.members.values("target").distinct().count() if campaign.target_list else 0
    return Receivers([], number, campaign.target_list, _trouble_with(campaign, number, may_load=may_load))


def _trouble_with(campaign: Campaign, number: int, *, may_load: bool) -> list[str]:
    if campaign.kind == Kind.PETITION:
        return []
    if campaign.targeting == Targeting.FIXED:
        return _trouble_without_targets(number)
    empty = _("Its list of targets is empty, so its letters have nowhere to go. Import a file or add targets.")
    said = [] if number or campaign.list_fills_itself() else [empty]
    if campaign.targeting != Targeting.POSTAL_CODE:
        return said
    return said + _trouble_at(campaign.provider, may_load=may_load)


def _trouble_without_targets(number: int) -> list[str]:
    said = _("It has no target yet, so its letters have nowhere to go. Choose one in its settings.")
    return [] if number else [said]


def _trouble_at(provider: str, *, may_load: bool) -> list[str]:
    """What keeps a look-up from answering. Actions are taken all the same, and their letters wait."""
    if provider == Provider.TABLE and nothing_to_look_up_in():
        return [_trouble_without_table(may_load=may_load)]
    missing = what_is_missing(settings.TOCSIN_BOUNDARIES) if provider == Provider.BOUNDARIES else ""
    if missing:
        return [
            _("The map of postal codes lacks %(what)s, so letters wait. Tell the server's operator.")
            % {"what": missing}
        ]
    return _trouble_at_represent() if provider == Provider.REPRESENT else []


def _trouble_without_table(*, may_load: bool) -> str:
    if may_load:
        return _("There is no table of postal codes, so letters wait. Load one under “Settings”, “Postal codes”.")
    return _("There is no table of postal codes, so letters wait.")


def _trouble_at_represent() -> list[str]:
    health = away_since_failing(Provider.REPRESENT)
    if health is None or health.away_until is None:
        return []
    when = date_format(localtime(health.away_until), "H:i")
    return [
        _("Represent does not answer now and is asked again at %(when)s. What people send is kept; letters wait.")
        % {"when": when}
    ]
