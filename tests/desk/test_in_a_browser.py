"""The desk in a real browser: axe finds nothing, nothing overflows a phone, and it works without script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse

from tests.desk.conftest import Sign, Write, a_hand_in
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, CounterEntry, Target
from tocsin.outbox.models import Notice, State

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
        reverse("campaign:targets", args=[pk]),
        reverse("campaign:target_proof", args=[pk, target.pk]),
        reverse("desk_target_proof", args=[target.pk]),
        reverse("campaign:control", args=[pk, "schedule"]),
        reverse("campaign:letters_export", args=[pk]),
        reverse("campaign:new_hand_in", args=[pk, target.pk]),
        reverse("campaign:hand_in", args=[pk, ready.pk]),
        reverse("campaign:hand_ins", args=[pk]),
    ]


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
