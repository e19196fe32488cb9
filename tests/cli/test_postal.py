"""`tocsin import-postal-codes`: fills the table in batches, says what it does not understand, removes what is gone."""

from __future__ import annotations

import gzip
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from tocsin.campaigns.models import PostalDivision, PostalTable
from tocsin.campaigns.targeting import filling_table
from tocsin.campaigns.targeting.table import look_up_in_table
from tocsin.campaigns.targeting.tables import names_of
from tocsin.postal import import_postal_codes

pytestmark = pytest.mark.django_db

CENTRE, WEST = "ocd-division/country:ca/ed:35079-2023", "ocd-division/country:ca/ed:35089-2023"


def imported(folder: Path, text: str, *arguments: str) -> int:
    (folder / "codes.csv").write_text(text, encoding="utf-8-sig")
    return import_postal_codes([str(folder / "codes.csv"), *arguments])


def stored() -> list[tuple[str, str, str]]:
    return sorted(PostalDivision.objects.values_list("postal_code", "division", "name"))


def test_it_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"Postal Code,Division,Riding\nk1a0a6,{CENTRE},Ottawa Centre\n\nK2A 1A1,{WEST},\n"
    assert imported(tmp_path, text) == 0
    assert stored() == [("K1A 0A6", CENTRE, "Ottawa Centre"), ("K2A 1A1", WEST, "")]
    assert "Stored: 2" in capsys.readouterr().out


def test_importing_again_renames_adds_and_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling_table, "A_BATCH", 2)
    PostalDivision.objects.create(table="other", postal_code="K9A 1A1", division=CENTRE)
    head = "postal_code,division,name\n"
    imported(tmp_path, head + "".join(f"K1A 0A{n},{CENTRE},Old\n" for n in range(7)))
    imported(tmp_path, head + f"K1A 0A0,{CENTRE},New\nK1A 0A0,{WEST},West\nK1A 0A0,{WEST},West\n")
    assert stored() == [("K1A 0A0", CENTRE, "New"), ("K1A 0A0", WEST, "West"), ("K9A 1A1", CENTRE, "")]
    imported(tmp_path, head + f"K1A 0A1,{CENTRE},New\n", "--keep")
    assert len(stored()) == 4


def test_lines_that_are_not_understood_are_said_and_nothing_is_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    PostalDivision.objects.create(postal_code="K9A 1A1", division=CENTRE)
    text = f"postal_code,division\nD0D 0D0,{CENTRE}\nK1A 0A6,ottawa\nK1A 0A6\nK1A 0A6,{CENTRE}\n"
    assert imported(tmp_path, text) == 1
    assert stored() == [("K1A 0A6", CENTRE, ""), ("K9A 1A1", CENTRE, "")]
    said = capsys.readouterr().out
    assert "Not understood: 3. Nothing was removed." in said
    assert f"line 2: D0D 0D0,{CENTRE}" in said


def test_packed_files_are_read_too(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "codes.csv.gz", "wt") as file:
        file.write(f"postal_code,division\nK1A 0A6,{CENTRE}\n")
    assert import_postal_codes([str(tmp_path / "codes.csv.gz")]) == 0
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"a,b\n1,2\n", "must name the columns"), (b"postal_code,division,\xe9\n", "UTF-8"), (None, "No such file")],
)
def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / "x.csv").write_bytes(data)
    assert import_postal_codes([str(tmp_path / "x.csv")]) == 1
    assert said in capsys.readouterr().err


def test_the_desk_knows_what_was_filled(tmp_path: Path) -> None:
    head = "postal_code,division,name\n"
    imported(tmp_path, f"{head}K1A 0A6,{CENTRE},Ottawa Centre\nK2A 1A1,{WEST},West\nK2A 1A1,{CENTRE},Ottawa Centre\n")
    table = PostalTable.objects.get()
    assert (table.name, table.state, table.file_name, table.rows) == ("default", "used", "codes.csv", 3)
    assert table.numbers == {"lines": 3, "codes": 2, "several": 1, "divisions": 2}
    assert names_of([CENTRE, WEST]) == {CENTRE: "Ottawa Centre", WEST: "West"}
    imported(tmp_path, f"{head}K1A 0A6,{CENTRE},Ottawa Centre\n")
    assert PostalTable.objects.get().rows == 1
    assert names_of([WEST]) == {}


def test_the_table_in_use_is_filled_whichever_it_is(tmp_path: Path) -> None:
    table = PostalTable.objects.create(file_name="x.csv", state="used", rows=1)
    PostalDivision.objects.create(table=table.name, postal_code="K9A 1A1", division=CENTRE)
    assert imported(tmp_path, f"postal_code,division\nK1A 0A6,{CENTRE}\n") == 0
    assert set(PostalDivision.objects.values_list("table", "postal_code")) == {(table.name, "K1A 0A6")}
    assert look_up_in_table("K1A 0A6").has(CENTRE)


@pytest.mark.parametrize(("named", "state"), [((), "used"), (("--table", "default"), "former")])
def test_a_table_that_was_taken_back_is_used_again_unless_it_is_named(
    tmp_path: Path, named: tuple[str, ...], state: str
) -> None:
    PostalTable.objects.create(name="default", file_name="x.csv", state="former", rows=1)
    assert imported(tmp_path, f"postal_code,division\nK1A 0A6,{CENTRE}\n", *named) == 0
    assert set(PostalDivision.objects.values_list("table", flat=True)) == {"default"}
    assert PostalTable.objects.get().state == state
    assert look_up_in_table("K1A 0A6").has(CENTRE) is (state == "used")


def test_while_it_is_filled_for_the_first_time_people_are_found_already() -> None:
    PostalDivision.objects.create(postal_code="K1A 0A6", division=CENTRE)
    assert look_up_in_table("K1A 0A6").has(CENTRE)


def test_tables_of_an_older_installation_are_known_to_the_desk() -> None:
    for table, code, division in (("default", "K1A 0A6", CENTRE), ("default", "K1A 0A6", WEST), ("x", "K2A 1A1", WEST)):
        PostalDivision.objects.create(table=table, postal_code=code, division=division, name="West")
    import_module("tocsin.campaigns.migrations.0008_tables_in_use").know_what_is_there(apps, None)
    assert set(PostalTable.objects.values_list("name", "state", "rows")) == {("default", "used", 2), ("x", "read", 1)}
    numbers = PostalTable.objects.get(name="default").numbers
    assert numbers == {"lines": 2, "codes": 1, "several": 1, "divisions": 2}
    assert names_of([CENTRE]) == {CENTRE: "West"}
