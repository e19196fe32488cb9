"""Numbers, moments, sentences and fates in words, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.template import Context, Template
from django.utils import translation

from tests.look.states import STATES
from tocsin.look.templatetags.fates import FATES, UNKNOWN, fate
from tocsin.look.templatetags.look import (
    asset,
    host,
    in_a_link,
    in_full,
    moment,
    number,
    people_have_acted,
    percent,
    sentences_to_refresh,
)
from tocsin.outbox.models import State


@pytest.mark.parametrize(
    ("language", "people", "written"),
    [
        ("en", 0, "0"),
        ("en", 785, "785"),
        ("en", 12_000_000, "12,000,000"),
        ("fr", 999, "999"),
        ("fr", 12_000_000, "12\u202f000\u202f000"),
    ],
)
def test_numbers(language: str, people: int, written: str) -> None:
    with translation.override(language):
        assert number(people) == written


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("en", ["December 3, 2026", "9:00\u202fAM", "Eastern Standard Time"]),
        ("fr", ["3 décembre 2026", "09:00", "heure normale de l’Est"]),
    ],
)
def test_moments_say_their_time_zone(language: str, parts: list[str]) -> None:
    opens = datetime(2026, 12, 3, 14, 0, tzinfo=UTC).astimezone(ZoneInfo("America/Toronto"))
    with translation.override(language):
        said = moment(opens)

    assert all(part in said for part in parts), said


def test_a_part_of_a_hundred() -> None:
    assert percent(22) == "22%"


def test_moments_in_universal_time() -> None:
    assert "Coordinated Universal Time" in moment(datetime(2026, 12, 3, 14, 0, tzinfo=UTC))


def test_one_person_and_many() -> None:
    assert people_have_acted(1) == "<strong>1</strong> person has taken action"
    assert people_have_acted(2) == "<strong>2</strong> people have taken action"
    assert people_have_acted(786, with_you=True) == "With you, <strong>786</strong> people have taken action."


def test_the_script_has_a_sentence_for_each_form() -> None:
    sentences = sentences_to_refresh()

    assert sentences["one"] == "{n} person has taken action"
    assert sentences["many"] == sentences["other"] == "{n} people have taken action"


@pytest.mark.parametrize("name", ["nobody yet", "below the threshold"])
def test_below_its_threshold_the_number_is_not_told(name: str) -> None:
    html = STATES[name].html()

    assert "Be one of the first to take action." in html
    assert "data-count" not in html
    assert "99" not in html


def test_a_bar_is_text_too() -> None:
    html = STATES["twelve million"].html()

    assert '<progress max="12000000" value="12000000" aria-label=' in html
    assert "We reached our goal of 12,000,000." in html


def test_only_the_live_page_is_refreshed() -> None:
    assert 'data-refresh-from="count.json"' in STATES["open"].html()
    assert "data-refresh-from" not in STATES["preview with errors"].html()
    assert "data-refresh-from" not in STATES["thanks"].html()


@pytest.mark.parametrize("state", State.values)
def test_every_fate_has_words(state: str) -> None:
    assert fate(state) is FATES[state]
    assert fate(state).said
    assert fate(state).next


def test_a_fate_of_later_versions_has_words_too() -> None:
    assert fate("dancing") is UNKNOWN


def test_addresses() -> None:
    assert host("https://www.video.example/watch?v=1") == "video.example"
    assert host("nonsense") == ""
    assert in_full("/media/s.jpg", "https://act.example/en/a/") == "https://act.example/media/s.jpg"
    assert in_full("https://cdn.example/s.jpg", "https://act.example/") == "https://cdn.example/s.jpg"
    assert in_a_link("a b&c=é") == "a%20b%26c%3D%C3%A9"


def test_sharing_shows_the_picture_with_its_whole_address() -> None:
    assert '<meta property="og:image" content="https://act.example/media/s.jpg">' in STATES["open"].html()


def test_drafts_are_kept_from_search_engines() -> None:
    assert "noindex" in STATES["preview with errors"].html()
    assert "noindex" not in STATES["open"].html()


def test_a_file_that_was_never_collected_does_not_break_the_error_page(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_path: str) -> str:
        raise ValueError("Missing staticfiles manifest entry")

    assert ManifestStaticFilesStorage.manifest_strict  # what raises it
    monkeypatch.setattr("tocsin.look.templatetags.look.static", missing)

    assert asset("tocsin/public.css") == "/static/tocsin/public.css"


def test_what_people_write_is_never_markup() -> None:
    said = Template("{% load look %}{{ text|in_a_link }}").render(Context({"text": "<script>"}))

    assert "<" not in said
