"""The desk in a real browser: axe finds nothing, nothing overflows a phone, and it works without script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.campaigns.test_importing import COMMONS, MEMBER, as_csv
from tests.desk.conftest import Sign, Write, a_hand_in
from tocsin.actions.importing import files
from tocsin.actions.models import Export
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns import importing
from tocsin.campaigns.models import Campaign, CounterEntry, ListMember, Target, TargetImport, TargetList
from tocsin.outbox.models import Notice, State
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
def screens(campaign: Campaign, target: Target, sign: Sign, write: Write) -> list[str]:
    held, letter = sign(ActionState.HELD, "threat"), write(State.UNCERTAIN, "")
    write(State.REFUSED, "550 5.1.1 " + "no-such-box-" * 30)
    Notice.objects.create(kind=Notice.Kind.DEAD, about=f"target:{target.pk}", words="550 5.1.1 no such box")
    for _ in range(5):
        write()
    ready = a_hand_in(campaign, target, manifest_sha256="ab" * 32)
    pk = campaign.pk
    return [
        "/desk/",
        reverse("campaign:index"),
        reverse("campaign:hub", args=[pk]),
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
    ]


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
    ]


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
        reverse("desk_person", args=[jane.pk]),
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


@pytest.mark.parametrize(("scheme", "every"), [("light", 1), ("dark", 3)])
def test_axe_finds_nothing(enter: Callable[..., Any], screens: list[str], scheme: str, every: int) -> None:
    """Every screen in light, every third in dark."""
    page = enter(color_scheme=scheme)
    for screen in screens[::every]:
        assert page.goto(screen).status == 200, screen
        seen = Axe().run(page).response
        assert len(seen["passes"]) > 10, screen
        assert [(screen, found["id"], found["nodes"][0]["html"]) for found in seen["violations"]] == []


def test_nothing_overflows_a_phone(enter: Callable[..., Any], screens: list[str]) -> None:
    page = enter(viewport={"width": 360, "height": 740})
    for screen in screens:
        page.goto(screen)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, screen


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
