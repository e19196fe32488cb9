"""campaign.toml: name, kind, rules and dates, each as the form of a campaign would take it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tocsin.campaigns.models import Campaign, Kind, Targeting, TargetList
from tocsin.pages.files.notes import Notes
from tocsin.pages.files.read_blocks import unknown_key
from tocsin.pages.files.shape import CAMPAIGN, DATES, FORMAT, RULES
from tocsin.pages.files.values import Wrong, in_zone, value_for

TOP = ("format", "name", "short_name", "kind", "rules", "dates")
FIELDS = {"name": "name", "short_name": "slug", "kind": "kind"}


def read_campaign(table: dict[str, Any], short_name: str, notes: Notes) -> dict[str, Any] | None:
    """What the file says, by the names of CampaignFiles; None where something is wrong with it."""
    before = len(notes.problems)
    _check_format(table, notes)
    _check_keys(table, TOP, (), notes)
    said: dict[str, Any] = {name: _top(name, table, notes) for name in FIELDS}
    if short_name:
        said["short_name"] = short_name
    rules, dates = _inside(table, "rules", (*RULES, "target_list"), notes), _inside(table, "dates", DATES, notes)
    said["target_list"] = _list_name(rules, notes)
    said["rules"] = {name: _value(Campaign, name, rules, "rules", notes) for name in RULES}
    if len(notes.problems) > before:
        return None
    said["kind"] = Kind(said["kind"])
    said["dates"] = {name: _date(name, dates, said["rules"]["time_zone"], notes) for name in DATES}
    _check_together(said, notes)
    return said if len(notes.problems) == before else None


def _check_format(table: dict[str, Any], notes: Notes) -> None:
    found = table.get("format")
    if found is None:
        notes.wrong(
            CAMPAIGN, _("Its format is missing. Write format = %(format)s in its first line.") % {"format": FORMAT}
        )
    elif type(found) is not int or found != FORMAT:
        said = _(
            "Its format is %(found)s. This Tocsin reads format %(format)s: take one that is newer, or take it out anew."
        )
        notes.wrong(CAMPAIGN, said % {"found": str(found)[:20], "format": FORMAT}, ("format",))


def _check_keys(table: dict[str, Any], known: tuple[str, ...], path: tuple[str, ...], notes: Notes) -> None:
    for name in sorted(table.keys() - set(known)):
        notes.wrong(CAMPAIGN, unknown_key(name), (*path, name))


def _top(name: str, table: dict[str, Any], notes: Notes) -> Any:
    if table.get(name, "") == "":
        notes.wrong(CAMPAIGN, _("“%(name)s” is missing.") % {"name": name}, (name,))
        return None
    try:
        return value_for(Campaign._meta.get_field(FIELDS[name]), table[name])
    except Wrong as wrong:
        notes.wrong(CAMPAIGN, str(wrong), (name,))
    return None


def _inside(table: dict[str, Any], name: str, known: tuple[str, ...], notes: Notes) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        notes.wrong(
            CAMPAIGN,
            _("This is a part of its own: write [%(name)s], and below it what it says.") % {"name": name},
            (name,),
        )
        return {}
    _check_keys(found, known, (name,), notes)
    return found


def _value(model: Any, name: str, table: dict[str, Any], where: str, notes: Notes) -> Any:
    """What the file says, or what is usual."""
    field = model._meta.get_field(name)
    if name not in table:
        return field.get_default()
    try:
        return value_for(field, table[name])
    except Wrong as wrong:
        notes.wrong(CAMPAIGN, str(wrong), (where, name))
    return None


def _date(name: str, dates: dict[str, Any], zone: str, notes: Notes) -> datetime | None:
    at = _value(Campaign, name, dates, "dates", notes)
    return in_zone(at, zone) if at else None


def _list_name(rules: dict[str, Any], notes: Notes) -> str:
    try:
        return str(value_for(TargetList._meta.get_field("name"), rules.get("target_list", "")))
    except Wrong as wrong:
        notes.wrong(CAMPAIGN, str(wrong), ("rules", "target_list"))
    return ""


def _check_together(said: dict[str, Any], notes: Notes) -> None:
    """What does not go together, as the form of a campaign says it."""
    targeting = said["rules"]["targeting"]
    by_list = targeting in {Targeting.ANSWER, Targeting.POSTAL_CODE}
    if said["kind"] == Kind.PETITION and targeting != Targeting.FIXED:
        sentence = _("A petition is signed, not sent. Choose “the same for everybody”.")
        notes.wrong(CAMPAIGN, sentence, ("rules", "targeting"))
    elif by_list and not said["target_list"]:
        notes.wrong(CAMPAIGN, _("Choose the list in which the right target is looked for."), ("rules", "targeting"))
    for wanted, name in ((Targeting.ANSWER, "matched_by"), (Targeting.POSTAL_CODE, "provider")):
        if targeting == wanted and not said["rules"][name]:
            notes.wrong(CAMPAIGN, _("Choose one, so that each letter finds its target."), ("rules", name))
    try:
        Campaign(**said["dates"]).clean()
    except ValidationError as wrong:
        notes.wrong(CAMPAIGN, " ".join(wrong.messages), ("dates", "closes_at"))
