"""Looking up in our own tables and maps; and who in a list it leads to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.campaigns import represent_server as fake
from tests.cast import a_target
from tocsin.campaigns.models import ListMember, LookUpMemory, PostalDivision, Provider, Target, TargetList
from tocsin.campaigns.targeting import boundaries
from tocsin.campaigns.targeting.answers import UNAVAILABLE, LookUp, Outcome, Place
from tocsin.campaigns.targeting.filling import representative_or_new
from tocsin.campaigns.targeting.look_up import look_up
from tocsin.campaigns.targeting.memory import remember
from tocsin.campaigns.targeting.represent_shape import read_answer
from tocsin.campaigns.targeting.tables import know_divisions
from tocsin.campaigns.targeting.who import current, representatives, targets_by_answer

pytestmark = pytest.mark.django_db

CENTRE = Place("ocd-division/country:ca/ed:35079-2023", "Ottawa Centre")
WEST = Place("ocd-division/country:ca/ed:35089-2023", "Ottawa West—Nepean")


# ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_table_finds_one_several_or_none() -> None:
    for code, place in [("K1A 0A6", CENTRE), ("K2A 1A1", WEST), ("K2A 1A1", CENTRE)]:
        PostalDivision.objects.create(postal_code=code, division=place.division, name=place.name)
    assert look_up(Provider.TABLE, "K1A 0A6") == LookUp(Outcome.FOUND, (CENTRE,))
    assert look_up(Provider.TABLE, "K2A 1A1") == LookUp(Outcome.SEVERAL, (CENTRE, WEST))
    assert look_up(Provider.TABLE, "K9Z 9Z9") == LookUp(Outcome.NONE)


def test_an_empty_table_cannot_say() -> None:
    assert look_up(Provider.TABLE, "K1A 0A6") == UNAVAILABLE


# ── the map ─────────────────────────────────────────────────────────────────────────────────────────────────────
def square(west: float, place: Place) -> dict[str, Any]:
    corners = [[west, 45], [west + 1, 45], [west + 1, 46], [west, 46], [west, 45]]
    properties = {"division": place.division, "name": place.name}
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [corners]},
    }


@pytest.fixture
def chart(settings: Any, tmp_path: Path) -> Path:
    features = {"type": "FeatureCollection", "features": [square(-77, CENTRE), square(-76, WEST)]}
    (tmp_path / "divisions.geojson").write_text(json.dumps(features))
    points = "postal_code,latitude,longitude\nk1a0a6,45.5,-76.5\nK2A 1A1,45.5,-75.5\nK2A 1A1,45.5,-76.5\nK3A 1A1,1,1\n"
    (tmp_path / "postal-codes.csv").write_text(points, encoding="utf-8-sig")
    settings.TOCSIN_BOUNDARIES = tmp_path
    return tmp_path


def test_a_map_finds_one_several_or_none(chart: Path) -> None:
    assert look_up(Provider.BOUNDARIES, "K1A 0A6") == LookUp(Outcome.FOUND, (CENTRE,))
    assert look_up(Provider.BOUNDARIES, "K2A 1A1") == LookUp(Outcome.SEVERAL, (CENTRE, WEST))
    assert look_up(Provider.BOUNDARIES, "K3A 1A1") == LookUp(Outcome.NONE)
    assert look_up(Provider.BOUNDARIES, "K9Z 9Z9") == LookUp(Outcome.NONE)


def test_a_border_point_lies_on_both_sides(chart: Path) -> None:
    (chart / "postal-codes.csv").write_text("postal_code,latitude,longitude\nK1A 0A6,45.5,-76\n")
    assert look_up(Provider.BOUNDARIES, "K1A 0A6").outcome == Outcome.SEVERAL


@pytest.mark.parametrize("name", ["divisions.geojson", "postal-codes.csv"])
@pytest.mark.parametrize("text", [None, "", "{}", "postal_code\nK1A 0A6\n", '{"features": [{"properties": {}}]}'])
def test_a_map_that_cannot_be_read_cannot_say(chart: Path, name: str, text: str | None) -> None:
    (chart / name).unlink() if text is None else (chart / name).write_text(text)
    assert look_up(Provider.BOUNDARIES, "K1A 0A6") == UNAVAILABLE


def test_without_shapely_the_map_cannot_say(chart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundaries, "find_spec", lambda _name: None)
    assert look_up(Provider.BOUNDARIES, "K1A 0A6") == UNAVAILABLE
    assert boundaries.what_is_missing(chart) == "shapely"


# ── who it leads to ─────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def parliament() -> TargetList:
    return TargetList.objects.create(name="Parliament")


def member(of: TargetList, name: str, match: str = "", **changes: Any) -> Target:
    target = Target.objects.create(**{"name": name, "email": f"{name.lower()}@house.example", **changes})
    ListMember.objects.create(target_list=of, target=target, match=match)
    return target


def test_the_representative_of_a_division(parliament: TargetList) -> None:
    centre = member(parliament, "Centre", division=CENTRE.division)
    Target.objects.create(name="Elsewhere", division=WEST.division)
    assert representatives(parliament, CENTRE.division) == centre
    assert representatives(parliament.pk, CENTRE.division) == centre
    assert representatives(parliament, WEST.division) is None
    assert representatives(parliament, "") is None


def test_a_riding_known_by_name_only_is_found_and_then_known(parliament: TargetList) -> None:
    west = member(parliament, "West", division_name="OTTAWA WEST-NEPEAN")
    assert representatives(parliament, CENTRE.division, CENTRE.name) is None
    assert representatives(parliament, WEST.division) is None
    assert representatives(parliament, WEST.division, WEST.name) == west
    west.refresh_from_db()
    assert west.division == WEST.division
    assert representatives(parliament, WEST.division) == west


@pytest.mark.parametrize("source", ["table", "memory"])
def test_the_name_of_a_riding_is_known_from_the_table_or_a_look_up(parliament: TargetList, source: str) -> None:
    west = member(parliament, "West", division_name=WEST.name)
    if source == "table":
        PostalDivision.objects.create(postal_code="K1A 0A6", division=WEST.division, name=WEST.name)
        know_divisions("default")
    else:
        remember("represent", "K2A 1A1", {"places": [{"division": WEST.division, "name": WEST.name}]})
    assert representatives(parliament, WEST.division) == west


def test_letters_go_to_whoever_follows(parliament: TargetList) -> None:
    last = Target.objects.create(name="Last", email="last@house.example")
    between = Target.objects.create(name="Between", status="away", successor=last)
    first = member(parliament, "First", division=CENTRE.division, status="away", successor=between)
    assert current(first) == last
    assert representatives(parliament, CENTRE.division) == last


def test_followers_in_a_circle_lead_back(parliament: TargetList) -> None:
    one = member(parliament, "One", division=CENTRE.division, status="away")
    one.successor = Target.objects.create(name="Other", status="away", successor=one)
    one.save()
    assert current(one) == one
    assert representatives(parliament, CENTRE.division) is None


@pytest.mark.parametrize("status", ["away", "dead"])
def test_who_is_not_in_office_gets_nothing(parliament: TargetList, status: str) -> None:
    member(parliament, "Gone", "ON", division=CENTRE.division, status=status)
    assert representatives(parliament, CENTRE.division) is None
    assert targets_by_answer(parliament, "ON") == []


@pytest.mark.parametrize(
    ("stands", "answer"),
    [
        ("ON", "ON"),
        ("Ontario", "ON"),
        ("Québec", "QC"),
        ("quebec", "QC"),
        ("Colombie-Britannique", "BC"),
        ("Montréal", "montreal"),
        ("Canada", "CA"),
        ("--", "--"),
    ],
)
def test_an_answer_matches_as_people_mean_it(parliament: TargetList, stands: str, answer: str) -> None:
    there = member(parliament, "There", stands)
    member(parliament, "Nowhere")
    member(parliament, "Elsewhere", "MB")
    assert targets_by_answer(parliament, answer) == [there]
    assert targets_by_answer(parliament, "") == []


def test_two_answers_of_one_target_make_one_letter(parliament: TargetList) -> None:
    there = member(parliament, "There", "ON")
    ListMember.objects.create(target_list=parliament, target=there, match="Ontario")
    assert targets_by_answer(parliament, "ON") == [there]


# ── a list that fills itself ────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def remembered() -> None:
    """A look-up that was made before, so that nobody is asked."""
    its_set = "federal-electoral-districts"
    answer = read_answer(fake.ANSWERS["K1A0A6"], its_set)
    remember("represent", "K1A 0A6", {**answer.as_data(), "set": its_set})


def found(parliament: TargetList, provider: str = Provider.REPRESENT) -> Target | None:
    return representative_or_new(parliament, CENTRE.division, provider=provider, postal_code="K1A 0A6")


@pytest.mark.usefixtures("remembered")
def test_a_representative_whom_the_list_lacks_is_added_once(parliament: TargetList) -> None:
    target = found(parliament)
    assert target
    assert (target.name, target.email, target.party) == ("Jane Doe", "jane.doe@commons.example", "Independent")
    assert (target.office_kind, target.division) == ("mp", CENTRE.division)
    assert target.external_id == "represent:federal-electoral-districts:35079"
    assert found(parliament) == target
    other = TargetList.objects.create(name="Other")
    assert found(other) == target
    assert Target.objects.count() == 1


@pytest.mark.usefixtures("remembered")
def test_only_where_the_campaign_asks_represent(parliament: TargetList) -> None:
    assert found(parliament, Provider.TABLE) is None
    assert not Target.objects.exists()


@pytest.mark.usefixtures("remembered")
def test_who_was_taken_out_of_office_is_not_brought_back(parliament: TargetList) -> None:
    member(parliament, "Gone", division=CENTRE.division, status="away")
    assert found(parliament) is None
    assert Target.objects.count() == 1


def test_a_representative_without_an_address_is_not_added(parliament: TargetList) -> None:
    silent = {**fake.ANSWERS["K1A0A6"], "representatives_centroid": [fake.representative("Ottawa Centre", email="")]}
    answer = read_answer(silent, "federal-electoral-districts")
    assert answer.representatives == ()


def test_the_cast_of_other_tests_is_in_office() -> None:
    target = a_target()
    assert current(target) == target
    assert LookUpMemory.objects.count() == 0
