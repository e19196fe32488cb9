"""The ledger: seen before it is stored, who and why, never changed, and in the log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tocsin.actions.count import shown_count
from tocsin.campaigns.models import Campaign, CounterEntry

LINE = {"source": "paper", "people": "42", "counted_on": "2026-01-02", "reason": "At the vigil <b>"}


def _post(client: Client, campaign: Campaign, **changes: str) -> tuple[int, str]:
    response = client.post(reverse("campaign:ledger", args=[campaign.pk]), {**LINE, **changes})
    return response.status_code, response.content.decode()


def test_it_works(admin: Client, campaign: Campaign) -> None:
    assert _post(admin, campaign, sure="yes")[0] == 302
    line = CounterEntry.objects.get()
    assert (line.people, line.entered_by_name, line.reason) == (42, "Jane Doe", "At the vigil <b>")
    assert shown_count(campaign).count == 43
    logged = ModelLogEntry.objects.get(action="tocsin.ledger_line")
    assert (logged.object_id, logged.data["people"]) == (str(campaign.pk), 42)
    assert "At the vigil &lt;b&gt;" in admin.get(reverse("campaign:ledger", args=[campaign.pk])).content.decode()


def test_the_number_is_shown_before_anything_is_stored(admin: Client, campaign: Campaign) -> None:
    status, html = _post(admin, campaign, preview="yes")
    assert status == 200
    assert "waits" not in html
    assert "1 → 43" in html
    assert 'name="people" value="42"' in html
    assert not CounterEntry.objects.exists()


def test_the_preview_says_what_will_be_seen_where_old_lines_took_back_too_many(
    admin: Client, campaign: Campaign
) -> None:
    CounterEntry.objects.create(campaign=campaign, source="paper", people=-50, reason="Old", entered_by_name="Staff")
    assert "0 → 0" in _post(admin, campaign, people="40", preview="yes")[1]
    assert "0 → 11" in _post(admin, campaign, people="60", preview="yes")[1]


@pytest.mark.parametrize("button", ["preview", "sure"])
def test_more_than_were_counted_of_a_kind_are_not_taken_away(admin: Client, campaign: Campaign, button: str) -> None:
    _post(admin, campaign, people="31", sure="yes")
    status, html = _post(admin, campaign, people="-32", **{button: "yes"})
    assert status == 422
    assert "From “Signed on paper”, at most 31 can be taken away now." in html
    assert _post(admin, campaign, people="-1", source="partner", **{button: "yes"})[0] == 422
    assert shown_count(campaign).count == 32
    assert _post(admin, campaign, people="-31", **{button: "yes"})[0] in {200, 302}


def test_no_more_are_taken_away_than_the_page_shows(admin: Client, campaign: Campaign) -> None:
    _post(admin, campaign, people="31", sure="yes")
    CounterEntry.objects.create(campaign=campaign, source="offset", people=-30, reason="Old", entered_by_name="Staff")
    assert "at most 2 can be taken away" in _post(admin, campaign, people="-3", preview="yes")[1]
    assert _post(admin, campaign, people="-2", preview="yes")[0] == 200


def test_a_large_number_comes_back_as_it_was_typed(admin: Client, campaign: Campaign) -> None:
    assert 'name="people" value="12345"' in _post(admin, campaign, people="12345", preview="yes")[1]


def test_a_line_that_takes_back_says_so(admin: Client, campaign: Campaign) -> None:
    _post(admin, campaign, people="1", sure="yes")
    assert "The number goes down" in _post(admin, campaign, people="-1", preview="yes")[1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": "0"},
        {"people": "999999999"},
        {"people": "many"},
        {"reason": " "},
        {"source": "dream"},
        {"counted_on": (timezone.now() + timedelta(days=3)).date().isoformat()},
    ],
)
def test_what_is_wrong_is_refused_and_what_was_typed_is_kept(
    admin: Client, campaign: Campaign, wrong: dict[str, str]
) -> None:
    status, html = _post(admin, campaign, sure="yes", **wrong)
    assert status == 422
    assert "error-message" in html
    assert not CounterEntry.objects.exists()


def test_a_line_is_never_changed_nor_removed(admin: Client, campaign: Campaign) -> None:
    _post(admin, campaign, sure="yes")
    line = CounterEntry.objects.get()
    line.people = 3
    with pytest.raises(ValidationError):
        line.save()
    with pytest.raises(ValidationError):
        line.delete()
