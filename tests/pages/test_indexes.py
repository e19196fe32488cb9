"""What Wagtail's jobs keep of a page that was saved: its words for the search, and which pictures it uses."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from wagtail.models import ReferenceIndex

from tests.pages.conftest import MakePage


@pytest.fixture(autouse=True)
def _jobs_are_done(settings: Settings) -> None:
    """Other tests leave these jobs undone (tests/at_once.py)."""
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


def test_it_works(live: MakePage) -> None:
    assert live().index_entries.exists()


def test_a_picture_knows_the_page_it_is_on(live: MakePage, picture: Any) -> None:
    page = live(hero_image=picture, hero_alt="A road")
    assert [at.pk for at, _references in ReferenceIndex.get_grouped_references_to(picture)] == [page.pk]
