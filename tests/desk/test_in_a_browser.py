"""The desk in a real browser: axe finds nothing, nothing overflows a phone, and it works without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from tests.browsers import what_axe_finds
from tests.campaigns.test_importing import COMMONS, MEMBER, as_csv
from tests.desk.conftest import Sign, Write, a_hand_in, an_update, make_a_site, words
from tests.desk.test_figures import some_numbers
from tests.outbox.calls.conftest import an_endpoint, happen
from tests.scripting import an_asked, one_that_runs
from tocsin.actions.importing import files
from tocsin.actions.models import Export, Invalidation, ProposedSet
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns import importing
from tocsin.campaigns.changed_words import ask_what_follows
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import (
    Campaign,
    CounterEntry,
    Edition,
    ListMember,
    PostalTable,
    TableDivision,
    Target,
    TargetImport,
    TargetList,
    Trial,
)
from tocsin.desk.path.keep import begin
from tocsin.desk.path.make import make_drafts
from tocsin.desk.path.outline import empty
from tocsin.outbox.calls.endpoints import send_test
from tocsin.outbox.calls.kinds import CHOOSABLE
from tocsin.outbox.models import Call, Notice, State
from tocsin.pages.models import ActionPage, HomePage
from tocsin.staff import audit
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Supporter, SupporterImport

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(live_server: Any, new_page: Callable[..., Any], admin: Client) -> Callable[..., Any]:
    """A page that is already signed in; `go` opens an address of the desk."""
    session = {"name": "sessionid", "value": admin.cookies["sessionid"].value, "url": live_server.url}

    def make(**options: Any) -> Any:
        page = new_page(base_url=live_server.url, **options)
        page.context.add_cookies([session])
        return page

    return make


@pytest.fixture
def screens(campaign: Campaign, target: Target, sign: Sign, write: Write, boss: User) -> list[str]:
    held, letter = sign(ActionState.HELD, "threat"), write(State.UNCERTAIN, "")
    write(State.REFUSED, "550 5.1.1 " + "no-such-box-" * 30)
    Notice.objects.create(kind=Notice.Kind.DEAD, about=f"target:{target.pk}", words="550 5.1.1 no such box")
    for _ in range(5):
        write()
    some_numbers(campaign)
    ready = a_hand_in(campaign, target, manifest_sha256="ab" * 32)
    found = {"A": {"people": 90, "writers": 80, "own_words": 20}, "B": {"people": 130, "writers": 99, "own_words": 60}}
    trial = Trial.objects.create(
        campaign=campaign, language="en", name="A question", other={"title": "Will you?"}, state="running", found=found
    )
    Trial.objects.update(began_at=trial.made_at)
    pk = campaign.pk
    return [
        reverse("campaign:trials", args=[pk]),
        reverse("campaign:new_trial", args=[pk, "en"]),
        reverse("campaign:trial", args=[pk, trial.pk]),
        "/desk/",
        reverse("campaign:index"),
        reverse("campaign:hub", args=[pk]),
        reverse("campaign:numbers", args=[pk]) + "?range=24h",
        reverse("campaign:numbers", args=[pk]) + "?range=days&since=2020-01-01&until=2020-01-20",
        reverse("desk_numbers"),
        reverse("campaign:ledger", args=[pk]),
        reverse("campaign:moderation", args=[pk]),
        reverse("campaign:opened", args=[pk, held.pk]),
        reverse("campaign:letters", args=[pk]),
        reverse("campaign:letter_words", args=[pk, letter.pk]),
        reverse("target:edit", args=[letter.target_id]),
        "/desk/mailbox/",
        *_lists(campaign),
        reverse("campaign:targets", args=[pk]),
        reverse("campaign:target_proof", args=[pk, target.pk]),
        reverse("desk_target_proof", args=[target.pk]),
        reverse("campaign:control", args=[pk, "schedule"]),
        *_data(campaign),
        reverse("campaign:new_hand_in", args=[pk, target.pk]),
        reverse("campaign:hand_in", args=[pk, ready.pk]),
        reverse("campaign:hand_ins", args=[pk]),
        *_people_and_audit(campaign),
        *_back_room(campaign),
        *[reverse(f"campaign:{name}", args=[pk]) for name in ("alike", "steer", "begun", "keep_as_model", "files")],
        *_path(boss),
        *_words(campaign, target),
        *_updates(campaign),
        *_endpoints(),
    ]


def _updates(campaign: Campaign) -> list[str]:
    draft, paused = an_update(campaign), an_update(campaign, state="paused", people=3, begun_at=timezone.now())
    named = [("update", draft), ("edit_update", draft), ("update_send", draft), ("update", paused)]
    return [
        reverse("campaign:updates", args=[campaign.pk]),
        *[reverse(f"campaign:{name}", args=[campaign.pk, one.pk]) for name, one in named],
    ]


def _words(campaign: Campaign, target: Target) -> list[str]:
    """Before publishing, editions, and the question about words that changed."""
    first = Edition.objects.get()
    changed = {**words(campaign, target), "demand": "Open it today."}
    second = publish_edition(campaign=campaign, language="en", words=changed, by_name="Jane Doe")
    ask_what_follows(before=first, after=second, acted_before=12_345)
    named = [
        reverse(f"campaign:{name}", args=[campaign.pk]) for name in ("preflight", "look", "editions", "mailing_links")
    ]
    return [
        *named,
        reverse("campaign:edition", args=[campaign.pk, second.pk]),
        reverse("campaign:compare", args=[campaign.pk]) + f"?before={first.pk}&after={second.pk}",
        reverse("campaign:changed_words", args=[campaign.pk]),
    ]


def _path(boss: User) -> list[str]:
    """The screens of the path: of a plan with nothing in it, and of one whose drafts are made and not ready."""
    make_a_site("http://testserver")
    new, made = (begin(boss, empty("letter", ["en", "fr"], "A plan")) for _ in range(2))
    for said in made.outline["words"].values():
        said["title"] = "[What this is about, in a few words]"
    make_drafts(made, boss)
    steps = ("what", "demand", "who", "words", "rules")
    return [
        reverse("campaign:new"),
        reverse("campaign:models"),
        reverse("campaign:from_files"),
        *[reverse("campaign:plan", args=[new.pk, step]) for step in steps],
        reverse("campaign:plan_end", args=[made.pk]),
    ]


def _people_and_audit(campaign: Campaign) -> list[str]:
    jane = User.objects.create_user("jane", "jane-with-a-long-address@constituency-office.example.org", "x")
    for where in (None, campaign):
        give_role(user=jane, role=Role.MODERATOR, campaign=where, by_name="Jane Doe")
    audit.write("letter_opened", kind="people", who=jane, about="letter:1", campaign_ref=campaign.pk, address="::1")
    audit.prove_audit()
    person = reverse("desk_person", args=[jane.pk])
    return [reverse("desk_people"), person, reverse("desk_invite"), reverse("desk_audit")]


def _back_room(campaign: Campaign) -> list[str]:
    """The counter's screens with a line that waits and a set that was taken out, and the scripts' with one of each."""
    line = {"source": "paper", "reason": "At the vigil", "entered_by_name": "Jane Doe"}
    CounterEntry.objects.create(campaign=campaign, people=1200, needs_approval=True, **line)
    CounterEntry.objects.create(campaign=campaign, people=-3, evidence_link="https://partner.example/", **line)
    Invalidation.objects.create(
        campaign=campaign, reason="A robot", people=3, decided_by_name="Jane Doe", done_at=timezone.now()
    )
    proposed = [
        ProposedSet.objects.create(campaign=campaign, sign="no_origin", reason="A robot", people=people)
        for people in (None, 3)
    ]
    page = a_page(campaign)
    asked, runs = an_asked(page), one_that_runs(page, code="other")
    return [
        *[reverse(f"campaign:{name}", args=[campaign.pk]) for name in ("ledger_sheets", "sets")],
        *[reverse("campaign:proposed_set", args=[campaign.pk, one.pk]) for one in proposed],
        reverse("scripts:index"),
        reverse("scripts:add"),
        reverse("scripts:review", args=[asked.pk]),
        *[reverse(f"scripts:{name}", args=[runs.pk]) for name in ("script", "edit", "delete")],
    ]


def a_page(campaign: Campaign) -> ActionPage:
    """A draft: its scripts are what matters."""
    root = Page.get_first_root_node()
    home = root.add_child(instance=HomePage(title="Home", slug="home-of-scripts", locale=root.locale))
    page: ActionPage = home.add_child(
        instance=ActionPage(title="Open it", slug="open", demand="Open it.", campaign=campaign, live=False)
    )
    return page


def _lists(campaign: Campaign) -> list[str]:
    """The screens of lists and imports: a list with members in and out of office, a file seen, a file imported."""
    parliament = TargetList.objects.create(name="House of Commons, 45th Parliament")
    away = Target.objects.create(name="Jane Doe", email="jane@parl.gc.ca", division_name="Riding", status="away")
    for target in (away, *campaign.targets.all()):
        ListMember.objects.create(target_list=parliament, target=target, match="ON")
    Campaign.objects.filter(pk=campaign.pk).update(test_address="me@society.example", target_list=parliament)
    seen, done = (a_file(parliament) for _ in range(2))
    importing.carry_out(done.pk)
    named = {"members": parliament.pk, "upload": parliament.pk, "import": seen.pk}
    return [
        reverse("target_list:index"),
        *[reverse(f"target_list:{name}", args=[pk]) for name, pk in named.items()],
        reverse("target_list:import", args=[done.pk]),
        reverse("campaign:edit", args=[campaign.pk]),
        *_postal_codes(),
    ]


def _postal_codes() -> list[str]:
    """The tables: one being read, one to look at, one in use, one that failed."""
    division = "ocd-division/country:ca/ed:35079-2023"
    numbers = {
        "rows": 9,
        "codes": 7,
        "divisions": 1,
        "several": 1,
        "twice": 1,
        "wrong": 1,
        "added": 1,
        "gone": 5,
        "moved": 2,
    }
    said = {"file_name": "codes.csv", "by_name": "Jane Doe", "rows": 7, "numbers": numbers}
    said |= {
        "first": [["K1A 0A6", division, "Ottawa Centre"]],
        "first_wrong": [["x · " + "y" * 100, "No postal code."]],
    }
    states = [PostalTable.objects.create(**said, state=state) for state in ("reading", "read", "used", "failed")]
    for table in states:
        TableDivision.objects.create(table=table.name, division=division, name="Ottawa Centre", codes=7)
    tables = [reverse("desk_postal_table", args=[table.pk]) for table in states]
    return [reverse("desk_postal_codes") + "?code=K1A0A6", *tables, tables[1] + "?code=K1A0A6"]


def _endpoints() -> list[str]:
    """None yet, one that is well and was just tried, one that fails, one that is off."""
    well, _secret = an_endpoint("https://crm.example/in", kinds=CHOOSABLE, last_well_at=timezone.now())
    failing, _secret = an_endpoint("https://crm.example/in", name="F", failing_since=timezone.now(), last_words="500")
    off, _secret = an_endpoint("https://crm.example/in", name="O", off_at=timezone.now(), why_off="gone")
    done, given_up, _waiting = happen(1, 2, 3)[::2]
    now = timezone.now()
    Call.objects.filter(pk=done.pk).update(due_at=None, done_at=now, tried_at=now, status=200, attempts=1)
    Call.objects.filter(pk=given_up.pk).update(due_at=None, given_up_at=now, tried_at=now, status=500, attempts=10)
    send_test(well)
    of_each = [reverse("desk_endpoint", args=[one.pk]) for one in (well, failing, off)]
    return [reverse("desk_endpoints"), reverse("desk_endpoint_new"), *of_each]


def _data(campaign: Campaign) -> list[str]:
    """People's data: lists with names, one person, an export at each stage, an import at each stage."""
    follow_batch()
    jane = Supporter.objects.first() or Supporter.objects.create(email_digest=b"j" * 32, sealed=b"x", language="en")
    leave(jane.pk, "news", "mail")
    said = {"kind": "mailing", "format": "csv", "language": "en", "asked_by_name": "Jane Doe", "purpose": "news"}
    waiting = Export.objects.create(**said, state="making", rows=1000, rows_done=100)
    ready = Export.objects.create(**said, state="ready", rows=5, expires_at=timezone.now() + timedelta(days=7))
    failed = Export.objects.create(**said, state="failed", why="It could not be made (RuntimeError).")
    kept = SupporterImport.objects.create(file_name="people.csv", by_name="Jane Doe", state="read", columns=["Email"])
    name = files.keep_rows(kept.pk, [["jane@society.example"], ["no address"]])
    SupporterImport.objects.filter(pk=kept.pk).update(rows_file=name, mapping={"columns": {"email": 0}})
    checked = SupporterImport.objects.create(
        file_name="people.csv", by_name="Jane", state="checked", columns=["Email"], numbers={"new": 1}, rows_file=name
    )
    return [
        *[reverse(f"campaign:{name}", args=[campaign.pk]) for name in ("supporters", "actions", "consents", "exports")],
        reverse("desk_supporters") + "?names=yes",
        reverse("desk_find_person"),
        reverse("desk_supporter", args=[jane.pk]),
        reverse("desk_exports"),
        reverse("desk_new_export", args=["mailing"]),
        reverse("campaign:new_export", args=[campaign.pk, "letters"]),
        *[reverse("desk_export", args=[export.pk]) for export in (waiting, ready, failed)],
        reverse("desk_imports"),
        *[reverse("desk_import", args=[one.pk]) for one in (kept, checked)],
    ]


