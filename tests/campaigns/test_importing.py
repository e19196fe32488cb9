"""Importing a file of targets: read as spreadsheets write it, planned row by row, carried out, and taken back."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from tests.cast import a_campaign, a_target, an_edition
from tocsin.actions.models import Action, Letter
from tocsin.campaigns import importing
from tocsin.campaigns.import_columns import guess
from tocsin.campaigns.import_file import MOST_BYTES, CannotBeRead, Limits, Table, read_table, stream_table
from tocsin.campaigns.import_plan import Outcome, Plan, plan
from tocsin.campaigns.models import ListMember, PostalDivision, Target, TargetImport, TargetList
from tocsin.campaigns.targeting.tables import know_divisions
from tocsin.campaigns.targeting.who import representatives, targets_by_answer
from tocsin.outbox.models import Kind, Message

COMMONS = [
    "Honorific Title",
    "First Name",
    "Last Name",
    "Constituency",
    "Province / Territory",
    "Political Affiliation",
    "E-mail",
]
MEMBER = ["Hon.", "Jane", "Doe", "Ottawa West—Nepean", "Ontario", "Independent", "jane.doe@parl.gc.ca"]


def as_csv(*rows: list[str], separator: str = ",", encoding: str = "utf-8") -> bytes:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows).encode(encoding)


def as_xlsx(*rows: list[Any]) -> bytes:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


# ── reading files ───────────────────────────────────────────────────────────────────────────────────────────────
ROWS = (["Prénom", "Courriel"], ["Zoé", "zoe@parl.gc.ca"])


@pytest.mark.parametrize(
    "data",
    [
        as_csv(*ROWS),
        as_csv(*ROWS, encoding="utf-8-sig"),
        as_csv(*ROWS, encoding="cp1252", separator=";"),
        as_csv(*ROWS, encoding="utf-16", separator="\t"),
        b"sep=;\n" + as_csv(*ROWS, separator=";"),
        b"\r\n" + as_csv(*ROWS) + b"\r\n,,\r\n",
        as_xlsx(*ROWS),
    ],
    ids=["utf-8", "bom", "windows", "utf-16", "sep=", "empty rows", "xlsx"],
)
def test_a_table_is_read_as_spreadsheets_write_it(data: bytes) -> None:
    assert read_table(data) == Table(["Prénom", "Courriel"], [["Zoé", "zoe@parl.gc.ca"]])


def test_cells_are_read_as_one_reads_them() -> None:
    table = read_table(as_xlsx(["id", "name", ""], [35075.0, "  Jane \n Doe ", None], [None, None, None]))
    assert table == Table(["id", "name"], [["35075", "Jane\nDoe"]])


def a_zip(**files: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(f"{name}.csv", text)
    return data.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_packed_table_is_read_as_an_open_one(encoding: str) -> None:
    text = as_csv(*ROWS, encoding=encoding)
    for data in (a_zip(table=text), gzip.compress(text)):
        assert read_table(data) == Table(["Prénom", "Courriel"], [["Zoé", "zoe@parl.gc.ca"]])


def test_a_long_table_is_read_in_little_memory() -> None:
    """Its bytes are there once; not as a text, and not as a text of four bytes a letter."""
    data = b"name,email\n" + b"Jane Doe of a place with a long name,jane.doe@parl.gc.ca\n" * 100_000
    limits = Limits(megabytes=10, rows=200_000, unpacked=10 * 1024 * 1024)
    tracemalloc.start()
    assert sum(1 for _row in stream_table(data, limits)) == 100_001
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(data) / 2


def a_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", " " * 50_000_000)
    return file.getvalue()


def another_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("letter.txt", "hello")
    return file.getvalue()


def damaged(data: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    """An archive in which something else stands, so many bytes behind a signature."""
    start = data.index(signature) + at
    return data[:start] + value + data[start + len(value) :]


def a_zip_of(method: int) -> bytes:
    """Its text is broken, whatever it is packed by."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        packed.writestr("list.csv", "name,email\n" + "".join(f"{n},{n * n}\n" for n in range(2_000)))
    return damaged(file.getvalue(), b"list.csv", 60, b"\xff" * 200)


DIRECTORY = b"PK\x01\x02"


