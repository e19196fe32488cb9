"""Importing supporters: read, explained, checked, carried out, taken back; nobody without a consent, nobody revived."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.db.models import F
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook
from pytest_django.fixtures import Settings
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from tests.desk.conftest import Sign, an_update, confirm
from tocsin.actions.exporting import store
from tocsin.actions.importing import files, jobs, work
from tocsin.actions.long_work import NoLongerOurs, Work, take_in_hand
from tocsin.actions.models import Action, Update, UpdateCopy
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.actions.updates.send import send_updates
from tocsin.actions.updates.steer import let_go
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.outbox.models import Message, Suppression
from tocsin.outbox.suppress import suppress
from tocsin.staff import audit
from tocsin.supporters.current import may_be_mailed
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Consent, ConsentWording, Supporter, SupporterImport

HEAD = "Email Address,First Name,Last Name,Postcode,Language,Consent date"
JANE = "jane@society.internal,Jane,Doe,k1a0a6,French,2026-03-01"
CONSENT = {
    "purpose": "news",
    "basis": "express",
    "wording": "Yes, write to me.",
    "controller": "Society\n1 Main Street",
    "source": "The march",
    "language": "en",
    "agreed_on": "2026-02-01",
}


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    yield
    for path in store.FILES.path.glob("*") if store.FILES.path.is_dir() else []:
        path.unlink()


def upload(client: Client, *rows: str, data: bytes = b"", name: str = "people.csv") -> SupporterImport:
    data = data or "\n".join([HEAD, *rows]).encode()
    response = client.post(reverse("desk_imports"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()
    return SupporterImport.objects.latest("pk")


def checked(client: Client, *rows: str, **changes: str) -> SupporterImport:
    kept = upload(client, *rows)
    response = client.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | changes)
    assert response.status_code == 302, response.content.decode()
    kept.refresh_from_db()
    return kept


def imported(client: Client, *rows: str, **changes: str) -> SupporterImport:
    kept = checked(client, *rows, **changes)
    client.post(reverse("desk_import_carry_out", args=[kept.pk]))
    kept.refresh_from_db()
    return kept


def left_out(client: Client, kept: SupporterImport) -> list[dict[str, str]]:
    response = client.post(reverse("desk_import_left_out", args=[kept.pk]))
    assert isinstance(response, StreamingHttpResponse)
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def who(email: str) -> Supporter:
    return Supporter.objects.get(email_digest=vault().digest(email))


def test_it_works(admin: Client) -> None:
    kept = checked(admin, JANE, "john@society.internal,John,,,,")
    assert (kept.state, kept.rows, kept.numbers["new"]) == ("checked", 2, 2)
    assert not Supporter.objects.exists()
    page = admin.get(reverse("desk_import", args=[kept.pk])).content.decode()
    assert "Import 2 people" in page
    assert "jane@society.internal" in page
    admin.post(reverse("desk_import_carry_out", args=[kept.pk]))
    kept.refresh_from_db()
    assert (kept.state, kept.numbers["added"], kept.numbers["consents"]) == ("done", 2, 2)
    jane = who("jane@society.internal")
    opened = vault().open(jane.sealed, b"supporter:" + bytes(jane.email_digest))
    assert opened == {
        "email": "jane@society.internal",
        "given_name": "Jane",
        "family_name": "Doe",
        "postal_code": "K1A 0A6",
    }
    assert jane.language == "fr"
    consent = jane.consents.get()
    assert (consent.method, consent.source, consent.basis, consent.expires_at) == (
        "import",
        "The march",
        "express",
        None,
    )
    assert consent.given_at == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert who("john@society.internal").consents.get().given_at == datetime(2026, 2, 1, 12, tzinfo=UTC)
    assert ConsentWording.objects.get().text == "Yes, write to me."
    assert set(may_be_mailed("news")) == set(Supporter.objects.all())


def test_a_workbook_too(admin: Client) -> None:
    book, data = Workbook(), io.BytesIO()
    book.active.append(["Courriel", "Prénom", "Nom de famille", "Date du consentement"])
    book.active.append(["zoé@x", "Zoé", "Doe", datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)])
    book.active.append(["zoe@society.internal", "Zoé", "Doe", datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)])
    book.save(data)
    kept = upload(admin, data=data.getvalue(), name="people.xlsx")
    admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT)
    kept.refresh_from_db()
    assert (kept.numbers["new"], kept.numbers["wrong"]) == (1, 1)


@pytest.mark.parametrize("missing", ["purpose", "basis", "wording", "controller", "source", "language"])
def test_nobody_without_a_consent(admin: Client, missing: str) -> None:
    kept = upload(admin, JANE)
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {missing: ""})
    assert response.status_code == 422
    kept.refresh_from_db()
    assert kept.state == "read"
    admin.post(reverse("desk_import_carry_out", args=[kept.pk]))
    assert not Supporter.objects.exists()


def test_nor_without_a_day(admin: Client) -> None:
    kept = upload(admin, data=b"email\njane@society.internal\n")
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {"agreed_on": ""})
    assert response.status_code == 422
    assert b"Enter the day on which they agreed" in response.content
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {"agreed_on": tomorrow})
    assert response.status_code == 422


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",Jane,Doe,,,", "no e-mail address"),
        ("jane,Jane,Doe,,,", "is no e-mail address"),
        ("jane@example.org,Jane,Doe,,,", "placeholder"),
        ("jane@society.test,Jane,Doe,,,", "placeholder"),
        ("jane@gmial.com,Jane,Doe,,,", "jane@gmail.com?"),
        ("jane@society.internal,Jane,Doe,,,03/04/2026", "Write it like 2026-11-23"),
        ("jane@society.internal,Jane,Doe,,,2099-01-01", "still to come"),
        ("jane@society.internal,www.spam.com,Doe,,,", "web address"),
        (f"jane@society.internal,{'x' * 101},Doe,,,", "too long for a name"),
    ],
)
def test_what_is_wrong_is_said_and_can_be_mended(admin: Client, row: str, why: str) -> None:
    kept = checked(admin, row, "john@society.internal,John,,,,")
    assert (kept.numbers["wrong"], kept.numbers["new"]) == (1, 1)
    [out] = left_out(admin, kept)
    assert why in out["Reason"]
    assert out["First Name"] in row


def test_who_has_an_address_like_a_placeholder_is_taken_with_a_remark(admin: Client) -> None:
    """email.cz and mail.com's email.com are large providers; what may be refused are domains that nobody can have."""
    addresses = ["ann@courriel.ca", "jane@email.com", "joan@email.cz", "nom@society.internal"]
    kept = checked(admin, *(f"{address},Jane,Doe,,," for address in addresses), "john@society.internal,John,,,,")
    assert (kept.numbers["new"], kept.numbers["wrong"], kept.numbers["doubtful"]) == (5, 0, 4)
    page = admin.get(reverse("desk_import", args=[kept.pk])).content.decode()
    assert all(f"“{address}” looks like a placeholder" in page for address in addresses)
    assert "The first of them are in rows 2, 3, 4, 5." in page


