"""A page that says how its words were changed, and the previews of what would leave, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.browsers import what_axe_finds
from tests.pages.conftest import MakePage
from tests.pages.test_previews import correct
from tocsin.campaigns.models import Campaign, Edition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PATH = "/en/keep-the-door-open/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_changed_words_can_be_read_by_everybody(
    live: MakePage, campaign: Campaign, live_server: Any, new_page: Callable[..., Any], scheme: str
) -> None:
    live()
    correct(campaign, Edition.objects.get())
    size = {"width": 320, "height": 700}
    page = new_page(base_url=live_server.url, viewport=size, color_scheme=scheme, java_script_enabled=True)
    page.goto(PATH)
    page.click("details.to > summary")
    assert page.locator("details.to del").is_visible()
    assert "[put in:" in page.locator("details.to ins").text_content()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert what_axe_finds(page) == []


def test_previews_of_mails_can_be_read_by_everybody(
    live: MakePage, campaign: Campaign, desk: Client, live_server: Any, new_page: Callable[..., Any]
) -> None:
    page_pk = live().pk
    page = new_page(base_url=live_server.url, viewport={"width": 375, "height": 700})
    page.context.add_cookies([{"name": "sessionid", "value": desk.cookies["sessionid"].value, "url": live_server.url}])
    for mode in ("letter", "thanks_mail"):
        page.goto(reverse("campaign:look_at", args=[campaign.pk, page_pk, mode]))
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        assert what_axe_finds(page) == []