@pytest.mark.parametrize(
    "data",
    [
        damaged(a_zip(list=b"a\nb"), DIRECTORY, 6, b"\xff\x00"),  # needs a version that nobody has
        damaged(damaged(a_zip(list=b"a\nb"), DIRECTORY, 8, b"\x00\x08"), DIRECTORY, 46, b"\xff"),  # no name
        damaged(a_zip(list=b"a\nb"), DIRECTORY, 10, b"\x63"),  # a method that nobody has
        *map(a_zip_of, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
    ],
)
def test_a_broken_archive_is_said_to_be_broken(data: bytes) -> None:
    with pytest.raises(CannotBeRead, match="cannot be opened"):
        read_table(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no rows"),
        (b"name\n", "no rows"),
        (b"x" * (MOST_BYTES + 1), "5 MB"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 100, "old Excel"),
        (b"name,email\n" + b"a,b\n" * 5_001, "5,000 rows"),
        (b",".join([b"a"] * 101) + b"\nb", "100 columns"),
        (b"a\x00b\nc", "neither CSV"),
        (b'name\n"' + b"x" * 200_000, "quotation mark"),
        (b"sep=\nname,email\na,b\n", "neither CSV"),
        (b'sep="\nname,email\na,b\n', "neither CSV"),
        (b"PK\x03\x04 and nothing", "cannot be read"),
        (another_zip(), "cannot be read"),
        (as_xlsx(["a"], ["b"])[:-200], "cannot be read"),
        (a_bomb(), "unpack"),
        (gzip.compress(b" " * 110_000_000), "unpack"),
        (a_zip(one=b"a\nb", two=b"a\nb"), "several tables"),
        (gzip.compress(b"a,b\nc,d")[:-6], "cannot be opened"),
        (b"\x1f\x8bnothing", "cannot be opened"),
        (b"name\n" + b"x" * 1_500_000, "neither CSV"),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(data: bytes, said: str) -> None:
    with pytest.raises(CannotBeRead, match=said):
        read_table(data)


def test_columns_are_known_as_parliaments_name_them() -> None:
    english = guess(COMMONS)
    french = guess(
        [
            "Titre honorifique",
            "Prénom",
            "Nom de famille",
            "Circonscription",
            "Province / Territoire",
            "Affiliation politique",
            "Courriel",
        ]
    )
    assert english == french
    assert list(english) == ["honorific", "first_name", "last_name", "division_name", "match", "party", "email"]
    represent = guess(["District name", "Elected office", "Name", "First name", "Last name", "Party name", "Email"])
    assert list(represent) == ["division_name", "office_kind", "name", "first_name", "last_name", "party", "email"]
    assert guess(["Nom", "Courriel", "?"]) == {"name": 0, "email": 1}


# ── planning ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def parliament(db: None) -> TargetList:
    return TargetList.objects.create(name="Parliament")


def uploaded(
    parliament: TargetList, *rows: list[str], columns: list[str] | None = None, **defaults: str
) -> TargetImport:
    return importing.upload(
        data=as_csv(columns or COMMONS, *rows),
        file_name="members.csv",
        target_list=parliament,
        by_name="Jane Doe",
        defaults={"office_kind": "mp", "language": "en", **defaults},
    )


def outcomes(known: Plan) -> list[str]:
    return [row.outcome for row in known.rows]


def test_it_works(parliament: TargetList) -> None:
    upload = uploaded(parliament, MEMBER)
    assert outcomes(plan(upload)) == [Outcome.NEW]
    assert not Target.objects.exists()
    done = importing.carry_out(upload.pk)
    assert done
    target = Target.objects.get()
    assert (target.name, target.email, target.party) == ("Jane Doe", "jane.doe@parl.gc.ca", "Independent")
    assert (target.office_kind, target.division_name) == ("mp", "Ottawa West—Nepean")
    assert target.words("en").full_name == "The Honourable Jane Doe"
    assert target.words("fr").full_name == "L’honorable Jane Doe"
    assert targets_by_answer(parliament, "ON") == [target]
    assert importing.carry_out(upload.pk) is None


def test_importing_twice_changes_rather_than_doubles(parliament: TargetList) -> None:
    importing.carry_out(uploaded(parliament, MEMBER).pk)
    assert outcomes(plan(uploaded(parliament, MEMBER))) == [Outcome.SAME]
    changed = plan(uploaded(parliament, [*MEMBER[:5], "Other party", MEMBER[6]])).rows[0]
    assert changed.outcome == Outcome.CHANGED
    assert changed.sentence == "Will be changed: party: Independent → Other party."


def test_only_what_differs_is_written(parliament: TargetList) -> None:
    """Every field of 2,000 written again took half a minute, in which nobody can sign."""

    def updates(*rows: list[str]) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            importing.carry_out(uploaded(parliament, *rows).pk)
        said = [query["sql"] for query in asked if query["sql"].startswith("UPDATE")]
        return [one.partition(" WHERE ")[0].partition("=")[0].replace('"', "") for one in said if "import" not in one]

    other = ["", "John", "Doe", *MEMBER[3:6], "john.doe@parl.gc.ca"]
    assert updates(MEMBER, other) == []
    assert updates([*MEMBER[:5], "Other party", MEMBER[6]], other) == ["UPDATE campaigns_target SET party "]
    assert updates(["Dr.", *MEMBER[1:5], "Other party", MEMBER[6]]) == ["UPDATE campaigns_targetwords SET style "]
    assert Target.objects.get(name="Jane Doe").words("en").full_name == "Dr. Jane Doe"


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (["ID", "Name", "E-mail"], ["35075", "New Name", "new@parl.gc.ca"]),
        (["Name", "E-mail"], ["New Name", "OLD@parl.gc.ca"]),
        (["Name", "Riding", "E-mail"], ["Old name", "ottawa centre", "new@parl.gc.ca"]),
    ],
    ids=["number", "address", "name and riding"],
)
def test_a_target_is_known_again(parliament: TargetList, columns: list[str], row: list[str]) -> None:
    old = Target.objects.create(
        name="Old Name", email="old@parl.gc.ca", external_id="35075", division_name="Ottawa Centre"
    )
    planned = plan(uploaded(parliament, row, columns=columns)).rows[0]
    assert (planned.outcome, planned.target) == (Outcome.CHANGED, old)


