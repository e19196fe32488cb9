"""A table of targets as it is written: what the import of targets reads of it makes the same targets again."""

from __future__ import annotations

import pytest

from tests.cast import a_target
from tocsin.campaigns.import_columns import guess
from tocsin.campaigns.import_file import read_table
from tocsin.campaigns.import_plan import Outcome, plan
from tocsin.campaigns.importing import keep_targets
from tocsin.campaigns.models import Target, TargetImport, TargetWords
from tocsin.campaigns.target_file import COLUMNS, target_table

pytestmark = pytest.mark.django_db
ODD = {
    "name": "=1+1, “Ministry”",
    "email": "odd@hearings.example",
    "other_emails": "two@hearings.example\nthree@hearings.example",
    "language": "fr",
    "gender": "f",
    "office_kind": "minister",
    "division": "ocd-division/country:ca/ed:35075-2023",
    "division_name": "Ottawa—Vanier",
    "party": "'@home",
    "postal_address": "1, rue Principale\nOttawa ON  K1A 0A6",
    "phone": "+1 613 555-0100",
    "mode": "hand_in",
    "per_hour_by_day": 0,
    "per_hour_by_night": 7,
    "time_zone": "Europe/Paris",
    "status": "away",
    "external_id": "mps:35075",
}


def read_again(data: bytes) -> TargetImport:
    """As a campaign's files are read: whom they are written to may be nobody, to practise with."""
    table = read_table(data)
    mapping = {"columns": guess(table.columns), "takes_placeholders": True}
    return TargetImport(columns=table.columns, rows=table.rows, mapping=mapping)


def all_of(targets: list[Target]) -> bytes:
    return target_table((target, "ON") for target in targets)


def test_the_import_knows_every_column() -> None:
    assert guess(list(COLUMNS)) == {field: at for at, field in enumerate(COLUMNS.values())}


def test_it_comes_back() -> None:
    written = all_of([a_target(), a_target(**ODD), Target.objects.create(name="Paper only", mode="hand_in")])
    assert {row.outcome for row in plan(read_again(written)).rows} == {Outcome.SAME}

    Target.objects.all().delete()
    found = plan(read_again(written))
    assert [row.outcome for row in found.rows] == [Outcome.NEW] * 3, [row.sentence for row in found.rows]
    made = keep_targets(found.rows)

    assert all_of(made) == written
    odd = Target.objects.get(external_id="mps:35075")
    assert {name: getattr(odd, name) for name in ODD} == {
        **ODD,
        "postal_address": "1, rue Principale\nOttawa ON K1A 0A6",
    }


def test_the_order_is_that_of_the_names() -> None:
    later, sooner = (
        Target.objects.create(name="B", email="b@x.example"),
        Target.objects.create(name="A", email="a@x.example"),
    )
    assert all_of([later, sooner]) == all_of([sooner, later])
    assert target_table([]) == b""


def test_words_without_a_person_stay_without_one() -> None:
    target = Target.objects.create(name="Minister", email="m@x.example")
    TargetWords.objects.create(target=target, language="en", office="Minister of Hearings")
    written = all_of([target])
    target.delete()
    [made] = keep_targets(plan(read_again(written)).rows)
    assert made.in_words.get().person == ""


def test_how_a_known_target_is_written_to_stays() -> None:
    written = all_of([a_target(mode="daily", per_hour_by_day=99)])
    Target.objects.update(mode="each", per_hour_by_day=20)
    assert plan(read_again(written)).rows[0].outcome == Outcome.SAME


def test_a_pace_that_is_none_is_told() -> None:
    [row] = plan(read_again(b"Name,Email,Per hour by day\nMinister,m@x.example,many\n")).rows
    assert (row.outcome, row.sentence) == (Outcome.WRONG, "“many” cannot stand under “letters an hour by day”.")
