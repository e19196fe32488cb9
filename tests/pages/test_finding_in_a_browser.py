"""From the page to the thank-you where who gets it is looked up: with and without script, provider up and down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsers import PHONE, what_axe_finds
from tests.lookups import CENTRE, VANIER, Provider, a_parliament, provider
from tests.pages.conftest import MakePage
from tests.web.test_act import act_of
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign, Targeting

__all__ = ["provider"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/en/keep-the-door-open/"
with_and_without_script = pytest.mark.parametrize("script", [True, False])
ONE, TWO, UNKNOWN = "K1A 0A6", "K1N 5Y3", "V0V 0V0"


@pytest.fixture
def start(
    live: MakePage, campaign: Campaign, live_server: Any, new_page: Callable[..., Any], provider: Provider
) -> Callable[..., Any]:
    """Opens the action page and fills in everything, the postal code last."""
    campaign.targeting, campaign.target_list, campaign.offer_own_mail = Targeting.POSTAL_CODE, a_parliament(), True
    campaign.save()
    live(letter_header="I live in {riding}.")

    def start(code: str, *, script: bool) -> Any:
        page = new_page(base_url=live_server.url, java_script_enabled=script, viewport=PHONE)
        page.goto(PATH)
        for name, value in {"given_name": "Jane", "family_name": "Doe", "email": "jane@example.org"}.items():
            page.fill(f"[name={name}]", value)
        page.locator("[name=postal_code]").press_sequentially(code)
        return page

    return start


def send(page: Any) -> None:
    page.get_by_role("button", name="Send my letter").first.click()


def division() -> str:
    found: str = act_of(Action.objects.get())["division"]
    return found


def test_with_script_one_press_sends(start: Callable[..., Any]) -> None:
    page = start(ONE, script=True)
    page.locator(".found-who").wait_for()
    assert what_axe_finds(page) == []
    send(page)
    page.wait_for_url("**/thanks/**")
    assert division() == CENTRE.division


def test_without_script_a_step_shows_who_it_is(start: Callable[..., Any]) -> None:
    page = start(ONE, script=False)
    send(page)
    assert "/find/" in page.url
    assert "Jane Doe, Member of Parliament" in page.locator("#finding").inner_text()
    send(page)
    assert "/thanks/" in page.url
    assert division() == CENTRE.division


@with_and_without_script
def test_of_two_ridings_one_is_chosen(start: Callable[..., Any], script: bool) -> None:  # noqa: FBT001
    page = start(TWO, script=script)
    if script:
        page.get_by_role("radio").first.wait_for()
    send(page)  # without choosing
    page.get_by_role("radio", name="Vanier").check()
    assert not script or what_axe_finds(page) == []
    send(page)
    page.wait_for_url("**/thanks/**")
    assert division() == VANIER.division


@with_and_without_script
def test_an_unknown_code_has_a_way_on(start: Callable[..., Any], script: bool) -> None:  # noqa: FBT001
    page = start(UNKNOWN, script=script)
    if script:
        page.locator("[name=not_found]").wait_for(state="attached")
    send(page)
    if not script:  # the script said it once already
        assert page.get_by_role("button", name="Send it anyway").count() == 0
        send(page)
    page.get_by_role("button", name="Send it anyway").click()
    page.wait_for_url("**/thanks/**")
    assert division() == "later"


@with_and_without_script
def test_while_the_provider_is_away_it_is_found_out_later(
    start: Callable[..., Any],
    provider: Provider,
    script: bool,  # noqa: FBT001
) -> None:
    provider.is_away = True
    page = start(ONE, script=script)
    if script:
        page.locator("[name=division]").wait_for(state="attached")
    send(page)
    if not script:
        send(page)
    page.wait_for_url("**/thanks/**")
    assert division() == "later"


@with_and_without_script
def test_carrying_it_oneself(start: Callable[..., Any], script: bool) -> None:  # noqa: FBT001
    page = start(ONE, script=script)
    if script:
        page.locator(".found-who").wait_for()
    page.get_by_role("button", name="Open in my mail program").click()
    if not script:
        page.get_by_role("button", name="Open in my mail program").first.click()
    address = page.get_by_role("link", name="Open in my mail program").get_attribute("href")
    assert "I%20live%20in%20Ottawa%20Centre." in address
    assert not Action.objects.exists()
    page.get_by_role("button", name="I have sent it: count me").click()
    page.wait_for_url("**/thanks/**")
    assert act_of(Action.objects.get())["way"] == "own_mail"
