"""What staff did: read, filtered, taken along; and everything that belongs there gets there."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page
from wagtail.users.models import UserProfile

from tests.desk.conftest import Sign, Write, enter
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, TargetList
from tocsin.desk import journal
from tocsin.staff import audit
from tocsin.staff.giving import give_role
from tocsin.staff.models import AuditLine, Role

URL = "/desk/audit/"


@pytest.fixture
def reader(_site: None) -> Client:
    user = User.objects.create_user("reader", "", "x", first_name="Re", last_name="Ader")
    give_role(user=user, role=Role.DATA_OFFICER, campaign=None, by_name="Boss")
    return enter(user)


def write(what: str = "letter_opened", kind: str = "people", **said: Any) -> AuditLine:
    return audit.write(what, kind=kind, **said)


def test_it_works(reader: Client, boss: User, campaign: Campaign) -> None:
    write(who=boss, about="letter:12", campaign_ref=campaign.pk, details={"letters": 3}, address="192.0.2.1")
    html = reader.get(URL).content.decode()
    for said in ("Jane Doe", "Read a person&#x27;s letter", "Open the border", "letters: 3", "192.0.2.1"):
        assert said in html, said


def test_whether_the_chain_holds_is_said(reader: Client) -> None:
    assert "it has not done so yet" in reader.get(URL).content.decode()
    line = write()
    audit.prove_audit()
    html = reader.get(URL).content.decode()
    assert "as it had been written" in html
    assert audit.walk().newest in html
    AuditLine.objects.filter(pk=line.pk).update(what="signed_in")
    audit.prove_audit()
    html = reader.get(URL).content.decode()
    assert "no longer as it was written" in html
    assert f"line {line.pk} did not fit" in html


def test_lines_are_filtered(reader: Client, boss: User, campaign: Campaign) -> None:
    write(about="letter:1", who=boss)
    write("role_given", kind="team", about="user:999")
    write("letters_pause", kind="letters", about="campaign:3", campaign_ref=campaign.pk)
    wanted = {"who": boss.pk, "kind": "team", "campaign": campaign.pk}
    for (name, value), about in zip(wanted.items(), ("letter 1", "user 999", "campaign 3"), strict=True):
        html = reader.get(URL, {name: str(value)}).content.decode()
        assert [one in html for one in ("letter 1", "user 999", "campaign 3")].count(True) == 1, name
        assert about in html


def test_days_are_the_staffs_own(reader: Client) -> None:
    AuditLine.objects.all().delete()
    with time_machine.travel("2026-06-15T03:30:00Z", tick=False):  # still the 14th in Toronto
        write(about="letter:1")
    for since, until, there in (
        ("2026-06-14", "2026-06-14", True),
        ("2026-06-15", "", False),
        ("", "2026-06-13", False),
        ("", "2026-06-14", True),
    ):
        html = reader.get(URL, {"since": since, "until": until}).content.decode()
        assert ("letter 1" in html) == there, (since, until)


def test_a_line_is_said_in_words(reader: Client, admin: Client, boss: User, campaign: Campaign) -> None:
    give = reverse("desk_role_give", args=[boss.pk])
    admin.post(give, {"role": "moderator", "campaign": campaign.pk})
    html = reader.get(URL, {"kind": "team"}).content.decode()
    for said in ("Gave somebody a role", "role: Moderator", "Open the border", "<small>Jane Doe</small>"):
        assert said in html, said
    write("wagtail.publish", kind="pages")
    write("sign_in_failed", kind="sign_in")
    write("a_word_of_old", kind="team")
    html = reader.get(URL).content.decode()
    for said in ("Tocsin itself", "an account that there is not", "a_word_of_old"):
        assert said in html, said


def test_what_it_is_about_is_said_as_people_call_it(reader: Client) -> None:
    write(about="supporterimport:1234")
    write("refused", kind="refused", about="/desk/people/")
    write(about="of_old:3")
    html = reader.get(URL).content.decode()
    for said in ("import of supporters 1234", "/desk/people/", "of_old:3"):
        assert said in html, said


def test_the_details_of_a_line_are_words_in_the_readers_language(reader: Client) -> None:
    write(details={"list": "actions", "rows": 50, "filter": {"purpose": "news", "since": "2026-01-02"}, "found": True})
    write(details={"editions": [1, 2], "filter": {}, "of_old": 3})
    html = reader.get(URL).content.decode()
    for said in ("rows: 50", "filter: Purpose: news, From: 2026-01-02", "found: Yes", "editions: 1, 2", "of_old: 3"):
        assert said in html, said
    assert "{" not in re.sub(r"(?s)<(script|style).*?</\1>", "", html.partition('class="desk"')[2])


@pytest.mark.parametrize("odd", ["who=x", "who=99999999999999999999", "kind=x", "since=x", "older=-1", "campaign=%00"])
def test_odd_questions_are_left_out(reader: Client, odd: str) -> None:
    write(about="letter:1")
    assert reader.get(f"{URL}?{odd}").status_code == 200


def test_paging_goes_there_and_back(reader: Client) -> None:
    lines = [write(about=f"letter:{number}") for number in range(120)]
    AuditLine.objects.exclude(pk__in=[line.pk for line in lines]).delete()
    first = reader.get(URL, {"kind": "people"}).content.decode()
    assert "letter 119<" in first
    assert "letter 69<" not in first
    second = reader.get(URL, {"kind": "people", "older": str(lines[70].pk)}).content.decode()
    assert [f"letter {number}<" in second for number in (70, 69, 20, 19)] == [False, True, True, False]
    back = reader.get(URL, {"kind": "people", "newer": str(lines[69].pk)}).content.decode()
    assert [f"letter {number}<" in back for number in (119, 70, 69)] == [True, True, False]


def test_a_screenful_is_few_queries(reader: Client, campaign: Campaign, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        write(about=f"letter:{number}", campaign_ref=campaign.pk)
    reader.get(URL)
    with django_assert_max_num_queries(16):
        reader.get(URL)


def test_it_is_taken_along_as_csv(reader: Client, campaign: Campaign) -> None:
    write(about="letter:1", campaign_ref=campaign.pk, details={"which": "=1+1"}, address="192.0.2.1")
    response = reader.post(f"{reverse('desk_audit_export')}?campaign={campaign.pk}")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [(row["about"], row["words"], row["address"]) for row in rows] == [
        ("letter:1", "Read a person's letter", "192.0.2.1")
    ]
    assert AuditLine.objects.filter(what="audit_exported").get().details == {"which": f"campaign={campaign.pk}"}


def test_it_is_taken_along_in_the_language_of_whoever_asked(reader: Client) -> None:
    """Not in that of their browser: lines are streamed when Wagtail's own language is over."""
    write(about="letter:1")
    UserProfile.objects.create(user=User.objects.get(username="reader"), preferred_language="fr")
    response = reader.post(f"{reverse('desk_audit_export')}?kind=people", headers={"accept-language": "en"})
    assert "A lu la lettre d’une personne" in response.getvalue().decode()