def test_one_person_twice_is_one(admin: Client) -> None:
    kept = imported(admin, JANE, "Jane+old@Society.internal,J,,,,")
    assert (kept.numbers["twice"], kept.numbers["added"]) == (1, 1)
    assert "Row 2 is the same person" in left_out(admin, kept)[0]["Reason"]


def test_a_known_person_keeps_what_they_gave_themselves(admin: Client, sign: Sign) -> None:
    sign(ActionState.COUNTED, email="jane0@example.org", consents={"news": False})
    follow_batch()
    supporter = Supporter.objects.get()
    Supporter.objects.filter(pk=supporter.pk).update(email_digest=vault().digest("jane@society.internal"))
    kept = imported(admin, JANE.replace("Jane", "Other"))
    assert (kept.numbers["known"], kept.numbers["added"]) == (1, 0)
    supporter.refresh_from_db()
    assert supporter.import_ref_id is None
    assert bytes(supporter.sealed) == bytes(Supporter.objects.get().sealed)
    assert may_be_mailed("news").exists()
    assert imported(admin, JANE).numbers["same"] == 1


def test_nobody_who_left_or_is_suppressed_comes_back(admin: Client) -> None:
    imported(admin, JANE, "john@society.internal,John,,,,")
    leave(who("jane@society.internal").pk, "", Consent.Method.MAIL)
    suppress("joan@society.internal", Suppression.Scope.ALL, Suppression.Reason.COMPLAINED)
    kept = imported(admin, JANE, "joan@society.internal,Joan,,,,", "john@society.internal,John,,,,")
    assert {name: number for name, number in kept.numbers.items() if number} == {"left": 1, "stopped": 1, "same": 1}
    assert Supporter.objects.count() == 2
    assert set(may_be_mailed("news")) == {who("john@society.internal")}
    assert Suppression.objects.count() == 1


