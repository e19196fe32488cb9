"""Notices about mail: seen by staff, settled once, and what settling does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Write
from tocsin.campaigns.models import Campaign, Target
from tocsin.outbox.models import Bucket, Message, Notice, State
from tocsin.outbox.restore import RESTORED


@pytest.fixture
def paused(campaign: Campaign) -> Notice:
    Bucket.objects.create(key="domain:gc.ca", paused=True, why_paused="550 5.7.1")
    return Notice.objects.create(kind=Notice.Kind.PAUSED, about="domain:gc.ca", words="550 5.7.1 policy")


def settle(client: Client, notice: Notice, **posted: str) -> str:
    return client.post(reverse("desk_notice_settle", args=[notice.pk]), posted).headers["Location"]


def test_it_works(admin: Client, campaign: Campaign, paused: Notice) -> None:
    for screen in ["/desk/", reverse("campaign:hub", args=[campaign.pk])]:
        page = admin.get(screen).content.decode()
        assert "Mail to a domain is paused: gc.ca" in page
        assert "550 5.7.1 policy" in page
        assert "Open it again" in page
    assert settle(admin, paused) == reverse("wagtailadmin_home")
    paused.refresh_from_db()
    assert paused.settled_at
    assert not Bucket.objects.get().paused
    assert ModelLogEntry.objects.filter(action="tocsin.notice_settled").count() == 1
    assert "gc.ca" not in admin.get("/desk/").content.decode()


def test_settled_twice_is_once(admin: Client, paused: Notice) -> None:
    settle(admin, paused)
    Bucket.objects.update(paused=True)
    settle(admin, paused)
    assert Bucket.objects.get().paused
    assert ModelLogEntry.objects.filter(action="tocsin.notice_settled").count() == 1


def test_a_dead_address_names_the_target(admin: Client, target: Target) -> None:
    Notice.objects.create(kind=Notice.Kind.DEAD, about=f"target:{target.pk}", words="550 5.1.1")
    page = admin.get("/desk/").content.decode()
    assert f"dead: {target.name}" in page
    assert reverse("target:edit", args=[target.pk]) in page
    proof = admin.get(reverse("desk_target_proof", args=[target.pk])).content.decode()
    assert "550 5.1.1" in proof


def test_after_a_restore_only_what_it_held_is_released(admin: Client, write: Write) -> None:
    restored, by_staff = write(State.HELD, RESTORED), write(State.HELD, "")
    settle(admin, Notice.objects.create(kind=Notice.Kind.RESTORED, about="database"))
    assert Message.objects.get(pk=restored.message_id).state == State.WAITING
    assert Message.objects.get(pk=by_staff.message_id).state == State.HELD


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_one_comes_back_only_to_our_own_screens(admin: Client, paused: Notice, back: str) -> None:
    assert settle(admin, paused, back=back) == reverse("wagtailadmin_home")


def test_who_may_not_decide_settles_nothing(colleague: Callable[..., Client], paused: Notice) -> None:
    viewer = colleague("campaigns.view_campaign")
    assert "Open it again" not in viewer.get("/desk/").content.decode()
    settle(viewer, paused)
    paused.refresh_from_db()
    assert paused.settled_at is None


@pytest.mark.parametrize("broken", ["tocsin.actions.steering.reopen", "tocsin.staff.audit.write"])
def test_a_notice_stays_until_what_it_is_about_is_done_and_written_down(
    admin: Client, paused: Notice, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr(broken, lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        settle(admin, paused)
    paused.refresh_from_db()
    assert paused.settled_at is None
    assert Bucket.objects.get().paused


def test_a_notice_says_whether_letters_wait(admin: Client, target: Target) -> None:
    Notice.objects.create(kind=Notice.Kind.DEAD, about=f"target:{target.pk}", words="550 5.1.1")
    assert "Letters leave as before" in admin.get("/desk/").content.decode()
    Bucket.objects.create(key=f"target:{target.pk}", paused=True)
    page = admin.get("/desk/").content.decode()
    assert "Letters to it wait." in page
    assert "Letters leave as before" not in page
