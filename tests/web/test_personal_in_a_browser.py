"""A link for one person in a real browser: with and without the script, and what its requests say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.cast import a_campaign, an_edition
from tests.web.test_personal import JANE, link
from tocsin.actions.models import Action
from tocsin.campaigns.models import Edition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def edition() -> Edition:
    return an_edition(a_campaign(), consents=[])


@pytest.mark.parametrize("script", [True, False])
def test_it_is_filled_in_and_no_referrer_carries_the_key(
    live_server: Any,
    new_page: Callable[..., Any],
    edition: Edition,
    script: bool,  # noqa: FBT001
) -> None:
    path = link(edition, JANE | {"country": "CA"})
    page = new_page(base_url=live_server.url, java_script_enabled=script)
    said: list[str] = []
    page.on("request", lambda one: said.append(one.all_headers().get("referer", "")))
    page.goto(path)
    expect(page.get_by_label("First name")).to_have_value("Kanarie")
    assert page.url == live_server.url + ("/en/fair-hearing/" if script else path)
    page.get_by_role("button", name="Send my letter").click()
    page.wait_for_url("**/thanks/**")
    assert f"{live_server.url}/" in said  # what the form said of where it was
    assert not [one for one in said if "/for/" in one]
    action = Action.objects.get()
    assert action.source["source"] == "spring"