def test_an_export_reads_by_the_thousand(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.desk.audit_list.AT_ONCE", 2)
    for number in range(5):
        write(about=f"letter:{number}")
    text = reader.post(f"{reverse('desk_audit_export')}?kind=people").getvalue().decode()
    assert [f"letter:{number}," in text for number in range(5)] == [True] * 5


# ── what gets there ─────────────────────────────────────────────────────────────────────────────────────────────
def test_whoever_opens_a_person_leaves_a_line(admin: Client, boss: User, campaign: Campaign, sign: Sign) -> None:
    held = sign(ActionState.HELD, "threat")
    admin.get(reverse("campaign:opened", args=[campaign.pk, held.pk]), headers={"x-forwarded-for": "203.0.113.9"})
    line = AuditLine.objects.get(what="action_opened")
    assert (line.who, line.kind, line.about, line.campaign_ref) == (boss, "people", f"action:{held.pk}", campaign.pk)
    assert line.address == "127.0.0.1"  # nobody said that a proxy may be believed


def test_behind_a_proxy_of_ours_the_address_is_the_readers(
    admin: Client, campaign: Campaign, write: Write, settings: Any
) -> None:
    settings.TOCSIN_TRUSTED_PROXIES = 1
    url = reverse("campaign:letter_words", args=[campaign.pk, write().pk])
    admin.get(url, headers={"x-forwarded-for": "198.51.100.7, 203.0.113.9"})
    line = AuditLine.objects.get(what="letter_opened")
    assert (line.address, line.campaign_ref) == ("203.0.113.9", campaign.pk)


def test_signing_in_and_out_leaves_lines(boss: User) -> None:
    browser = Client()
    browser.force_login(boss)
    browser.logout()
    assert list(AuditLine.objects.filter(kind="sign_in").order_by("pk").values_list("what", "who")) == [
        ("signed_in", boss.pk),
        ("signed_out", boss.pk),
    ]


@pytest.mark.parametrize(("typed", "known"), [("boss", True), ("BOSS@example.org", True), ("my password", False)])
def test_a_failed_sign_in_keeps_nothing_that_was_typed(boss: User, typed: str, *, known: bool) -> None:
    Client().login(username=typed, password="wrong")
    line = AuditLine.objects.get(kind="sign_in")
    assert (line.what, line.kind, line.who_id) == ("sign_in_failed", "sign_in", boss.pk if known else None)
    assert "password" not in f"{line.who_name}{line.about}{line.details}"


def test_what_wagtail_notes_is_copied(admin: Client, boss: User, campaign: Campaign) -> None:
    admin.post(reverse("target_list:add"), {"name": "Parliament"}, REMOTE_ADDR="192.0.2.8")
    line = AuditLine.objects.get(what="wagtail.create", who=boss)
    made = TargetList.objects.get()
    assert (line.about, line.details, line.who) == (f"targetlist:{made.pk}", {"title": "Parliament"}, boss)
    assert line.address == "192.0.2.8"


def test_publishing_is_copied(boss: User) -> None:
    page = Page.get_first_root_node().add_child(instance=Page(title="Home", slug="home"))
    page.save_revision(user=boss).publish(user=boss)
    line = AuditLine.objects.get(what="wagtail.publish")
    assert (line.kind, line.about, line.who, line.details) == ("pages", f"page:{page.pk}", boss, {"title": "Home"})


def test_names_of_people_are_not_copied(admin: Client, boss: User) -> None:
    made = User.objects.create_user("made", "made@example.org", "x")
    admin.post(reverse("wagtailusers_users:delete", args=[made.pk]))
    line = AuditLine.objects.get(what="wagtail.delete")
    assert (line.kind, line.about, line.details) == ("team", f"user:{made.pk}", {})


def test_an_entry_of_ours_is_one_line(admin: Client, boss: User, campaign: Campaign) -> None:
    admin.post(reverse("campaign:control", args=[campaign.pk, "pause"]))
    assert list(AuditLine.objects.filter(who=boss).exclude(kind="sign_in").values_list("what", flat=True)) == [
        "letters_pause"
    ]


def test_what_is_done_with_people_is_found_under_people() -> None:
    entries = {name.removeprefix(journal.OURS) for name in journal.ENTRIES}
    people = {name for name in entries if journal.kind_of(name) == journal.Kind.PEOPLE}
    assert {"action_opened", "letter_opened", "person_opened", "export_asked", "export_downloaded"} <= people
    assert {"people_imported", "people_listed", "person_searched", "letters_searched", "hand_in_downloaded"} <= people
    team = {name for name in entries if journal.kind_of(name) == journal.Kind.TEAM}
    assert {"person_invited", "role_given", "role_taken", "account_off", "audit_exported"} <= team


def test_the_whole_log_is_one_chain(admin: Client, campaign: Campaign, sign: Sign) -> None:
    admin.get(reverse("campaign:opened", args=[campaign.pk, sign(ActionState.HELD, "threat").pk]))
    admin.post(reverse("campaign:control", args=[campaign.pk, "pause"]))
    admin.get("/desk/logout/")
    assert audit.walk().lines >= 3
    assert audit.walk().broken_at is None
    assert AuditLine.objects.filter(at__gt=timezone.now()).count() == 0