def test_implied_consent_ends_by_itself(admin: Client) -> None:
    old = (timezone.now() - timedelta(days=731)).date().isoformat()
    recent = (timezone.now() - timedelta(days=700)).date().isoformat()
    kept = imported(admin, JANE[:-10] + old, f"john@society.internal,John,,,,{recent}", basis="implied")
    assert (kept.numbers["wrong"], kept.numbers["added"]) == (1, 1)
    assert may_be_mailed("news").count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert may_be_mailed("news").count() == 0


# ── taken back ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_import_is_taken_back_but_not_what_people_did_since(admin: Client, sign: Sign) -> None:
    kept = imported(admin, JANE, "john@society.internal,John,,,,", "joan@society.internal,Joan,,,,")
    sign(ActionState.FOLLOWED)
    Action.objects.update(supporter=who("john@society.internal"))
    admin.post(reverse("desk_import_take_back", args=[kept.pk]))
    kept.refresh_from_db()
    assert (kept.state, kept.numbers["removed"], kept.numbers["stayed"]) == ("undone", 2, 1)
    assert not Consent.objects.exists()
    assert Supporter.objects.get() == who("john@society.internal")
    admin.post(reverse("desk_import_take_back", args=[kept.pk]))
    assert ModelLogEntry.objects.filter(action="tocsin.people_import_undone").count() == 1
    assert b"was taken back" in admin.get(reverse("desk_import", args=[kept.pk])).content


def test_what_waits_for_them_is_stopped_when_an_import_is_taken_back(
    admin: Client, campaign: Campaign, edition: Edition, sign: Sign
) -> None:
    """For whoever goes, and for whoever stays without having agreed; who agreed elsewhere besides gets theirs."""
    kept = imported(admin, JANE, *(f"{name}@society.internal,X,,,," for name in ("john", "joan")))
    for name in ("john", "joan"):
        action = sign(ActionState.FOLLOWED)
        Action.objects.filter(pk=action.pk).update(supporter=who(f"{name}@society.internal"))
    own = Consent.objects.get(supporter=who("joan@society.internal"))
    own.pk, own.import_ref = None, None
    own.save(force_insert=True)
    update = an_update(campaign, audience=Update.Audience.AGREED, purpose="news", language="en")
    Supporter.objects.update(language="en")
    let_go(update, 3, "Jane Doe")
    send_updates()
    held = Message.objects.get(update_copy__supporter=who("jane@society.internal"))
    Message.objects.filter(pk=held.pk).update(state="held")
    admin.post(reverse("desk_import_take_back", args=[kept.pk]))
    left = Message.objects.exclude(state="cancelled").get()
    assert UpdateCopy.objects.get(message=left).supporter == who("joan@society.internal")
    assert Message.objects.count() == 3


def test_taking_an_import_back_asks_who_it_is(admin: Client, boss: User) -> None:
    kept = imported(admin, JANE)
    confirm(admin, boss, ago=3600)
    response = admin.post(reverse("desk_import_take_back", args=[kept.pk]))
    assert response.headers["Location"].startswith(reverse("account_again"))
    assert Supporter.objects.exists()


