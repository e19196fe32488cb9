"""Tables of postal codes at the desk: loaded beside the one in use, looked at, used at once and whole, taken back."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from wagtail.models import ModelLogEntry

from tocsin.actions.long_work import SILENT_AFTER, Work
from tocsin.actions.postal_codes import files, jobs, steps, work
from tocsin.campaigns.models import Campaign, ListMember, PostalDivision, PostalTable, TableDivision, Target, TargetList
from tocsin.campaigns.targeting import filling_table
from tocsin.campaigns.targeting.answers import Outcome
from tocsin.campaigns.targeting.table import look_up_in_table
from tocsin.campaigns.targeting.tables import names_of

CENTRE, WEST = "ocd-division/country:ca/ed:35079-2023", "ocd-division/country:ca/ed:35089-2023"
HEAD = "postal_code,division,name"
INSIDE = f"k1a0a6,{CENTRE},Ottawa Centre"
BORDER = (f"K2A 1A1,{CENTRE},Ottawa Centre", f"K2A 1A1,{WEST},Ottawa West—Nepean")
State = PostalTable.State


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    yield
    for path in files.FILES.path.glob("*") if files.FILES.path.is_dir() else []:
        path.unlink()


def loaded(client: Client, *rows: str, data: bytes = b"", name: str = "codes.csv") -> PostalTable:
    data = data or "\n".join([HEAD, *rows]).encode()
    response = client.post(reverse("desk_postal_codes"), {"file": SimpleUploadedFile(name, data), "country": "CA"})
    assert response.status_code == 302, response.content.decode()
    return PostalTable.objects.latest("pk")


def do(client: Client, step: str, table: PostalTable) -> str:
    response = client.post(reverse(f"desk_postal_table_{step}", args=[table.pk]), follow=True)
    table.refresh_from_db()
    return response.content.decode()


def used(client: Client, *rows: str) -> PostalTable:
    table = loaded(client, *rows)
    do(client, "use", table)
    return table


def seen(client: Client, table: PostalTable, asked: str = "") -> str:
    return client.get(reverse("desk_postal_table", args=[table.pk]) + asked).content.decode()


def ridings(code: str) -> list[str]:
    return [place.name for place in look_up_in_table(code).places]


def test_it_works(admin: Client) -> None:
    assert "No table is in use yet" in admin.get(reverse("desk_postal_codes")).content.decode()
    table = loaded(admin, INSIDE, *BORDER)
    assert (table.state, table.rows) == (State.READ, 3)
    assert look_up_in_table("K1A 0A6").outcome == Outcome.UNAVAILABLE
    page = seen(admin, table)
    assert "Nothing is changed yet" in page
    assert "K1A 0A6" in page
    assert "Its 2 ridings" in page
    assert "In use: from now on" in do(admin, "use", table)
    assert ridings("K1A 0A6") == ["Ottawa Centre"]
    assert ridings("K2A 1A1") == ["Ottawa Centre", "Ottawa West—Nepean"]
    assert "2 postal codes in 2 ridings" in admin.get(reverse("desk_postal_codes")).content.decode()
    entries = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"tocsin.postal_codes_uploaded", "tocsin.postal_codes_used"} <= entries
    assert not list(files.FILES.path.iterdir())


def test_a_code_is_tried_before_the_table_is_used(admin: Client) -> None:
    table = loaded(admin, INSIDE, *BORDER)
    assert "lies in 2 ridings, so the person chooses" in seen(admin, table, "?code=k2a1a1")
    assert "This table does not know K9Z 9Z9" in seen(admin, table, "?code=K9Z9Z9")
    assert "is no postal code of this country" in seen(admin, table, "?code=%3Cscript%3E")


def test_a_code_is_tried_as_one_of_the_country_whose_table_is_in_use(admin: Client) -> None:
    PostalDivision.objects.create(table="mn", postal_code="55401", division="ocd-division/country:us/cd:5", name="5th")
    PostalTable.objects.create(name="mn", file_name="mn.csv", country="US", state=State.USED, rows=1)
    page = " ".join(admin.get(reverse("desk_postal_codes") + "?code=55401").content.decode().split())
    assert "5th" in page
    assert "is no postal code of this country" not in page


def test_the_one_before_is_kept_and_comes_back(admin: Client) -> None:
    first = used(admin, INSIDE)
    second = loaded(admin, f"K1A 0A6,{WEST},West", f"K3A 1A1,{WEST},West")
    assert {name: second.numbers[name] for name in ("added", "gone", "moved")} == {"added": 1, "gone": 0, "moved": 1}
    assert ridings("K1A 0A6") == ["Ottawa Centre"]
    assert "Is the file whole?" not in seen(admin, second)
    do(admin, "use", second)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.FORMER, State.USED)
    assert ridings("K1A 0A6") == ["West"]
    assert names_of([WEST]) == {WEST: "West"}
    assert "look up in “codes.csv” again" in seen(admin, second)
    do(admin, "take_back", second)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.USED, State.FORMER)
    assert ridings("K1A 0A6") == ["Ottawa Centre"]
    assert ridings("K3A 1A1") == []
    assert "Nothing was changed" in do(admin, "take_back", second)
    do(admin, "use", second)
    assert ridings("K3A 1A1") == ["West"]


def test_taken_back_where_there_was_none_nobody_can_say(admin: Client) -> None:
    table = used(admin, INSIDE)
    assert "There is no table before it" in seen(admin, table)
    do(admin, "take_back", table)
    assert look_up_in_table("K1A 0A6").outcome == Outcome.UNAVAILABLE


def test_what_the_command_filled_comes_back_too(admin: Client) -> None:
    PostalDivision.objects.create(postal_code="K1A 0A6", division=CENTRE, name="Ottawa Centre")
    PostalTable.objects.create(name="default", file_name="codes.csv", state=State.USED, rows=1)
    table = used(admin, f"K1A 0A6,{WEST},West")
    assert ridings("K1A 0A6") == ["West"]
    do(admin, "take_back", table)
    assert ridings("K1A 0A6") == ["Ottawa Centre"]


def test_what_the_command_filled_is_taken_back_like_any_other(admin: Client) -> None:
    PostalDivision.objects.create(postal_code="K1A 0A6", division=CENTRE, name="Ottawa Centre")
    table = PostalTable.objects.create(name="default", file_name="codes.csv", state=State.USED, rows=1)
    assert "There is no table before it" in seen(admin, table)
    do(admin, "take_back", table)
    assert look_up_in_table("K1A 0A6").outcome == Outcome.UNAVAILABLE
    assert "No table is in use yet" in admin.get(reverse("desk_postal_codes")).content.decode()


def test_what_the_command_filled_beside_another_is_not_used_for_that_one_is_taken_back(admin: Client) -> None:
    table = used(admin, f"K1A 0A6,{WEST},West")
    PostalDivision.objects.create(postal_code="K1A 0A6", division=CENTRE, name="Ottawa Centre")
    PostalTable.objects.create(name="default", file_name="codes.csv", state=State.READ, rows=1)
    do(admin, "take_back", table)
    assert look_up_in_table("K1A 0A6").outcome == Outcome.UNAVAILABLE


def test_what_is_wrong_is_left_out_and_can_be_mended(admin: Client) -> None:
    table = loaded(admin, INSIDE, INSIDE, f"D0D 0D0,{CENTRE},x", "K1A 0A6,=HYPERLINK(1)", "K1A 0A6")
    assert {name: table.numbers[name] for name in ("rows", "lines", "twice", "wrong")} == {
        "rows": 5,
        "lines": 1,
        "twice": 1,
        "wrong": 3,
    }
    assert "“D0D 0D0” is no postal code of this country." in seen(admin, table)
    response = admin.get(reverse("desk_postal_table_left_out", args=[table.pk]))
    assert isinstance(response, StreamingHttpResponse)
    head, *rows = csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig")))
    assert head == ["Reason", "postal_code", "division", "name"]
    assert [row[1] for row in rows] == ["D0D 0D0", "K1A 0A6", "K1A 0A6"]
    assert rows[1][2] == "'=HYPERLINK(1)"


def test_a_file_of_nothing_but_mistakes_cannot_be_used(admin: Client) -> None:
    used(admin, INSIDE)
    table = loaded(admin, "x,y,z")
    assert "No row of this file could be understood" in seen(admin, table)
    assert "Use this table" not in seen(admin, table)
    do(admin, "use", table)
    assert ridings("K1A 0A6") == ["Ottawa Centre"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"code,where\nK1A 0A6,x\n", "must name the columns postal_code, division"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "old Excel file"),
        (f"{HEAD}\n".encode(), "no rows below its first one"),
        (b"\x1f\x8bnothing", "The packed file cannot be opened"),
    ],
)
def test_what_cannot_be_read_is_said_and_changes_nothing(admin: Client, data: bytes, said: str) -> None:
    used(admin, INSIDE)
    table = loaded(admin, data=data)
    assert table.state == State.FAILED
    page = seen(admin, table)
    assert said in page
    assert "campaigns look up where they did before" in page
    assert not PostalDivision.objects.filter(table=table.name).exists()
    assert not list(files.FILES.path.iterdir())
    assert ridings("K1A 0A6") == ["Ottawa Centre"]


def zipped(text: bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("codes.csv", text)
        archive.writestr("__MACOSX/._codes.csv", b"\x00\x05")
    return data.getvalue()


def workbook(text: bytes) -> bytes:
    book, data = Workbook(), io.BytesIO()
    for line in text.decode("utf-8-sig").splitlines():
        book.active.append(line.replace(";", ",").split(","))
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize("pack", [zipped, gzip.compress, workbook, lambda text: text.replace(b",", b";")])
def test_files_as_people_have_them(admin: Client, pack: Callable[[bytes], bytes]) -> None:
    text = f"\ufeffCode postal,OCD ID,Circonscription\nK1A 0A6,{CENTRE},Ottawa-Centre\n".encode()
    table = loaded(admin, data=pack(text))
    assert (table.state, table.first) == (State.READ, [["K1A 0A6", CENTRE, "Ottawa-Centre"]])


def test_while_it_is_read_everybody_looks_up_in_the_one_before(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    used(admin, INSIDE)
    found: list[list[str]] = []
    monkeypatch.setattr(work, "A_BATCH", 1)
    kept = filling_table.store

    def store(lines: Iterable[Any], *, table: str) -> object:
        found.append(ridings("K1A 0A6"))
        return kept(lines, table=table)

    monkeypatch.setattr(work, "store", store)
    loaded(admin, f"K1A 0A6,{WEST},West", f"K3A 1A1,{WEST},West")
    assert found == [["Ottawa Centre"], ["Ottawa Centre"]]


def test_a_worker_that_died_is_followed_by_another(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "A_BATCH", 1)
    kept, calls = filling_table.store, [0]

    def dies(lines: Iterable[Any], *, table: str) -> object:
        calls[0] += 1
        if calls[0] == 2:
            raise OperationalError
        return kept(lines, table=table)

    monkeypatch.setattr(work, "store", dies)
    table = loaded(admin, INSIDE, *BORDER)
    assert (table.state, PostalDivision.objects.count()) == (State.READING, 1)
    page = seen(admin, table)
    assert "Being read." in page
    assert "rows so far" in page
    assert "It is being made" not in page
    assert admin.get(reverse("desk_postal_table_state", args=[table.pk])).json()["ended"] is False
    PostalTable.objects.update(beat_at=F("beat_at") - SILENT_AFTER - timedelta(seconds=1))
    assert jobs.mend_postal_codes() == 1
    table.refresh_from_db()
    assert (table.state, table.rows, table.numbers["twice"]) == (State.READ, 3, 0)


def test_what_breaks_our_program_is_said_without_what_stands_in_it(
    admin: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(work, "know_divisions", lambda _table: 1 / 0)
    table = loaded(admin, INSIDE)
    assert (table.state, PostalDivision.objects.exists()) == (State.FAILED, False)
    assert "ZeroDivisionError" in table.why
    assert "K1A" not in caplog.text


def test_removed_by_hand_and_by_night(admin: Client) -> None:
    first, second, third = used(admin, INSIDE), used(admin, INSIDE), loaded(admin, INSIDE, "x,y,z")
    assert "Nothing was changed" in do(admin, "remove", second)
    do(admin, "remove", third)
    assert (third.state, third.left_out_file) == (State.REMOVED, "")
    assert steps.remove_old_tables() == 0
    PostalTable.objects.update(state_since=timezone.now() - timedelta(days=15))
    assert steps.remove_old_tables() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.REMOVED, State.USED)
    assert PostalDivision.objects.count() == TableDivision.objects.count() == 1
    assert ridings("K1A 0A6") == ["Ottawa Centre"]
    assert "Nothing was changed" in do(admin, "use", first)


@pytest.mark.parametrize(("state", "removed"), [(State.READ, 0), (State.FORMER, 1)])
def test_what_the_command_put_beside_the_one_in_use_stays(admin: Client, state: State, removed: int) -> None:
    old = timezone.now() - timedelta(days=15)
    for name in ("ontario", "default"):
        table = PostalTable.objects.create(name=name, file_name="on.csv", state=State.READ, rows=1, state_since=old)
    PostalTable.objects.filter(pk=table.pk).update(state=state)
    assert ("it is removed on" in seen(admin, table)) is bool(removed)
    assert steps.remove_old_tables() == removed
    assert PostalTable.objects.filter(state=State.READ).count() == 2 - removed


def test_a_word_is_told_between_the_questions_that_take_long(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    used(admin, INSIDE)
    done, tell = list[str](), Work.tell

    def asked(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT COUNT(") and "postaldivision" in sql:
            done.append("asked")
        return execute(sql, *rest)

    def told(self: Work, rows: int, *, now: bool = False) -> None:
        done.append("told")
        tell(self, rows, now=now)

    monkeypatch.setattr(Work, "tell", told)
    with connection.execute_wrapper(asked):
        loaded(admin, f"K1A 0A6,{WEST},West")
    assert done.count("asked") == 6
    assert ("asked", "asked") not in list(pairwise(done))


def test_what_was_left_out_of_the_one_in_use_is_forgotten_in_time(admin: Client) -> None:
    table = used(admin, INSIDE, "x,y,z")
    PostalTable.objects.update(uploaded_at=timezone.now() - timedelta(days=15))
    assert steps.remove_old_tables() == 1
    page = admin.get(reverse("desk_postal_table_left_out", args=[table.pk]), follow=True).content.decode()
    assert "removed after two weeks" in page
    assert not list(files.FILES.path.iterdir())


def test_one_is_in_use_at_a_time(admin: Client) -> None:
    used(admin, INSIDE)
    with pytest.raises(IntegrityError), transaction.atomic():
        PostalTable.objects.create(file_name="x", state=State.USED)


def test_two_who_use_two_tables_at_once_use_one(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    used(admin, INSIDE)
    other = loaded(admin, f"K1A 0A6,{WEST},West")
    monkeypatch.setattr(steps, "_leave_the_used", lambda: None)  # as where somebody came between
    assert "Nothing was changed" in do(admin, "use", other)
    assert ridings("K1A 0A6") == ["Ottawa Centre"]


def test_lists_that_go_by_it_are_set_against_it(admin: Client) -> None:
    parliament = TargetList.objects.create(name="Parliament")
    Campaign.objects.create(name="C", slug="c", targeting="postal", provider="table", target_list=parliament)
    table = loaded(admin, INSIDE, *BORDER)
    assert "has somebody for 0 of 2 ridings" in seen(admin, table)
    for changes in ({"division": CENTRE}, {"division_name": "OTTAWA WEST-NEPEAN"}):
        target = Target.objects.create(name="Jane", email="jane@house.example", **changes)
        ListMember.objects.create(target_list=parliament, target=target)
        page = seen(admin, table)
        assert ("Nobody sits for: Ottawa West—Nepean" in " ".join(page.split())) is bool(changes.get("division"))
    assert "has somebody for 2 of 2 ridings" in page


@pytest.mark.parametrize("posted", [{}, {"file": SimpleUploadedFile("x.csv", b"")}, {"country": "XX"}])
def test_a_form_that_is_not_whole_is_shown_again(admin: Client, posted: dict[str, Any]) -> None:
    assert admin.post(reverse("desk_postal_codes"), posted).status_code == 422
    assert not PostalTable.objects.exists()


def test_what_is_too_large_is_said(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.desk.postal_codes.LIMITS", SimpleNamespace(bytes=10))
    posted = {"file": SimpleUploadedFile("x.csv", b"x" * 11), "country": "CA"}
    assert "Pack it (.zip)" in admin.post(reverse("desk_postal_codes"), posted).content.decode()


def test_who_may_only_look_is_sent_away(colleague: Callable[..., Client]) -> None:
    viewer = colleague("campaigns.view_targetlist")
    home = reverse("wagtailadmin_home")
    assert viewer.get(reverse("desk_postal_codes")).headers["Location"] == home
    assert reverse("desk_postal_codes") not in viewer.get("/desk/").content.decode()
    changer = colleague("campaigns.view_targetlist", "campaigns.change_targetlist")
    assert reverse("desk_postal_codes") in changer.get("/desk/").content.decode()


def test_the_file_is_sealed_while_it_waits(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "stream_table", lambda *_: (_ for _ in ()).throw(OperationalError))
    loaded(admin, INSIDE)
    [path] = files.FILES.path.iterdir()
    assert b"K1A" not in path.read_bytes().upper()


def test_a_part_of_a_file_is_told_from_a_whole_one(admin: Client) -> None:
    used(admin, INSIDE, *BORDER)
    assert "Is the file whole?" in seen(admin, loaded(admin, INSIDE))


def test_what_broke_off_three_times_is_cleared_in_time(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "know_divisions", lambda _table: (_ for _ in ()).throw(OperationalError))
    table = loaded(admin, INSIDE)
    PostalTable.objects.update(runs=3, beat_at=F("beat_at") - SILENT_AFTER - timedelta(seconds=1))
    jobs.mend_postal_codes()
    table.refresh_from_db()
    assert (table.state, PostalDivision.objects.count()) == (State.FAILED, 1)
    assert steps.remove_old_tables() == 0
    PostalTable.objects.update(uploaded_at=timezone.now() - timedelta(days=15))
    assert steps.remove_old_tables() == 1
    assert not PostalDivision.objects.exists()
    assert not list(files.FILES.path.glob("upload-*"))