def a_file(parliament: TargetList) -> TargetImport:
    rows = as_csv(COMMONS, MEMBER, [*MEMBER[:6], "no-address-" * 20])
    return importing.upload(data=rows, file_name="members.csv", target_list=parliament, by_name="Jane", defaults={})


# Wagtail's lists lie in a box that scrolls: what is cut off there makes the page no wider.
CUT_OFF = """[...document.querySelectorAll(".listing td, .listing th")]
  .filter(one => one.checkVisibility() && getComputedStyle(one.closest("thead") ?? one).clipPath === "none")
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 120))"""


def test_axe_finds_nothing_and_nothing_overflows_a_phone(enter: Callable[..., Any], screens: list[str]) -> None:
    """Every screen is loaded once, which is what takes the time: as on a desk for axe, then as narrow as a phone."""
    page = enter()
    for screen in screens:
        assert page.goto(screen).status == 200, screen
        assert what_axe_finds(page) == [], screen
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, screen
        assert page.evaluate(CUT_OFF) == [], screen
        page.set_viewport_size({"width": 1280, "height": 720})


def test_axe_finds_nothing_in_the_dark(enter: Callable[..., Any], screens: list[str]) -> None:
    """Every third screen: the colours are the same on all."""
    page = enter(color_scheme="dark")
    for screen in screens[::3]:
        page.goto(screen)
        assert what_axe_finds(page) == [], screen


def test_a_line_reaches_the_ledger_without_script(enter: Callable[..., Any], campaign: Campaign) -> None:
    page = enter(java_script_enabled=False)
    page.goto(reverse("campaign:ledger", args=[campaign.pk]))
    page.select_option("[name=source]", "paper")
    page.fill("[name=people]", "1200")
    page.fill("[name=reason]", "At the town hall")
    page.press("[name=people]", "Enter")
    assert page.locator(".desk-then").inner_text() == "1 → 1,201"
    assert not CounterEntry.objects.exists()
    page.click("[name=sure]")
    assert CounterEntry.objects.get().people == 1200


def test_who_gets_the_letters_shows_what_the_choice_asks_for(enter: Callable[..., Any], campaign: Campaign) -> None:
    page = enter(java_script_enabled=False)
    page.goto(reverse("campaign:edit", args=[campaign.pk]))
    shown = {"fixed": "targets", "answer": "matched_by", "postal": "provider"}
    for choice in shown:
        page.check(f"[name=targeting][value={choice}]")
        visible = {name: page.locator(f"[name={name}]").first.is_visible() for name in shown.values()}
        assert visible == {name: other == choice for other, name in shown.items()}
        assert page.locator("[name=target_list]").is_visible() == (choice != "fixed")