def test_empty_cells_empty_nothing_and_defaults_are_for_new_ones(parliament: TargetList) -> None:
    old = Target.objects.create(name="Jane Doe", email="jane.doe@parl.gc.ca", party="Independent", language="fr")
    upload = uploaded(parliament, ["", "", "", "", "", "", "jane.doe@parl.gc.ca"])
    importing.carry_out(upload.pk)
    old.refresh_from_db()
    assert (old.name, old.party, old.language, old.office_kind) == ("Jane Doe", "Independent", "fr", "")
    assert list(parliament.targets.all()) == [old]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({6: "jane.doe"}, "“jane.doe” is no e-mail address."),
        ({6: "someone@example.com"}, "is a placeholder"),
        ({6: "someone@parliament.test"}, "is a placeholder"),
        ({6: "n/a"}, "This row has no e-mail address"),
        ({1: "", 2: ""}, "This row has no name."),
        ({5: "x" * 121}, "is too long: there is room for 120 characters."),
    ],
)
def test_what_is_wrong_with_a_row_is_said(parliament: TargetList, change: dict[int, str], said: str) -> None:
    row = [change.get(at, cell) for at, cell in enumerate(MEMBER)]
    planned = plan(uploaded(parliament, row)).rows[0]
    assert planned.outcome == Outcome.WRONG
    assert said in planned.sentence


def test_an_address_like_a_placeholder_is_taken_with_a_remark(parliament: TargetList) -> None:
    row = [*MEMBER[:6], "noreply@parl.gc.ca"]
    known = plan(uploaded(parliament, row))
    assert known.rows[0].outcome == Outcome.NEW
    assert "“noreply@parl.gc.ca” looks like a placeholder" in known.rows[0].sentence
    assert known.remarked == known.rows


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("Division", "ottawa", "no division like"),
        ("Language", "Klingon", "no language that letters are written in"),
    ],
)
def test_cells_that_mean_nothing_are_said(parliament: TargetList, column: str, cell: str, said: str) -> None:
    row = ["Jane Doe", "jane.doe@parl.gc.ca", cell]
    planned = plan(uploaded(parliament, row, columns=["Name", "Email", column])).rows[0]
    assert said in planned.sentence


def test_an_address_of_somebody_else_is_not_taken(parliament: TargetList) -> None:
    Target.objects.create(name="One", email="one@parl.gc.ca", external_id="1")
    Target.objects.create(name="Two", email="two@parl.gc.ca", external_id="2")
    planned = plan(uploaded(parliament, ["1", "One", "two@parl.gc.ca"], columns=["ID", "Name", "Email"])).rows[0]
    assert planned.sentence == "This address is already that of “Two”."


def test_the_same_target_twice_in_a_file_is_taken_once(parliament: TargetList) -> None:
    same_address = [*MEMBER[:1], "June", *MEMBER[2:]]
    same_place = [*MEMBER[:6], "other@parl.gc.ca"]
    known = plan(uploaded(parliament, MEMBER, same_address, same_place))
    assert outcomes(known) == [Outcome.NEW, Outcome.TWICE, Outcome.TWICE]
    assert known.rows[1].sentence == "Row 2 is the same target. This one is left out."
    assert known.numbers == {"new": 1, "changed": 0, "same": 0, "twice": 2, "wrong": 0}


def test_columns_can_be_told(parliament: TargetList) -> None:
    upload = uploaded(parliament, ["Jane Doe", "jane.doe@parl.gc.ca"], columns=["Wer", "Wohin"])
    assert outcomes(plan(upload)) == [Outcome.WRONG]
    importing.map_columns(upload=upload, columns={"name": 0, "email": 1, "party": 99, "no such": 0})
    upload.refresh_from_db()
    assert upload.mapping["columns"] == {"name": 0, "email": 1}
    assert outcomes(plan(upload)) == [Outcome.NEW]


