"""Sets at the desk: chosen, seen before anything happens, taken out with why, and put back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign
from tocsin.actions.count import prove_counts, shown_count
from tocsin.actions.models import Action, Invalidation, ProposedSet
from tocsin.actions.propose import count_set, forget_proposals
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


def propose(client: Client, campaign: Campaign, **changes: str) -> str:
    """Chooses a set; the address of the screen that shows it before anything happens."""
    return str(client.post(at(campaign), SET | changes).headers["Location"])


def take_out(client: Client, campaign: Campaign, **changes: str) -> None:
    client.post(propose(client, campaign, **changes))


def at(campaign: Campaign, name: str = "sets", *more: int) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk, *more])


def test_it_works(admin: Client, three: Campaign) -> None:
    seen = propose(admin, three)
    html = admin.get(seen).content.decode()
    assert "3 → 1" in html
    assert "A robot &lt;b&gt;" in html
    assert not Invalidation.objects.exists()
    admin.post(seen)
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
    answer = admin.post(at(three), {**SET, **wrong})
    assert answer.status_code == 422
    assert "error" in answer.content.decode()
    assert not ProposedSet.objects.exists()


def test_a_window_of_time_comes_back_as_it_was_typed(admin: Client, three: Campaign) -> None:
    window = {"since": "2026-01-02 10:00", "until": "2036-01-02 10:00"}
    seen = propose(admin, three, **window)
    assert "3 → 1" in admin.get(seen).content.decode()
    again = admin.get(at(three), {"change": ProposedSet.objects.get().pk}).content.decode()
    assert 'value="2026-01-02 10:00' in again
    assert 'value="partner"' in again
    assert "A robot &lt;b&gt;" in again


def test_putting_back_says_why(admin: Client, three: Campaign) -> None:
    take_out(admin, three)
    admin.post(at(three, "set_back", Invalidation.objects.get().pk), {"reason": " "})
    assert Invalidation.objects.count() == 1


def test_nothing_is_taken_out_that_cannot_be_written_down(
    admin: Client, three: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_out(admin, three)
    assert not Invalidation.objects.exists()


def test_who_may_not_moderate_takes_nothing_out(
    admin: Client, colleague: Callable[..., Client], three: Campaign
) -> None:
    seen = propose(admin, three)
    viewer = colleague("campaigns.view_campaign")
    for address in (at(three), seen, f"{seen}state/"):
        assert viewer.get(address).headers["Location"] == reverse("wagtailadmin_home")
    viewer.post(seen)
    assert not Invalidation.objects.exists()


def test_no_request_reads_every_action_of_a_campaign(admin: Client, three: Campaign) -> None:
    with override_settings(TASKS={"default": {"BACKEND": "django.tasks.backends.dummy.DummyBackend"}}):
        seen = propose(admin, three)
    asked = "A worker is counting how many people it is."
    html = admin.get(seen).content.decode()
    assert asked in html
    assert "Take them out" not in html
    assert admin.get(f"{seen}state/").json() == {"ended": False}
    assert "it is not counted yet" in admin.post(seen, follow=True).content.decode()
    assert not Invalidation.objects.exists()
    count_set.func(ProposedSet.objects.get().pk)
    assert admin.get(f"{seen}state/").json() == {"ended": True}
    assert asked not in admin.get(seen).content.decode()


def test_pressing_twice_decides_once(admin: Client, three: Campaign) -> None:
    seen = propose(admin, three)
    admin.post(seen)
    assert admin.post(seen).headers["Location"] == at(three)
    assert Invalidation.objects.count() == 1


def test_who_acts_between_the_count_and_the_decision_stays_in_the_number(
    admin: Client, three: Campaign, sign: Sign
) -> None:
    seen = propose(admin, three)
    assert "3 → 1" in admin.get(seen).content.decode()
    ProposedSet.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    Action.objects.update(accepted_at=timezone.now() - timedelta(minutes=6))
    Action.objects.filter(pk=sign().pk).update(
        source={"utm_source": "partner"}, accepted_at=timezone.now() - timedelta(minutes=4)
    )
    prove_counts()
    admin.post(seen)
    assert Invalidation.objects.get().people == 2
    assert shown_count(three).count == 2


def test_nobody_in_it_is_said_and_nothing_is_decided(admin: Client, three: Campaign) -> None:
    seen = propose(admin, three, source_value="nobody")
    assert "Nobody in the number acted like this." in admin.get(seen).content.decode()
    admin.post(seen)
    assert not Invalidation.objects.exists()


def test_what_was_never_decided_is_forgotten_after_a_day(admin: Client, three: Campaign) -> None:
    propose(admin, three)
    forget_proposals()
    assert ProposedSet.objects.exists()
    ProposedSet.objects.update(asked_at=timezone.now() - timedelta(days=2))
    forget_proposals()
    assert not ProposedSet.objects.exists()


def test_a_set_of_another_campaign_is_not_put_back(admin: Client, three: Campaign) -> None:
    take_out(admin, three)
    seen = propose(admin, three)
    other = Campaign.objects.create(name="Other", slug="other")
    admin.post(reverse("campaign:proposed_set", args=[other.pk, ProposedSet.objects.get().pk]))
    assert Invalidation.objects.count() == 1
    assert admin.get(seen).status_code == 200
    answer = admin.post(at(other, "set_back", Invalidation.objects.get().pk), {"reason": "r"}, follow=True)
    assert answer.status_code == 404