# ── the work ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_carried_out_twice_it_stores_nobody_twice(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its worker dies after the first batch."""
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 1)
    kept = checked(admin, JANE, "john@society.internal,John,,,,")
    SupporterImport.objects.filter(pk=kept.pk).update(state="importing")
    first = take_in_hand(kept, "importing", "importing")
    assert first is not None

    def die(_work: object, done: int, **_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("tocsin.actions.long_work.Work.tell", die)
        with pytest.raises(KeyboardInterrupt):
            work.carry_out(first)
    assert Supporter.objects.count() == 1
    assert jobs.mend_imports() == 0
    SupporterImport.objects.filter(pk=kept.pk).update(beat_at=timezone.now() - timedelta(minutes=3))
    assert jobs.mend_imports() == 1
    kept.refresh_from_db()
    assert (kept.state, kept.numbers["added"], kept.numbers["consents"]) == ("done", 2, 2)
    with pytest.raises(NoLongerOurs):
        first.end("done")


def test_what_a_worker_writes_is_in_the_language_of_whoever_asked(
    admin: Client, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has no language of its own."""
    UserProfile.objects.create(user=boss, preferred_language="fr")
    kept = upload(admin, "jane,Jane,Doe,,,")
    with monkeypatch.context() as later:
        later.setattr(jobs, "work_on", SimpleNamespace(enqueue=lambda _pk: None))
        admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT)
    jobs.work_on.call(kept.pk)
    kept.refresh_from_db()
    [out] = left_out(admin, kept)
    assert "n’est pas une adresse courriel" in " ".join(out.values())


def test_steps_are_taken_once_and_in_order(admin: Client) -> None:
    kept = imported(admin, JANE)
    for step in ("check", "carry_out"):
        admin.post(reverse(f"desk_import_{step}", args=[kept.pk]), CONSENT)
    kept.refresh_from_db()
    assert kept.state == "done"
    assert ModelLogEntry.objects.filter(action="tocsin.people_imported").count() == 1
    assert admin.get(reverse("desk_import_carry_out", args=[kept.pk])).status_code == 302


@pytest.mark.parametrize(("step", "before"), [("carry_out", "checked"), ("take_back", "done")])
def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, monkeypatch: pytest.MonkeyPatch, step: str, before: str
) -> None:
    kept = checked(admin, JANE) if before == "checked" else imported(admin, JANE)
    people = Supporter.objects.count()
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(reverse(f"desk_import_{step}", args=[kept.pk]))
    kept.refresh_from_db()
    assert (kept.state, Supporter.objects.count()) == (before, people)


def test_nothing_is_uploaded_that_cannot_be_written_down(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upload(admin, JANE)
    assert not SupporterImport.objects.exists()


def test_a_file_whose_reading_broke_off_at_its_end_is_read_again(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_args: object, **_changes: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patched:
        patched.setattr(Work, "end", die)
        upload(admin, JANE)
    kept = SupporterImport.objects.get()
    assert kept.state == "reading"
    SupporterImport.objects.update(run="")
    jobs.work_on.func(kept.pk)
    kept.refresh_from_db()
    assert (kept.state, kept.rows, kept.why) == ("read", 1, "")
    assert [path.name for path in store.FILES.path.iterdir() if path.name.startswith("upload")] == []


def test_a_no_of_the_same_day_comes_after_the_file(admin: Client) -> None:
    with time_machine.travel(datetime(2026, 6, 15, 9, tzinfo=UTC)):
        imported(admin, JANE.replace("2026-03-01", "2026-06-15"))
        assert Consent.objects.get().given_at <= timezone.now()


def test_the_file_lies_open_nowhere(admin: Client) -> None:
    kept = imported(admin, JANE.replace("Jane", "Kanarienvogel"), "jane,Kanarienvogel,,,,")
    assert not any(b"Kanarienvogel" in path.read_bytes() for path in store.FILES.path.iterdir())
    assert "Kanarienvogel" not in str(SupporterImport.objects.filter(pk=kept.pk).values_list())
    SupporterImport.objects.update(uploaded_at=timezone.now() - timedelta(days=15))
    assert store.remove_old_files() == 1
    assert list(store.FILES.path.iterdir()) == []
    assert admin.get(reverse("desk_import", args=[kept.pk])).status_code == 200


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"\xd0\xcf\x11\xe0x", "old Excel file"), (b"email\n", "no rows below"), (b"a\x00b", "neither CSV nor an Excel")],
)
def test_a_file_that_cannot_be_read_says_why(admin: Client, data: bytes, why: str) -> None:
    kept = upload(admin, data=data)
    assert kept.state == "failed"
    assert why in admin.get(reverse("desk_import", args=[kept.pk])).content.decode()


def test_columns_can_be_told(admin: Client) -> None:
    kept = upload(admin, data=b"contact,who\njane@society.internal,Jane Doe\n")
    page = admin.get(reverse("desk_import", args=[kept.pk])).content.decode()
    assert "jane@society.internal" in page
    response = admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT)
    assert response.status_code == 422
    assert b"which column holds the e-mail address" in response.content
    admin.post(reverse("desk_import_check", args=[kept.pk]), CONSENT | {"column-0": "email", "column-1": "name"})
    admin.post(reverse("desk_import_carry_out", args=[kept.pk]))
    jane = who("jane@society.internal")
    assert vault().open(jane.sealed, b"supporter:" + bytes(jane.email_digest))["family_name"] == "Doe"


def test_only_for_those_who_may(colleague: Callable[..., Client], admin: Client) -> None:
    kept = checked(admin, JANE)
    for other in (colleague("actions.view_action", "staff.export_people"), colleague()):
        for name in ("desk_import", "desk_import_state"):
            assert other.get(reverse(name, args=[kept.pk])).status_code == 302
        for step in ("check", "carry_out", "take_back", "left_out"):
            answer: Any = other.post(reverse(f"desk_import_{step}", args=[kept.pk]), CONSENT)
            assert answer.headers["Location"] == "/desk/"
    assert not Supporter.objects.exists()
    kept.refresh_from_db()
    assert kept.state == "checked"


def test_one_whose_job_was_never_put_in_the_queue_goes_on(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "work_on", SimpleNamespace(enqueue=lambda _pk: None))
        kept = upload(admin, JANE)
    for step, after in ((None, "read"), ("check", "checked")):
        if step:
            with monkeypatch.context() as broken:
                broken.setattr(jobs, "work_on", SimpleNamespace(enqueue=lambda _pk: None))
                admin.post(reverse(f"desk_import_{step}", args=[kept.pk]), CONSENT)
        assert jobs.mend_imports() == 0
        SupporterImport.objects.update(beat_at=F("beat_at") - timedelta(minutes=3))
        assert jobs.mend_imports() == 1
        kept.refresh_from_db()
        assert kept.state == after


def test_rows_left_out_are_taken_along_only_by_whoever_showed_lately_who_they_are(admin: Client, boss: User) -> None:
    kept = checked(admin, JANE, "nobody,X,Y,,,")
    confirm(admin, boss, ago=3600)
    response = admin.post(reverse("desk_import_left_out", args=[kept.pk]))
    assert response.headers["Location"].startswith(reverse("account_again"))
    confirm(admin, boss)
    assert len(left_out(admin, kept)) == 1
    assert admin.get(reverse("desk_import_left_out", args=[kept.pk])).status_code == 302


def test_whoever_is_shown_the_rows_leaves_a_line(admin: Client) -> None:
    kept = checked(admin, JANE)
    assert b"jane@society.internal" in admin.get(reverse("desk_import", args=[kept.pk])).content
    line = ModelLogEntry.objects.get(action="tocsin.people_listed")
    assert (line.data["list"], line.data["rows"]) == ("import", 1)
    assert "jane" not in str(line.data)


def test_a_file_too_large_for_memory_is_written_nowhere(admin: Client, settings: Settings) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 200
    response = admin.post(reverse("desk_imports"), {"file": SimpleUploadedFile("people.csv", b"x" * 1000)})
    assert response.status_code == 422
    assert not response.wsgi_request.FILES
    assert not SupporterImport.objects.exists()
