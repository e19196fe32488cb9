"""Sets at the desk: chosen, seen before anything happens, taken out with why, and put back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign
from tocsin.actions.count import prove_counts, shown_count
from tocsin.actions.models import Action, Invalidation
from tocsin.campaigns.models import Campaign
from tocsin.staff import audit

SET = {"source_key": "utm_source", "source_value": "partner", "reason": "A robot <b>"}


@pytest.fixture
def three(campaign: Campaign, sign: Sign) -> Campaign:
    """Three in the number, two of them from a partner."""
    for _ in range(3):
        sign()
    first = Action.objects.earliest("pk").pk
    Action.objects.exclude(pk=first).update(source={"utm_source": "partner"})
    prove_counts()
    return campaign


def at(campaign: Campaign, name: str = "sets", *more: int) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk, *more])


def test_it_works(admin: Client, three: Campaign) -> None:
    seen = admin.post(at(three), {**SET, "preview": "yes"}).content.decode()
    assert "3 → 1" in seen
    assert not Invalidation.objects.exists()
    admin.post(at(three), {**SET, "sure": "yes"})
    assert shown_count(three).count == 1
    decision = Invalidation.objects.get()
    assert (decision.people, decision.decided_by_name) == (2, "Jane Doe")
    html = admin.get(at(three)).content.decode()
    assert "A robot &lt;b&gt;" in html
    assert at(three, "set_back", decision.pk) in html
    admin.post(at(three, "set_back", decision.pk), {"reason": "They were people"})
    assert shown_count(three).count == 3
    assert at(three, "set_back", decision.pk) not in admin.get(at(three)).content.decode()
    assert list(
        ModelLogEntry.objects.filter(action__contains="set_").order_by("pk").values_list("action", flat=True)
    ) == ["tocsin.set_taken_out", "tocsin.set_put_back"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"source_key": "", "source_value": ""},
        {"source_value": ""},
        {"reason": " "},
        {"sign": "dream"},
        {"since": "tomorrow"},
        {"since": "0001-01-01 00:00"},
        {"until": "9999-12-31 23:59"},
        {"since": "2026-01-02 10:00", "until": "2026-01-02 09:00"},
    ],
)
def test_what_is_wrong_is_refused_and_kept(admin: Client, three: Campaign, wrong: dict[str, str]) -> None:
    answer = admin.post(at(three), {**SET, "sure": "yes", **wrong})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert not Invalidation.objects.exists()


def test_a_window_of_time_comes_back_as_it_was_typed(admin: Client, three: Campaign) -> None:
    window = {"since": "2026-01-02 10:00", "until": "2036-01-02 10:00"}
    html = admin.post(at(three), {**SET, **window, "preview": "yes"}).content.decode()
    assert "2026-01-02 10:00" in html
    assert "3 → 1" in html


def test_putting_back_says_why(admin: Client, three: Campaign) -> None:
    admin.post(at(three), {**SET, "sure": "yes"})
    admin.post(at(three, "set_back", Invalidation.objects.get().pk), {"reason": " "})
    assert Invalidation.objects.count() == 1


def test_nothing_is_taken_out_that_cannot_be_written_down(
    admin: Client, three: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(at(three), {**SET, "sure": "yes"})
    assert not Invalidation.objects.exists()


def test_who_may_not_moderate_takes_nothing_out(colleague: Callable[..., Client], three: Campaign) -> None:
    viewer = colleague("campaigns.view_campaign")
    assert viewer.get(at(three)).status_code == 302
    viewer.post(at(three), {**SET, "sure": "yes"})
    assert not Invalidation.objects.exists()


def test_a_set_of_another_campaign_is_not_put_back(admin: Client, three: Campaign) -> None:
    admin.post(at(three), {**SET, "sure": "yes"})
    other = Campaign.objects.create(name="Other", slug="other")
    answer = admin.post(at(other, "set_back", Invalidation.objects.get().pk), {"reason": "r"}, follow=True)
    assert answer.status_code == 404
