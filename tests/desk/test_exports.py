"""Exports: asked for, made in the background, fetched by those who may, and gone when their days are over."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db.models import F
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign, Write
from tocsin.actions.exporting import batches, jobs, store
from tocsin.actions.exporting.make import make_file
from tocsin.actions.exporting.presets import PRESETS
from tocsin.actions.long_work import NoLongerOurs, take_in_hand
from tocsin.actions.mailable import count_mailable
from tocsin.actions.models import Action, Export
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.actions.unsubscribe import Choice, choose, read_unsubscribe_key, unsubscribe_url
from tocsin.campaigns.models import Campaign, CounterEntry, EntryDecision, Tally
from tocsin.desk.export_form import filters_said
from tocsin.lib.vault import vault
from tocsin.outbox.models import State, Suppression
from tocsin.outbox.suppress import suppress
from tocsin.staff import audit
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Supporter

Kind = Export.Kind
ODD = [
    "=HYPERLINK(1)",
    "＝1+1",
    "\t=1",
    "+1 514 555 0000",
    "Zoé O’Brien-Ñandú",
    "ᐃᓄᒃᑎᑐᑦ",
    'a "quoted", one\nwith a break',
]


@pytest.fixture(autouse=True)
def no_files_left() -> Iterator[None]:
    yield
    for path in store.FILES.path.glob("*") if store.FILES.path.is_dir() else []:
        path.unlink()


def ask(client: Client, kind: str, campaign: Campaign | None = None, query: str = "", **posted: str) -> Export:
    address = (
        reverse("campaign:new_export", args=[campaign.pk, kind])
        if campaign
        else reverse("desk_new_export", args=[kind])
    )
    response = client.post(address + query, {"format": "csv", "mark": "on", **posted})
    assert response.status_code == 302, response.content.decode()
    return Export.objects.latest("pk")


def fetch(client: Client, export: Export) -> bytes:
    response = client.post(reverse("desk_export_download", args=[export.pk]))
    assert isinstance(response, StreamingHttpResponse), response
    data = response.getvalue()
    assert response.headers["Content-Length"] == str(len(data))
    return data


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def taken(client: Client, kind: str, campaign: Campaign | None = None, query: str = "", **posted: str) -> list[Any]:
    return rows_of(fetch(client, ask(client, kind, campaign, query, **posted)))


def test_it_works(admin: Client, campaign: Campaign, sign: Sign) -> None:
    sign(ActionState.COUNTED)
    follow_batch()
    [row] = taken(admin, Kind.ACTIONS, campaign, people="on")
    assert (row["given_name"], row["email"], row["consents"]) == ("Jane", "jane0@example.org", "news:yes")
    assert row["accepted_at"].endswith("Z")
    [row] = taken(admin, Kind.SUPPORTERS)
    assert (row["email"], row["may_be_mailed_about"], row["actions"]) == ("jane0@example.org", "news", "1")
    [row] = taken(admin, Kind.CONSENTS, campaign)
    assert (row["purpose"], row["answer"], row["wording"]) == ("news", "yes", "Send me news.")
    assert Export.objects.latest("pk").downloads == 1


def test_columns_stay_for_ever(admin: Client, campaign: Campaign) -> None:
    heads = {
        kind: ",".join(fetch(admin, ask(admin, kind, campaign, people="on")).decode("utf-8-sig").split())
        for kind in (Kind.ACTIONS, Kind.SUPPORTERS, Kind.CONSENTS, Kind.LETTERS, Kind.LEDGER)
    }
    assert heads == {
        "actions": "action,reference,campaign,campaign_name,edition,language,accepted_at,state,reason,way,division,"
        "supporter,letters,own_words,utm_source,utm_medium,utm_campaign,utm_term,utm_content,source,appeal,"
        "given_name,family_name,email,phone,city,province,postal_code,country,subject,text,consents",
        "supporters": "supporter,language,first_seen_at,changed_at,actions,may_be_mailed_about,nothing_is_sent_because,"
        "given_name,family_name,email,phone,city,province,postal_code,country",
        "consents": "consent,supporter,purpose,answer,control,basis,method,language,given_at,expires_at,campaign,"
        "action,edition,import,page,source,wording_sha256,wording,controller,given_name,family_name,email",
        "letters": "letter,reference,message_id,sha256,target,language,own_words,carried,signed_at,left_at,state,"
        "state_since,attempts,last_attempt_at,server,tls,last_words,name,email,city,province,postal_code,country",
        "ledger": "entry,campaign,campaign_name,source,people,counted_on,reason,entered_at,entered_by,"
        "counts,decision,decided_by,why_refused",
    }


def test_letters_say_what_became_of_them(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write(State.REFUSED, "=HYPERLINK(1)")
    held = write(State.HELD)
    first, second = taken(admin, Kind.LETTERS, campaign, people="on")
    assert first["reference"] == f"{campaign.pk}-{letter.action_id}"
    assert (first["state"], first["server"], first["last_words"]) == (
        "refused",
        "mx.target.example",
        "'=HYPERLINK(1)",
    )
    assert (second["name"], second["email"]) == ("Jane Secret", "jane1@example.org")
    assert [row["letter"] for row in taken(admin, Kind.LETTERS, campaign, "?state=held")] == [str(held.pk)]
    assert taken(admin, Kind.LETTERS, campaign, "?state=bounced") == []


def test_the_ledger_too(admin: Client, campaign: Campaign) -> None:
    CounterEntry.objects.create(campaign=campaign, source="paper", people=-5, reason="Twice", entered_by_name="Jane")
    [row] = taken(admin, Kind.LEDGER, campaign)
    assert (row["people"], row["reason"], row["entered_by"]) == ("-5", "Twice", "Jane")
    assert (row["counts"], row["decision"]) == ("yes", "")


def test_the_ledger_says_which_lines_count_and_who_decided(admin: Client, campaign: Campaign) -> None:
    for reason, approved in (("Yes", True), ("No", False), ("Open", None)):
        line = CounterEntry.objects.create(
            campaign=campaign, source="paper", people=9, reason=reason, needs_approval=True
        )
        if approved is not None:
            EntryDecision.objects.create(
                entry=line, approved=approved, reason="" if approved else "Blank", decided_by_name="Joe"
            )
    said = [
        (row["reason"], row["counts"], row["decision"], row["decided_by"], row["why_refused"])
        for row in taken(admin, Kind.LEDGER, campaign)
    ]
    assert said == [
        ("Yes", "yes", "approved", "Joe", ""),
        ("No", "no", "refused", "Joe", "Blank"),
        ("Open", "no", "waits", "", ""),
    ]


def test_a_spreadsheet_reckons_with_nothing_and_a_program_gets_every_byte(
    admin: Client, campaign: Campaign, sign: Sign
) -> None:
    for odd in ODD:
        sign(ActionState.FOLLOWED, text=odd)
    harmless = [row["text"] for row in taken(admin, Kind.ACTIONS, campaign, people="on")]
    assert harmless == [f"'{odd}" for odd in ODD[:4]] + ODD[4:]
    exact = taken(admin, Kind.ACTIONS, campaign, people="on", format="exact", mark="")
    assert [row["text"] for row in exact] == ODD


def test_the_mark_is_chosen(admin: Client, campaign: Campaign) -> None:
    with_mark = ask(admin, Kind.LEDGER, campaign, format="exact")
    assert fetch(admin, with_mark).startswith(b"\xef\xbb\xbf")
    export = Export(kind=Kind.LEDGER, campaign=campaign, format="csv", mark=False, people=False, language="en")
    export.save()
    jobs.make.enqueue(export.pk)
    export.refresh_from_db()
    assert fetch(admin, export).startswith(b"entry,")


def test_a_workbook_holds_the_same_and_no_formula(admin: Client, campaign: Campaign, sign: Sign) -> None:
    for odd in [*ODD, "\x0bcontrol"]:
        sign(ActionState.FOLLOWED, text=odd)
    book = load_workbook(io.BytesIO(fetch(admin, ask(admin, Kind.ACTIONS, campaign, people="on", format="xlsx"))))
    head, *rows = book.worksheets[0].iter_rows()
    at = [cell.value for cell in head].index("text")
    assert [row[at].value for row in rows] == [*ODD, "control"]
    assert {row[at].data_type for row in rows} == {"s"} or {row[at].data_type for row in rows} == {"inlineStr"}


def test_every_row_once_over_many_batches(
    admin: Client, campaign: Campaign, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    numbers = [str(sign().pk) for _ in range(5)]
    assert [row["action"] for row in taken(admin, Kind.ACTIONS, campaign)] == numbers


# ── a mailing list ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("preset", PRESETS)
def test_a_mailing_list_has_whoever_agreed_and_is_written_to(
    admin: Client, campaign: Campaign, sign: Sign, preset: str
) -> None:
    for yes in (True, True, True, False, True):
        sign(ActionState.COUNTED, consents={"news": yes})
    follow_batch()
    leave(Supporter.objects.get(email_digest=vault().digest("jane1@example.org")).pk, "news", "mail")
    suppress("jane2@example.org", Suppression.Scope.ALL, Suppression.Reason.BOUNCED)
    rows = taken(admin, Kind.MAILING, campaign, preset=preset, purpose="news")
    [column] = [
        name for name in PRESETS[preset].columns if name.lower().startswith("email") and "opt" not in name.lower()
    ]
    assert sorted(row[column] for row in rows) == ["jane0@example.org", "jane4@example.org"]


def test_a_purpose_is_said_in_words_where_it_is_chosen_and_where_it_was(
    admin: Client, campaign: Campaign, sign: Sign
) -> None:
    sign(ActionState.COUNTED, consents={"news": True})
    follow_batch()
    address = reverse("campaign:new_export", args=[campaign.pk, Kind.MAILING])
    assert ">news and updates</option>" in admin.get(address).content.decode()
    said = dict(filters_said(Export(kind=Kind.CONSENTS, filters={"purpose": "news"})))
    assert said["Purpose"] == "news and updates"


def test_a_list_and_a_mailing_list_hold_the_same_people(admin: Client, campaign: Campaign, sign: Sign) -> None:
    """Whoever left this campaign by the link in a mail has agreed to news, and may not be written to from here."""
    for yes in (True, True, True, False):
        sign(ActionState.COUNTED, consents={"news": yes})
    follow_batch()
    leaver = Action.objects.order_by("pk")[0]
    key = unsubscribe_url(leaver.edition_id, bytes(leaver.email_digest)).rstrip("/").rpartition("/")[2]
    choose(read_unsubscribe_key(key), Choice.CAMPAIGN)  # type: ignore[arg-type]
    suppress("jane1@example.org", Suppression.Scope.ALL, Suppression.Reason.BOUNCED)
    stood = {standing: _listed(admin, campaign, consent=standing) for standing in ("given", "left", "stopped", "none")}
    assert {standing: len(rows) for standing, rows in stood.items()} == dict.fromkeys(stood, 1)
    assert (stood["left"][0].purposes, str(stood["left"][0].stopped)) == ([], "left this campaign")
    [row] = taken(admin, Kind.MAILING, campaign, preset="mailchimp", purpose="news")
    assert row["Email Address"] == "jane2@example.org"
    page = admin.get(reverse("desk_export", args=[Export.objects.get().pk])).content.decode()
    assert "1 who left this campaign; 1 whose address nothing is sent to any more" in page
    assert "1 who never agreed to this, or no longer;" in page
    count_mailable()
    assert Tally.objects.get(pk=campaign.pk).mailable == 1


def _listed(admin: Client, campaign: Campaign, **asked: str) -> list[Any]:
    address = reverse("campaign:supporters", args=[campaign.pk])
    return list(admin.get(address, {"purpose": "news", **asked}).context["rows"])


def test_a_mailing_list_begins_with_what_the_list_was_about_and_its_form_has_the_last_word(
    admin: Client, campaign: Campaign, sign: Sign
) -> None:
    sign(ActionState.COUNTED, consents={"news": True})
    follow_batch()
    query = "?language=fr&purpose=news&consent=given&since=2026-01-01"
    page = admin.get(reverse("campaign:new_export", args=[campaign.pk, Kind.MAILING]) + query).content.decode()
    assert '<option value="fr" selected>' in page
    assert '<option value="news" selected>' in page
    assert "do not narrow a mailing list" in page
    export = ask(admin, Kind.MAILING, campaign, query, purpose="news", preset="mailchimp", language="")
    assert (export.filters, export.rows) == ({}, 1)
    export = ask(admin, Kind.MAILING, campaign, query, purpose="news", preset="mailchimp", language="en")
    assert export.filters == {"language": "en"}


def test_a_mailing_list_says_which_kind_of_file_another_program_reads(
    admin: Client, campaign: Campaign, sign: Sign
) -> None:
    sign(ActionState.COUNTED, consents={"news": True}, phone="+16135550100")
    follow_batch()
    said = "choose the CSV for another program"
    assert said in admin.get(reverse("campaign:new_export", args=[campaign.pk, Kind.MAILING])).content.decode()
    assert said not in admin.get(reverse("campaign:new_export", args=[campaign.pk, Kind.SUPPORTERS])).content.decode()
    for kind, phone in (("csv", "'+16135550100"), ("exact", "+16135550100")):
        [row] = taken(admin, Kind.MAILING, campaign, preset="mailchimp", purpose="news", format=kind)
        assert row["Phone Number"] == phone


def test_a_mailing_list_is_for_a_purpose_that_people_were_asked_about(admin: Client, campaign: Campaign) -> None:
    address = reverse("campaign:new_export", args=[campaign.pk, Kind.MAILING])
    response = admin.post(address, {"format": "csv", "purpose": "anything"})
    assert response.status_code == 422
    assert not Export.objects.exists()


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_people_only_for_those_who_may(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, write: Write
) -> None:
    write()
    viewer = colleague("campaigns.view_campaign")
    [row] = taken(viewer, Kind.LETTERS, campaign, people="on")
    assert "name" not in row
    about_people = [ask(admin, Kind.LETTERS, campaign, people="on"), ask(admin, Kind.ACTIONS, campaign)]
    assert not about_people[1].people
    for export in about_people:
        for name in ("desk_export", "desk_export_state", "desk_export_download"):
            address = reverse(name, args=[export.pk])
            assert viewer.get(address).status_code == 302, name
        assert viewer.post(reverse("desk_export_download", args=[export.pk])).headers["Location"] == "/desk/"
        seen = viewer.get(reverse("campaign:exports", args=[campaign.pk])).content.decode()
        assert reverse("desk_export", args=[export.pk]) not in seen
    for kind in (Kind.ACTIONS, Kind.SUPPORTERS, Kind.CONSENTS, Kind.MAILING):
        refused = viewer.post(reverse("campaign:new_export", args=[campaign.pk, kind]), {"format": "csv"})
        assert refused.headers["Location"] == "/desk/"


def test_each_fetching_is_written_down_with_rows_and_filter(admin: Client, campaign: Campaign, write: Write) -> None:
    write(State.HELD)
    export = ask(admin, Kind.LETTERS, campaign, "?state=held", people="on")
    fetch(admin, export)
    fetch(admin, export)
    lines = ModelLogEntry.objects.filter(action="tocsin.export_downloaded")
    assert [(line.data["rows"], line.data["filter"]) for line in lines] == [(1, {"state": "held"})] * 2
    assert ModelLogEntry.objects.filter(action="tocsin.export_asked").count() == 1


def test_nothing_is_asked_for_that_cannot_be_written_down(
    admin: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ask(admin, Kind.LEDGER, campaign)
    assert not Export.objects.exists()


def test_a_get_fetches_nothing(admin: Client, campaign: Campaign) -> None:
    export = ask(admin, Kind.LEDGER, campaign)
    response = admin.get(reverse("desk_export_download", args=[export.pk]))
    assert response.headers["Location"] == reverse("desk_export", args=[export.pk])
    export.refresh_from_db()
    assert export.downloads == 0


def test_whoever_asked_is_told_and_nothing_personal_is_in_the_mail(
    admin: Client, campaign: Campaign, sign: Sign, mailoutbox: list[EmailMessage]
) -> None:
    sign()
    export = ask(admin, Kind.ACTIONS, campaign, people="on")
    [mail] = mailoutbox
    assert mail.to == ["boss@example.org"]
    assert f"http://testserver/desk/data/exports/{export.pk}/" in mail.body
    assert "Secret" not in mail.body
    assert campaign.name not in mail.body


# ── the work ────────────────────────────────────────────────────────────────────────────────────────────────────
def waiting(campaign: Campaign) -> Export:
    return Export.objects.create(
        kind=Kind.ACTIONS, campaign=campaign, format="csv", language="en", asked_by_name="Jane Doe"
    )


def test_nothing_lies_open_on_the_disk(admin: Client, campaign: Campaign, sign: Sign) -> None:
    sign(ActionState.FOLLOWED, text="Kanarienvogel")
    for form in ("csv", "exact", "xlsx"):
        ask(admin, Kind.ACTIONS, campaign, people="on", format=form)
    kept = [path.read_bytes() for path in store.FILES.path.iterdir()]
    assert len(kept) == 3
    assert not any(b"Kanarienvogel" in data or b"PK\x03\x04" in data for data in kept)


def test_it_stops_within_a_batch_and_keeps_nothing(campaign: Campaign, sign: Sign) -> None:
    sign()
    export = waiting(campaign)
    work = take_in_hand(export, "waiting", "making")
    assert work is not None
    assert jobs.stop(export.pk)
    assert not make_file(work)
    assert list(store.FILES.path.iterdir()) == []
    assert not jobs.stop(export.pk)
    with pytest.raises(NoLongerOurs):
        work.tell(1, now=True)


def test_one_whose_worker_died_is_made_anew_and_given_up_after_three(campaign: Campaign, sign: Sign) -> None:
    sign()
    export = waiting(campaign)
    assert take_in_hand(export, "waiting", "making") is not None
    assert take_in_hand(export, "waiting", "making") is None
    assert jobs.mend_exports() == 0
    _silent(export)
    assert jobs.mend_exports() == 1
    export.refresh_from_db()
    assert (export.state, export.rows) == ("ready", 1)
    Export.objects.filter(pk=export.pk).update(state="making", runs=3)
    _silent(export)
    assert jobs.mend_exports() == 0
    export.refresh_from_db()
    assert export.state == "failed"
    assert "three times" in export.why


def _silent(export: Export) -> None:
    Export.objects.filter(pk=export.pk).update(run="dead", beat_at=timezone.now() - timedelta(minutes=3))


def test_what_cannot_be_made_says_so_and_names_nobody(
    admin: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_export: Export) -> Iterator[list[tuple[Any, ...]]]:
        raise RuntimeError("jane@example.org")

    monkeypatch.setattr("tocsin.actions.exporting.make.rows_of", broken)
    export = ask(admin, Kind.ACTIONS, campaign)
    assert export.state == "failed"
    page = admin.get(reverse("desk_export", args=[export.pk])).content.decode()
    assert "could not be made (RuntimeError)" in page
    assert "jane@example.org" not in page


def test_its_days_end(admin: Client, campaign: Campaign) -> None:
    export = ask(admin, Kind.LEDGER, campaign)
    Export.objects.filter(pk=export.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    response = admin.post(reverse("desk_export_download", args=[export.pk]))
    assert response.headers["Location"] == reverse("desk_export", args=[export.pk])
    assert store.remove_old_files() == 1
    assert list(store.FILES.path.iterdir()) == []
    assert "days are over" in admin.get(reverse("desk_export", args=[export.pk])).content.decode()


def test_the_number_of_actions_is_that_of_the_campaign(admin: Client, campaign: Campaign, sign: Sign) -> None:
    here = sign(ActionState.COUNTED)
    follow_batch()
    here.refresh_from_db()
    other = Campaign.objects.create(name="Elsewhere", slug="elsewhere")
    Action.objects.filter(pk=sign(ActionState.FOLLOWED).pk).update(campaign=other, supporter=here.supporter_id)
    [row] = taken(admin, Kind.SUPPORTERS, campaign)
    assert row["actions"] == "1"
    [row] = taken(admin, Kind.SUPPORTERS)
    assert row["actions"] == "2"


def test_one_whose_job_was_never_put_in_the_queue_is_made(
    admin: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "make", SimpleNamespace(enqueue=lambda _pk: None))
        export = ask(admin, Kind.LEDGER, campaign)
    assert jobs.mend_exports() == 0
    Export.objects.update(beat_at=F("beat_at") - timedelta(minutes=3))
    assert jobs.mend_exports() == 1
    export.refresh_from_db()
    assert export.state == "ready"
