"""A parliament to look up: a list of members by riding, a campaign that writes to them, and what a provider answers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import a_campaign, an_edition, letter_words
from tocsin.actions import choose, finding
from tocsin.campaigns.models import Campaign, Edition, ListMember, Target, Targeting, TargetList, TargetWords
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Place

CENTRE = Place("ocd-division/country:ca/ed:35075-2023", "Ottawa Centre")
VANIER = Place("ocd-division/country:ca/ed:35077-2023", "Ottawa—Vanier")
EMPTY = Place("ocd-division/country:ca/ed:35001-2023", "Ajax")
# What the provider of these tests knows: one riding, two, one whose seat is empty. Everything else it does not know.
KNOWN = {"K1A 0A6": (CENTRE,), "K1N 5Y3": (CENTRE, VANIER), "L1S 1A1": (EMPTY,)}


def a_member(place: Place, person: str, **changes: Any) -> Target:
    target = Target.objects.create(
        **{
            "name": person,
            "email": f"{person.split(maxsplit=1)[0].lower()}@parl.example",
            "division": place.division,
            "division_name": place.name,
            **changes,
        }
    )
    TargetWords.objects.create(
        target=target, language="en", person=person, office="Member of Parliament", salutation=f"Dear {person},"
    )
    return target


def a_parliament() -> TargetList:
    """Two members; the third seat is empty."""
    parliament = TargetList.objects.create(name="House of Commons")
    for target in (a_member(CENTRE, "Jane Doe", party="Green"), a_member(VANIER, "Joan Roe", party="Orange")):
        ListMember.objects.create(target_list=parliament, target=target)
    return parliament


def a_campaign_by_postal_code(**changes: Any) -> Campaign:
    return a_campaign(
        **{
            "slug": "to-your-member",
            "targets": [],
            "targeting": Targeting.POSTAL_CODE,
            "target_list": a_parliament(),
            **changes,
        }
    )


def an_edition_by_postal_code(
    *, letter: dict[str, Any] | None = None, provider: str = "table", **changes: Any
) -> Edition:
    """An English letter to whoever represents its writer."""
    campaign = a_campaign_by_postal_code()
    targeting = {
        "by": "postal",
        "field": "postal_code",
        "target_list": campaign.target_list_id,
        "provider": provider,
        "said": "your member of Parliament",
    }
    words = {"targets": [], "targeting": targeting, "letter": letter_words(**(letter or {})), **changes}
    return an_edition(campaign, **words)


def variant(**parts: Any) -> dict[str, Any]:
    """Other words for members of the Green party, unless another rule is given."""
    rule = {"attribute": "party", "values": ["green"], "negated": False}
    return {"rule": rule, "header": "", "closing": "", "text": "", "excluded": "", **parts}


class Provider:
    """Answers as a provider does; notes what it was asked. `is_away`: nobody can say."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False

    def look_up(self, _provider: str, postal_code: str, *, asking: bool = True) -> LookUp:
        if not asking:
            return UNAVAILABLE
        self.asked.append(postal_code)
        return UNAVAILABLE if self.is_away else LookUp.of(KNOWN.get(postal_code, ()))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    provider = Provider()
    for room in (finding, choose):
        monkeypatch.setattr(room, "look_up", provider.look_up)
    return provider
