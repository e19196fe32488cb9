"""Lines of the ledger that wait for a second person: they count nobody until then, and never again afterwards."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings
from wagtail.models import ModelLogEntry

from tocsin.actions.accounted import account_of
from tocsin.actions.count import shown_count
from tocsin.campaigns import evidence
from tocsin.campaigns.models import Campaign, CounterEntry, EntryDecision
from tocsin.desk.kept_evidence import Draft
from tocsin.desk.ledger_import import SCREEN
from tocsin.desk.numbers import glances
from tocsin.staff import audit

LINE = {"source": "paper", "people": "500", "counted_on": "2026-01-02", "reason": "At the vigil"}
PHOTO = b"\xff\xd8\xff\xe0 a photograph of Jane Secret's sheet"
ADDS, APPROVES = "campaigns.add_counterentry", "staff.approve_entry"


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Settings, tmp_path: object) -> None:
    settings.TOCSIN_DIR = tmp_path


def at(campaign: Campaign, name: str = "ledger", *more: int) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk, *more])


def add(client: Client, campaign: Campaign, **changes: object) -> CounterEntry:
    client.post(at(campaign), {**LINE, "sure": "yes", **changes})
    return CounterEntry.objects.latest("pk")


def shown(campaign: Campaign) -> list[int]:
    """The number wherever it is reckoned, without who signed here (one person)."""
    return [
        shown_count(campaign).count - 1,
        glances([campaign])[0].count - 1,
        sum(one.people for one in account_of(campaign).elsewhere),
    ]


def test_it_works(admin: Client, colleague: Callable[..., Client], campaign: Campaign) -> None:
    line = add(admin, campaign)
    assert line.needs_approval
    assert shown(campaign) == [0, 0, 0]
    other = colleague("campaigns.view_campaign", APPROVES)
    assert f'value="{line.pk}"' in other.get(at(campaign)).content.decode()
    other.post(at(campaign, "ledger_decide"), {"line": line.pk, "approve": "yes"})
    assert shown(campaign) == [500, 500, 500]
    assert EntryDecision.objects.get().approved
    assert ModelLogEntry.objects.get(action="tocsin.entry_approved").data == {"line": line.pk, "people": 500}


def test_the_preview_says_that_it_will_wait(admin: Client, campaign: Campaign) -> None:
    html = admin.post(at(campaign), {**LINE, "preview": "yes"}).content.decode()
    assert "will show 501 when another person has approved it" in html
    assert "100 people at most in a day" in html


def test_nobody_decides_on_a_line_of_their_own(admin: Client, campaign: Campaign) -> None:
    line = add(admin, campaign)
    assert "Your own" in admin.get(at(campaign)).content.decode()
    admin.post(at(campaign, "ledger_decide"), {"line": line.pk, "approve": "yes"})
    assert not EntryDecision.objects.exists()


def test_who_may_not_approve_adds_nothing_that_counts_at_once(
    colleague: Callable[..., Client], campaign: Campaign
) -> None:
    writer = colleague("campaigns.view_campaign", ADDS)
    assert add(writer, campaign, people="1").needs_approval
    writer.post(at(campaign, "ledger_decide"), {"line": CounterEntry.objects.get().pk, "approve": "yes"})
    assert shown(campaign) == [0, 0, 0]


def test_many_small_lines_are_no_way_around_a_large_one(admin: Client, campaign: Campaign) -> None:
    assert [add(admin, campaign, people=people).needs_approval for people in ("60", "40", "1", "-1")] == [
        False,
        False,
        True,
        True,
    ]
    assert shown(campaign) == [100, 100, 100]


@pytest.mark.parametrize(("setting", "waits"), [(0, [True]), (1, [False])])
def test_the_setting_says_from_where_on(
    admin: Client, campaign: Campaign, settings: Settings, setting: int, waits: list[bool]
) -> None:
    settings.TOCSIN_ENTRY_ALONE = setting
    assert add(admin, campaign, people="1").needs_approval in waits


def test_a_refused_line_stays_with_why_and_counts_nobody(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    line, other = add(admin, campaign), colleague("campaigns.view_campaign", APPROVES)
    other.post(at(campaign, "ledger_decide"), {"line": line.pk, "refuse": "yes", "why": " "})
    assert not EntryDecision.objects.exists()
    other.post(at(campaign, "ledger_decide"), {"line": line.pk, "refuse": "yes", "why": "The sheets are blank"})
    assert "The sheets are blank. Counts nobody." in admin.get(at(campaign)).content.decode()
    assert shown(campaign) == [0, 0, 0]


def test_a_decision_is_final(admin: Client, colleague: Callable[..., Client], campaign: Campaign) -> None:
    line, other = add(admin, campaign), colleague("campaigns.view_campaign", APPROVES)
    for verdict in ("approve", "refuse"):
        other.post(at(campaign, "ledger_decide"), {"line": line.pk, verdict: "yes", "why": "r"})
    assert [decision.approved for decision in EntryDecision.objects.all()] == [True]


def test_a_line_that_takes_away_too_many_by_now_is_not_approved(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    add(admin, campaign, people="60")
    first, second = add(admin, campaign, people="-50"), add(admin, campaign, people="-45")
    other = colleague("campaigns.view_campaign", APPROVES)
    html = other.post(
        at(campaign, "ledger_decide"), {"line": [first.pk, second.pk], "approve": "yes"}, follow=True
    ).content.decode()
    assert f"Line {first.pk} was not approved and still waits." in html
    assert "at most 15 can be taken away now" in html
    assert "as it was" not in html
    assert shown(campaign) == [15, 15, 15]
    other.post(at(campaign, "ledger_decide"), {"line": first.pk, "refuse": "yes", "why": "Too many"})
    assert EntryDecision.objects.count() == 2


def test_what_is_added_is_approved_before_what_takes_it_back(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    add(admin, campaign, people="60")
    lines = [add(admin, campaign, people=people) for people in ("-60", "-60", "200")]
    colleague("campaigns.view_campaign", APPROVES).post(
        at(campaign, "ledger_decide"), {"line": [line.pk for line in lines], "approve": "yes"}
    )
    assert shown(campaign) == [140, 140, 140]


def test_a_second_click_on_what_takes_back_says_that_it_is_there(admin: Client, campaign: Campaign) -> None:
    add(admin, campaign, people="60")
    line = {**LINE, "people": "-40"}
    draft = carried(admin.post(at(campaign), {**line, "preview": "yes"}).content.decode())
    clicks = [admin.post(at(campaign), {**line, "draft": draft, "sure": "yes"}, follow=True) for _ in range(2)]
    assert "in the ledger already" in clicks[1].content.decode()
    assert CounterEntry.objects.count() == 2


def test_a_line_of_another_campaign_is_not_decided_on(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    line = add(admin, other)
    colleague("campaigns.view_campaign", APPROVES).post(
        at(campaign, "ledger_decide"), {"line": line.pk, "approve": "yes"}
    )
    assert not EntryDecision.objects.exists()


@pytest.mark.parametrize("line", ["x", "-1", "9" * 30, "²"])
def test_a_forged_number_is_nobody(admin: Client, campaign: Campaign, line: str) -> None:
    assert admin.post(at(campaign, "ledger_decide"), {"line": line, "approve": "yes"}).status_code == 302


def test_a_second_click_adds_nothing(admin: Client, campaign: Campaign) -> None:
    draft = carried(admin.post(at(campaign), {**LINE, "preview": "yes"}).content.decode())
    for _ in range(2):
        admin.post(at(campaign), {**LINE, "draft": draft, "sure": "yes"})
    assert CounterEntry.objects.count() == 1


def carried(html: str) -> str:
    found = re.search(r'name="draft" value="([^"]+)"', html)
    assert found
    return found[1]


# ── what shows it ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_photograph_is_kept_through_the_preview_and_sealed(admin: Client, campaign: Campaign) -> None:
    preview = admin.post(
        at(campaign), {**LINE, "preview": "yes", "evidence_file": SimpleUploadedFile("Jane Secret.jpg", PHOTO)}
    ).content.decode()
    line = add(admin, campaign, draft=carried(preview))
    stored = (evidence.FILES.path / line.evidence).read_bytes()
    assert b"Secret" not in stored
    saved = admin.post(at(campaign, "ledger_evidence", line.pk))
    assert b"".join(saved) == PHOTO
    assert saved.headers["Content-Disposition"] == f'attachment; filename="evidence-{line.pk}.jpg"'
    assert ModelLogEntry.objects.filter(action="tocsin.evidence_opened").count() == 1


def test_a_file_is_not_lost_when_something_else_is_wrong(admin: Client, campaign: Campaign) -> None:
    answer = admin.post(
        at(campaign),
        {**LINE, "people": "0", "preview": "yes", "evidence_file": SimpleUploadedFile("a.jpg", PHOTO)},
    )
    assert answer.status_code == 422
    assert "Your JPG is kept" in answer.content.decode()
    assert add(admin, campaign, draft=carried(answer.content.decode())).evidence


@pytest.mark.parametrize(
    "data",
    [b"<svg onload=alert(1)>", b"a,b\n<script>alert(1)</script>", b"MZ\x00\x01", b" ", b"<!DOCTYPE html>"],
)
def test_what_could_run_is_refused(admin: Client, campaign: Campaign, data: bytes) -> None:
    """B76, by what is in it and not by its name."""
    answer = admin.post(
        at(campaign), {**LINE, "sure": "yes", "evidence_file": SimpleUploadedFile("a.pdf", data, "application/pdf")}
    )
    assert answer.status_code == 422
    assert not CounterEntry.objects.exists()


def test_what_is_too_large_is_refused(admin: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_BYTES", 10)
    answer = admin.post(at(campaign), {**LINE, "sure": "yes", "evidence_file": SimpleUploadedFile("a.jpg", PHOTO)})
    assert "larger than 20 MB" in answer.content.decode()
    assert not evidence.FILES.path.exists()


def test_a_link_is_shown_to_staff(admin: Client, campaign: Campaign) -> None:
    add(admin, campaign, people="5", evidence_link="https://partner.example/sheet")
    assert 'href="https://partner.example/sheet"' in admin.get(at(campaign)).content.decode()
    assert admin.post(at(campaign), {**LINE, "evidence_link": "javascript:alert(1)"}).status_code == 422


def test_seeing_the_ledger_is_not_opening_its_evidence(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    line = add(admin, campaign, evidence_file=SimpleUploadedFile("a.jpg", PHOTO))
    viewer = colleague("campaigns.view_campaign")
    assert at(campaign, "ledger_evidence", line.pk) not in viewer.get(at(campaign)).content.decode()
    assert viewer.post(at(campaign, "ledger_evidence", line.pk)).status_code == 302
    assert admin.get(at(campaign, "ledger_evidence", line.pk)).status_code == 405


def test_a_draft_of_somebody_else_is_no_draft(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    draft = carried(
        admin.post(
            at(campaign), {**LINE, "preview": "yes", "evidence_file": SimpleUploadedFile("a.jpg", PHOTO)}
        ).content.decode()
    )
    assert not add(colleague("campaigns.view_campaign", ADDS), campaign, draft=draft).evidence


def make_old() -> None:
    for path in evidence.FILES.path.iterdir():
        os.utime(path, (0, 0))


def test_what_no_line_names_is_removed_a_day_later(admin: Client, campaign: Campaign) -> None:
    add(admin, campaign, evidence_file=SimpleUploadedFile("a.jpg", PHOTO))
    evidence.keep(PHOTO)
    assert evidence.remove_evidence() == 0
    make_old()
    assert evidence.remove_evidence() == 1
    assert len(list(evidence.FILES.path.iterdir())) == 1


@pytest.mark.parametrize(
    ("closed_for", "added", "stays"), [(None, 400, True), (182, 400, True), (184, 400, False), (184, 182, True)]
)
def test_sheets_are_removed_half_a_year_after_the_campaign_closed(
    admin: Client, campaign: Campaign, closed_for: int | None, added: int, *, stays: bool
) -> None:
    line = add(admin, campaign, people="5", evidence_file=SimpleUploadedFile("a.jpg", PHOTO))
    make_old()
    closed_at = timezone.now() - timedelta(days=closed_for) if closed_for else None
    Campaign.objects.filter(pk=campaign.pk).update(opens_at=None, closes_at=closed_at)
    CounterEntry.objects.update(entered_at=timezone.now() - timedelta(days=added))
    evidence.remove_evidence()
    ledger = admin.get(at(campaign)).content.decode()
    assert evidence.is_kept(line.evidence) is stays
    assert ("JPG, removed when its time was over" in ledger) is not stays
    assert admin.post(at(campaign, "ledger_evidence", line.pk)).status_code == (200 if stays else 404)
    assert shown(campaign) == [5, 5, 5]


@pytest.mark.parametrize("act", ["add", "approve", "sheets"])
def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    line, sheets = add(admin, campaign), carried(upload(admin, campaign))
    other = colleague("campaigns.view_campaign", APPROVES)
    client, name, posted = {
        "add": (admin, "ledger", {**LINE, "sure": "yes"}),
        "approve": (other, "ledger_decide", {"line": line.pk, "approve": "yes"}),
        "sheets": (admin, "ledger_sheets", {"draft": sheets}),
    }[act]
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        client.post(at(campaign, name), posted)
    assert CounterEntry.objects.count() == 1
    assert not EntryDecision.objects.exists()


# ── sheets from a file ──────────────────────────────────────────────────────────────────────────────────────────
SHEETS = "date;people;sheet\n2026-01-02;25;Vigil 1\n2026-01-02;many;Vigil 2\n2026-01-03;1 019;Vigil 3\n2999-01-01;3;x\n"


def upload(client: Client, campaign: Campaign, text: str = SHEETS) -> str:
    answer = client.post(
        at(campaign, "ledger_sheets"), {"file": SimpleUploadedFile("sheets.csv", text.encode(), "text/csv")}
    )
    html: str = answer.content.decode()
    return html


def test_sheets_are_seen_before_they_are_added_and_added_once(admin: Client, campaign: Campaign) -> None:
    html = upload(admin, campaign)
    assert "1 → 1,045" in html
    assert "Row 3: “many” is no number of people." in html
    assert "Row 5: “2999-01-01” lies in the future. Write the day on which people were counted, such as" in html
    assert not CounterEntry.objects.exists()
    for _ in range(2):
        admin.post(at(campaign, "ledger_sheets"), {"draft": carried(html)})
    lines = CounterEntry.objects.order_by("pk")
    assert [(line.people, line.reason, line.needs_approval) for line in lines] == [
        (25, "Vigil 1", True),
        (1019, "Vigil 3", True),
    ]
    assert {evidence.kind_named(line.evidence) for line in lines} == {"csv"}


def test_the_example_works_when_it_is_followed(admin: Client, campaign: Campaign) -> None:
    shown_example = re.search(
        r"<pre[^>]*>(.*?)</pre>", admin.get(at(campaign, "ledger_sheets")).content.decode(), re.DOTALL
    )
    assert shown_example
    admin.post(at(campaign, "ledger_sheets"), {"draft": carried(upload(admin, campaign, unescape(shown_example[1])))})
    lines = CounterEntry.objects.all()
    assert sorted(line.people for line in lines) == [19, 25]
    assert all("," in line.reason and line.counted_on < timezone.localdate() for line in lines)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("yesterday,3,Vigil", "Row 2: “yesterday” is no day. Write it like "),
        ("2026-01-02,25,Vigil in Ottawa, sheet 1", "Row 2: It has more cells than there are columns."),
        ("2026-01-02,25,Vigil in Ottawa,,", "1 row becomes a line"),
    ],
)
def test_a_row_that_is_wrong_says_why(admin: Client, campaign: Campaign, row: str, said: str) -> None:
    assert said in upload(admin, campaign, f"date,people,sheet\n{row}\n")


def test_a_file_without_days_is_told_a_day_that_would_be_taken(admin: Client, campaign: Campaign) -> None:
    found = re.search(r"and write (\d{4}-\d\d-\d\d)\.", upload(admin, campaign, "people,sheet\n3,A\n"))
    assert found
    assert date.fromisoformat(found[1]) < timezone.localdate()


def test_a_file_that_was_taken_already_adds_only_what_is_new(admin: Client, campaign: Campaign) -> None:
    first = "date,people,sheet\n2026-01-02,2,A\n2026-01-02,3,B\n"
    admin.post(at(campaign, "ledger_sheets"), {"draft": carried(upload(admin, campaign, first))})
    again = upload(admin, campaign, first)
    assert "2 rows are in the ledger already, word for word, and are not added again:" in again
    assert "Add them for good" not in again
    admin.post(at(campaign, "ledger_sheets"), {"draft": carried(again)})
    more = upload(admin, campaign, first + "2026-01-02,4,A\n2026-01-03,2,A\n")
    assert "6 → 12" in more
    admin.post(at(campaign, "ledger_sheets"), {"draft": carried(more)})
    assert [line.people for line in CounterEntry.objects.order_by("pk")] == [2, 3, 4, 2]


def test_what_was_added_between_looking_and_adding_is_not_added_twice(admin: Client, campaign: Campaign) -> None:
    drafts = [carried(upload(admin, campaign, "date,people,sheet\n2026-01-02,2,A\n")) for _ in range(2)]
    said = [admin.post(at(campaign, "ledger_sheets"), {"draft": draft}, follow=True) for draft in drafts]
    assert "These lines are in the ledger already." in said[1].content.decode()
    assert CounterEntry.objects.count() == 1


def test_a_sheet_that_was_refused_may_come_again(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    line = add(admin, campaign)
    file = "date,people,sheet\n2026-01-02,500,At the vigil\n"
    assert "1 row is in the ledger already" in upload(admin, campaign, file)
    colleague("campaigns.view_campaign", APPROVES).post(
        at(campaign, "ledger_decide"), {"line": line.pk, "refuse": "yes", "why": "No sheets"}
    )
    assert "1 row becomes a line" in upload(admin, campaign, file)


def test_a_row_that_stands_twice_in_a_file_is_taken_once(admin: Client, campaign: Campaign) -> None:
    html = upload(admin, campaign, "date,people,sheet\n2026-01-02,2,A\n2026-01-02,2,A\n")
    assert "1 → 3" in html
    assert "Row 3: It stands twice in this file and is added once." in html


def test_several_lines_are_told_of_as_several(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign
) -> None:
    def told(client: Client, name: str, **posted: object) -> str:
        return client.post(at(campaign, name), posted, follow=True).content.decode()

    few = upload(admin, campaign, "date,people,sheet\n2026-01-02,2,A\n2026-01-02,3,B\n")
    assert "2 lines are in the ledger. The page now shows 6." in told(admin, "ledger_sheets", draft=carried(few))
    many = told(admin, "ledger_sheets", draft=carried(upload(admin, campaign)))
    assert "2 lines are in the ledger and wait for another person. The page still shows 6." in many
    other, pks = colleague("campaigns.view_campaign", APPROVES), [line.pk for line in CounterEntry.objects.waiting()]
    assert "2 lines were refused. They stay" in told(other, "ledger_decide", line=pks, refuse="yes", why="No")


@pytest.mark.parametrize("key", ["other", "sheets"])
def test_a_draft_that_is_no_table_of_sheets_is_said_and_nothing_is_added(
    admin: Client, boss: User, campaign: Campaign, key: str
) -> None:
    screen = SCREEN if key == "sheets" else ""
    request = RequestFactory().post("/")
    request.user = boss
    draft = Draft("k" * 32, evidence.keep(PHOTO)).sealed(request, campaign, screen)
    answer = admin.post(at(campaign, "ledger_sheets"), {"draft": draft}, follow=True)
    assert answer.status_code in {200, 422}
    assert ("This is no CSV" in answer.content.decode()) == (key == "sheets")
    assert not CounterEntry.objects.exists()


@pytest.mark.parametrize("text", ["date,people\n2026-01-02,3\n", "nothing", "people,date,sheet\n", "\xff\xd8\xff"])
def test_what_is_no_table_of_sheets_is_refused_with_a_sentence(admin: Client, campaign: Campaign, text: str) -> None:
    html = upload(admin, campaign, text)
    assert "error-message" in html
    assert not CounterEntry.objects.exists()