def test_titles_say_the_gender_of_those_who_have_no_style(parliament: TargetList) -> None:
    importing.carry_out(uploaded(parliament, ["Ms.", *MEMBER[1:]], ["Mr.", "John", "Doe", *MEMBER[3:6], "j@x.ca"]).pk)
    assert [(target.gender, target.words("en").greeting) for target in Target.objects.order_by("pk")] == [
        ("f", "Dear Ms. Doe,"),
        ("m", "Dear Mr. Doe,"),
    ]


def test_a_riding_gets_its_division_from_the_table(parliament: TargetList) -> None:
    division = "ocd-division/country:ca/ed:35089-2023"
    for code in ("K1A 0A6", "K2A 1A1"):
        PostalDivision.objects.create(postal_code=code, division=division, name="Ottawa West—Nepean")
    know_divisions("default")
    importing.carry_out(uploaded(parliament, MEMBER).pk)
    assert representatives(parliament, division) == Target.objects.get()


# ── taking back ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_undoing_leaves_everything_as_it_was(parliament: TargetList) -> None:
    old = a_target(name="Jane Doe", email="jane.doe@parl.gc.ca", party="Old party")
    upload = uploaded(parliament, MEMBER, ["", "John", "Doe", "Elsewhere", "", "", "john.doe@parl.gc.ca"])
    importing.carry_out(upload.pk)
    assert Target.objects.count() == parliament.targets.count() == 2
    undone = importing.take_back(upload.pk)
    assert undone == importing.TakenBack(removed=1, restored=1, kept=[])
    again = Target.objects.get()
    assert (again, again.party, again.division_name) == (old, "Old party", "")
    assert again.words("en").organisation == "Government"
    assert not ListMember.objects.exists()
    assert importing.take_back(upload.pk) is None


def test_what_somebody_changed_since_is_left(parliament: TargetList) -> None:
    old = Target.objects.create(name="Jane Doe", email="jane.doe@parl.gc.ca", party="Old party")
    upload = uploaded(parliament, MEMBER)
    importing.carry_out(upload.pk)
    Target.objects.update(party="Newest party")
    importing.take_back(upload.pk)
    old.refresh_from_db()
    assert (old.party, old.division_name) == ("Newest party", "")
    assert not old.in_words.exists()


def a_letter_to(target: Target) -> None:
    edition = an_edition(a_campaign(targets=[]))
    action = Action.objects.create(
        campaign=edition.campaign, edition=edition, email_digest=b"x" * 32, sealed=b"x", source={}, signs=[]
    )
    message = Message.objects.create(key="k", ref="r", kind=Kind.LETTER, domain="d", sealed=b"x", sha256="0" * 64)
    Letter.objects.create(action=action, target=target, message=message, own_words=False)


@pytest.mark.parametrize("why", ["letter", "campaign", "edition"])
def test_targets_that_are_needed_stay_and_are_named(parliament: TargetList, why: str) -> None:
    upload = uploaded(parliament, MEMBER, ["", "John", "Doe", "Elsewhere", "", "", "john.doe@parl.gc.ca"])
    importing.carry_out(upload.pk)
    needed = Target.objects.get(name="John Doe")
    if why == "letter":
        a_letter_to(needed)
    else:
        campaign = a_campaign(targets=[needed])
        an_edition(campaign)
        if why == "edition":
            campaign.targets.clear()
    assert importing.take_back(upload.pk) == importing.TakenBack(removed=1, restored=0, kept=["John Doe"])
    assert Target.objects.get() == needed


# ── a whole parliament ──────────────────────────────────────────────────────────────────────────────────────────
def a_parliament(party: str = "Party") -> bytes:
    rows = [
        [
            "Hon." if number % 9 == 0 else "",
            "Jane",
            f"Doe{number}",
            f"Riding {number}",
            "Ontario",
            party,
            f"m{number}@parl.gc.ca",
        ]
        for number in range(350)
    ]
    return as_xlsx(COMMONS, *rows)


def test_350_members_import_in_few_queries(parliament: TargetList) -> None:
    defaults = {"office_kind": "mp", "language": "en"}

    def imported(data: bytes) -> tuple[TargetImport, int]:
        with CaptureQueriesContext(connection) as queries:
            upload = importing.upload(
                data=data, file_name="mps.xlsx", target_list=parliament, by_name="Jane Doe", defaults=defaults
            )
            plan(upload)
            importing.carry_out(upload.pk)
        return upload, len(queries)

    _upload, queries = imported(a_parliament())
    assert Target.objects.count() == parliament.targets.count() == 350
    assert queries < 40
    upload, queries = imported(a_parliament("Other party"))
    assert Target.objects.filter(party="Other party").count() == 350
    assert queries < 40
    undone = importing.take_back(upload.pk)
    assert undone
    assert undone.restored == 350
