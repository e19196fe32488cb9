"""Who in a list gets a person's letter: by the division they live in, or by an answer. Only who is in office."""

from __future__ import annotations

from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast

from tocsin.campaigns.models import ListMember, LookUpMemory, Target, TargetList
from tocsin.campaigns.targeting.names import plain_name, same_name
from tocsin.campaigns.targeting.tables import names_of
from tocsin.lib.places import PROVINCES, countries_in


def current(target: Target) -> Target:
    """The target itself, or whoever follows one that is no longer in office, and so on; never in a circle.

    Where nobody who follows is in office, it is the target itself: its letters wait.
    """
    seen, now = {target.pk}, target
    while now.status == Target.Status.AWAY and now.successor is not None and now.successor.pk not in seen:
        now = now.successor
        seen.add(now.pk)
    return now if now.in_office else target


def follow_in_a_circle(target: Target, successor: Target) -> bool:
    """Whether whoever would follow this target is followed by it, perhaps by way of others."""
    seen: set[int] = set()
    at: Target | None = successor
    while at is not None and at.pk not in seen:
        if at.pk == target.pk:
            return True
        seen.add(at.pk)
        at = at.successor
    return False


def representatives(target_list: TargetList | int, division: str, name: str = "") -> Target | None:
    """Who in a list sits for a division: the member of that division, or of that riding's name where an import gave
    no more than the name. None where nobody does, or they are not in office and nobody follows."""
    found = [current(target) for target in _members_for(target_list, division, name)]
    return next((target for target in found if target.in_office), None)


def targets_by_answer(target_list: TargetList | int, answer: str) -> list[Target]:
    """Everybody in a list whose answer this is, in the list's order, each once."""
    wanted = plain_answer(answer)
    if not wanted:
        return []
    members = ListMember.objects.filter(target_list=target_list).exclude(match="")
    members = members.select_related("target__successor").order_by("target__name", "target_id")
    found = (current(member.target) for member in members if plain_answer(member.match) == wanted)
    return list({target.pk: target for target in found if target.in_office}.values())


def plain_answer(answer: str) -> str:
    """An answer as it is compared. Provinces and countries are known by code and by name: "ON" is "Ontario"."""
    return _codes().get(plain_name(answer), plain_name(answer) or answer.strip())


def _codes() -> dict[str, str]:
    """The code of each province and country by its plain names in all languages. Provinces go first: "NL", "CA"."""
    if not _CODES:
        for language, _name in settings.LANGUAGES:
            _CODES.update({plain_name(name): code.lower() for code, name in countries_in(language)})
        for code, names in PROVINCES.items():
            _CODES.update({plain_name(name): code.lower() for name in names})
    return _CODES


_CODES: dict[str, str] = {}


def _members_for(target_list: TargetList | int, division: str, name: str) -> list[Target]:
    if not division:
        return []
    members = Target.objects.filter(memberships__target_list=target_list).select_related("successor").distinct()
    found = list(members.filter(division=division).order_by("pk"))
    if found:
        return found
    known_as = name or name_of(division)
    by_name = [
        target
        for target in members.filter(division="").exclude(division_name="").order_by("pk")
        if same_name(target.division_name, known_as)
    ]
    # From now on it is known by its division, and nobody compares names again.
    Target.objects.filter(pk__in=[target.pk for target in by_name]).update(division=division)
    return by_name


def name_of(division: str) -> str:
    """What a division is called, as far as the table or an earlier look-up said; or nothing."""
    if known := names_of([division]):
        return known[division]
    memories = LookUpMemory.objects.annotate(text=Cast("answer", TextField())).filter(text__contains=f'"{division}"')
    for memory in memories[:1]:
        return next((str(place["name"]) for place in memory.answer["places"] if place["division"] == division), "")
    return ""
