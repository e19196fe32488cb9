"""What is wrong with the questions of a page is found by the number on its tab, as every other thing is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.pages.conftest import MakePage
from tests.pages.test_questions import question

pytestmark = pytest.mark.browser


def test_the_tab_says_that_something_is_wrong_with_the_questions(
    live_server: Any, new_page: Callable[..., Any], desk: Client, draft: MakePage
) -> None:
    made = draft(questions=[question(), question(text="Another?")])
    page = new_page(base_url=live_server.url)
    page.context.add_cookies([{"name": "sessionid", "value": desk.cookies["sessionid"].value, "url": live_server.url}])
    page.goto(reverse("wagtailadmin_pages:edit", args=[made.pk]))
    publish = (
        "document.querySelector('[data-edit-form]').requestSubmit(document.querySelector('[name=action-publish]'))"
    )
    page.evaluate(publish)
    page.wait_for_selector("text=are both filed under", state="attached")
    tab = page.locator("#tab-label-form_and_letter .w-tabs__errors")
    tab.wait_for(state="visible", timeout=3000)
    assert "1 error" in tab.text_content()
