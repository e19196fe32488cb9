"""Updates at the desk: written, looked at, tried, let go after a last question with the number, steered, guarded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Sign
from tocsin.actions.models import Action, Update
from tocsin.actions.updates import steer
from tocsin.actions.updates.audience import people_by_language
from tocsin.actions.updates.send import send_updates
from tocsin.campaigns.models import Campaign, Edition
from tocsin.desk import remembered, update_people
from tocsin.desk.update_form import UpdateForm
from tocsin.lib.vault import vault
from tocsin.outbox.models import Bucket, Kind, Message, State
from tocsin.outbox.restore import RESTORED
from tocsin.staff import audit
from tocsin.staff.models import Membership, Role
from tocsin.supporters.models import Supporter

WRITE = "staff.write_update"
SEE = "campaigns.view_campaign"
WORDS = {"en": {"subject": "An answer", "text": "Hello {name}, it came."}}


@pytest.fixture
def people(sign: Sign, edition: Edition) -> list[Action]:
    """Two who acted and were followed."""
    found = [sign(), sign()]
    for action in found:
        sealed = vault().seal({"email": "x@example.org"}, b"supporter:" + bytes(action.email_digest))
        action.supporter = Supporter.objects.create(email_digest=action.email_digest, sealed=sealed, language="en")
        action.save(update_fields=["supporter"])
    return found


@pytest.fixture
def draft(campaign: Campaign, people: list[Action]) -> Update:
    return Update.objects.create(campaign=campaign, words=WORDS, written_by_name="Jane Doe")


def at(name: str, update: Update, *more: str) -> str:
    return reverse(f"campaign:{name}", args=[update.campaign_id, update.pk, *more])


def let_go(client: Client, update: Update) -> Any:
    """The button under the last question."""
    return client.post(at("update_send", update), {"seen": Update.objects.get(pk=update.pk).fingerprint})


def write(client: Client, campaign: Campaign, **changes: Any) -> Any:
    posted = {"audience": "acted", "subject_en": "An answer", "text_en": "Hello {name}", **changes}
    return client.post(reverse("campaign:new_update", args=[campaign.pk]), posted)


def test_it_works(admin: Client, campaign: Campaign, people: list[Action]) -> None:
    assert "Tell people what became of it" in admin.get(f"/desk/campaigns/{campaign.pk}/updates/").content.decode()
    response = write(admin, campaign)
    update = Update.objects.get()
    assert response.headers["Location"] == at("update", update)
    assert (update.state, update.written_by_name, update.words["en"]["text"]) == ("draft", "Jane Doe", "Hello {name}")
    page = admin.get(at("update", update)).content.decode()
    assert "2 <small>people</small>" in page
    assert not Message.objects.exists()
    question = admin.get(at("update_send", update)).content.decode()
    assert "Send it to 2 people" in question
    assert not Message.objects.exists()
    let_go(admin, update)
    update.refresh_from_db()
    assert (update.state, update.people, update.begun_by_name) == ("sending", 2, "Jane Doe")
    send_updates()
    assert Message.objects.filter(kind=Kind.UPDATE).count() == 2
    assert "2 of 2 copies are made" in admin.get(at("update", update)).content.decode()
    entries = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"tocsin.update_written", "tocsin.update_begun"} <= entries


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"text_en": "", "subject_en": ""}, "in one language at least"),
        ({"subject_en": ""}, "Write a subject"),
        ({"text_en": ""}, "Write the text"),
        ({"text_en": "Hello {first_name}"}, "Only {name} is filled in here, and not {first_name}."),
        ({"audience": "acted_yes"}, "Choose what people agreed to"),
        ({"audience": "the whole world"}, "the whole world is not one of"),
        ({"audience": "yes", "purpose": "nonsense"}, "nonsense is not one of"),
        ({"per_hour": "0"}, "greater than or equal to 1"),
        ({"not_before": "2001-01-01 10:00"}, "This moment has passed"),
        ({"subject_en": "x" * 151}, "at most 150"),
        ({"text_en": "x" * 20_001}, "at most 20000"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_is_kept(
    admin: Client, campaign: Campaign, people: list[Action], wrong: dict[str, str], said: str
) -> None:
    response = write(admin, campaign, **wrong)
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert ("Hello {name}" in page) is ("text_en" not in wrong)
    assert not Update.objects.exists()


def test_it_leaves_from_the_moment_in_the_campaigns_own_time_zone(
    admin: Client, campaign: Campaign, people: list[Action]
) -> None:
    Campaign.objects.update(time_zone="America/Vancouver")
    write(admin, campaign, not_before="2099-07-01 09:00", per_hour="500")
    update = Update.objects.get()
    assert update.not_before is not None
    assert update.not_before.isoformat() == "2099-07-01T16:00:00+00:00"
    assert 'value="2099-07-01 09:00' in admin.get(at("edit_update", update)).content.decode()


def test_a_draft_is_changed_until_it_is_let_go(admin: Client, draft: Update) -> None:
    posted = {"audience": "acted", "subject_en": "Other", "text_en": "Other words"}
    admin.post(at("edit_update", draft), posted)
    draft.refresh_from_db()
    assert draft.subject == "Other"
    Update.objects.update(state="sending")
    admin.post(at("edit_update", draft), posted | {"subject_en": "Too late"})
    draft.refresh_from_db()
    assert draft.subject == "Other"


def test_the_mail_is_shown_in_a_frame_that_can_do_nothing(admin: Client, draft: Update) -> None:
    assert '<iframe class="desk-mail-seen" sandbox ' in admin.get(at("update", draft)).content.decode()
    response = admin.get(at("update_preview", draft, "en"))
    assert "Hello Jane, it came." in response.content.decode()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert admin.get(at("update_preview", draft, "fr"), follow=True).status_code == 404


def test_a_test_goes_to_whoever_asks(admin: Client, draft: Update) -> None:
    page = admin.post(at("update_test", draft), follow=True).content.decode()
    assert "On its way to boss@example.org" in page
    assert Message.objects.get().kind == Kind.STAFF


def test_an_account_without_an_address_is_told_so(admin: Client, boss: User, draft: Update) -> None:
    User.objects.update(email="")
    assert "has no e-mail address" in admin.post(at("update_test", draft), follow=True).content.decode()
    assert not Message.objects.exists()


def test_in_test_mode_nobody_gets_one(admin: Client, campaign: Campaign, draft: Update) -> None:
    Campaign.objects.update(test_address="me@society.example")
    response = let_go(admin, draft)
    assert response.status_code == 422
    assert "in test mode" in response.content.decode()
    assert "On its way to me@society.example" in admin.post(at("update_test", draft), follow=True).content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_without_saying_who_writes_nothing_leaves(admin: Client, draft: Update) -> None:
    edition = Edition.objects.get()
    edition.words["brand"]["postal_address"] = ""
    edition.save()
    response = let_go(admin, draft)
    assert response.status_code == 422
    assert "The law asks that such a mail says who writes" in response.content.decode()


def test_nobody_to_write_to_is_said(admin: Client, draft: Update) -> None:
    Action.objects.all().delete()
    assert let_go(admin, draft).status_code == 422
    assert "Nobody would get it." in admin.get(at("update", draft)).content.decode()


def test_pause_resume_and_stop(admin: Client, draft: Update) -> None:
    let_go(admin, draft)
    send_updates()
    for step, state, shut in (("pause", "paused", True), ("resume", "sending", False), ("stop", "stopped", True)):
        admin.post(at("update_step", draft, step))
        draft.refresh_from_db()
        assert (step, draft.state) == (step, state)
        assert Bucket.objects.get(key=draft.bucket).paused is shut
    send_updates()
    assert set(Message.objects.values_list("state", flat=True)) == {State.CANCELLED}
    assert "It was stopped." in admin.get(at("update", draft)).content.decode()
    assert admin.post(at("update_step", draft, "explode"), follow=True).status_code == 404


@pytest.mark.parametrize(
    ("state", "name"),
    [("draft", "send"), ("draft", "discard"), ("sending", "pause"), ("paused", "resume"), ("sending", "stop")],
)
def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, draft: Update, monkeypatch: pytest.MonkeyPatch, state: str, name: str
) -> None:
    Update.objects.update(state=state)
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        let_go(admin, draft) if name == "send" else admin.post(at("update_step", draft, name))
    assert Update.objects.get().state == state


@pytest.mark.parametrize("name", ["new_update", "edit_update", "update_test"])
def test_neither_is_anything_written_or_tried(
    admin: Client, campaign: Campaign, draft: Update, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    address = reverse("campaign:new_update", args=[campaign.pk]) if name == "new_update" else at(name, draft)
    with pytest.raises(ZeroDivisionError):
        admin.post(address, {"audience": "acted", "subject_en": "Other", "text_en": "Other words"})
    assert [update.subject for update in Update.objects.all()] == ["An answer"]
    assert not Message.objects.exists()


def test_only_what_stood_beside_the_button_is_sent(admin: Client, draft: Update) -> None:
    question = admin.get(at("update_send", draft)).content.decode()
    assert f'name="seen" value="{draft.fingerprint}"' in question
    Update.objects.update(words={"en": {"subject": "Other", "text": "Other words"}})
    page = admin.post(at("update_send", draft), {"seen": draft.fingerprint}, follow=True).content.decode()
    assert "it is no longer what you saw" in page
    assert "Send it to 2 people" in page
    assert Update.objects.get().state == "draft"
    assert not ModelLogEntry.objects.filter(action="tocsin.update_begun").exists()
    admin.post(at("update_send", draft))
    assert Update.objects.get().state == "draft"


def test_a_draft_may_be_put_away_and_nothing_else(admin: Client, draft: Update) -> None:
    Update.objects.update(state="sending")
    admin.post(at("update_step", draft, "discard"))
    assert Update.objects.exists()
    Update.objects.update(state="draft")
    admin.post(at("update_step", draft, "discard"))
    assert not Update.objects.exists()


def test_what_was_sent_says_when(admin: Client, draft: Update) -> None:
    Update.objects.update(state="sent", finished_at=timezone.now() - timedelta(days=1), sent_at=timezone.now())
    assert "Sent. The last copy left by" in admin.get(at("update", draft)).content.decode()


def test_without_a_page_there_is_nobody_to_write_to(admin: Client, campaign: Campaign) -> None:
    assert "no published page yet" in admin.get(f"/desk/campaigns/{campaign.pk}/updates/").content.decode()
    assert write(admin, campaign).headers["Location"] == reverse("campaign:updates", args=[campaign.pk])


def test_seeing_is_not_writing(colleague: Callable[..., Client], campaign: Campaign, draft: Update) -> None:
    viewer = colleague(SEE)
    page = viewer.get(at("update", draft)).content.decode()
    assert "An answer" in page
    assert "Go on: send it" not in page
    for address in (at("update_send", draft), at("update_test", draft), at("update_step", draft, "stop")):
        assert viewer.post(address).headers["Location"] == reverse("wagtailadmin_home")
    assert write(viewer, campaign).headers["Location"] == reverse("wagtailadmin_home")
    draft.refresh_from_db()
    assert (draft.state, Update.objects.count()) == ("draft", 1)


def test_who_may_write_may(colleague: Callable[..., Client], campaign: Campaign, draft: Update) -> None:
    assert let_go(colleague(SEE, WRITE), draft).headers["Location"] == at("update", draft)
    draft.refresh_from_db()
    assert draft.state == "sending"


def test_a_role_for_one_campaign_reaches_its_own_people_alone(
    admin: Client, nobody: Client, campaign: Campaign, draft: Update
) -> None:
    user = User.objects.get(pk=nobody.session["_auth_user_id"])
    Membership.objects.create(user=user, campaign=campaign, role=Role.CAMPAIGNER, given_by_name="Boss")
    response = write(nobody, campaign, audience="yes", purpose="news")
    assert (response.status_code, "yes is not one of" in response.content.decode()) == (422, True)
    assert write(admin, campaign, audience="yes", purpose="news").status_code == 302
    Update.objects.filter(pk=draft.pk).update(audience="yes", purpose="news")
    let_go(nobody, draft)
    draft.refresh_from_db()
    assert draft.state == "draft"
    Update.objects.filter(pk=draft.pk).update(audience="acted", purpose="")
    let_go(nobody, draft)
    draft.refresh_from_db()
    assert draft.state == "sending"


def test_an_edit_does_not_call_back_what_was_let_go_meanwhile(
    admin: Client, draft: Update, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = UpdateForm.clean

    def let_go_meanwhile(form: UpdateForm) -> dict[str, Any]:
        Update.objects.update(state="sending", people=2)
        return clean(form)

    monkeypatch.setattr(UpdateForm, "clean", let_go_meanwhile)
    posted = {"audience": "acted", "subject_en": "Too late", "text_en": "Other words"}
    page = admin.post(at("edit_update", draft), posted, follow=True).content.decode()
    assert "It is on its way: its words stay as they are." in page
    draft.refresh_from_db()
    assert (draft.state, draft.people, draft.subject) == ("sending", 2, "An answer")


def test_an_update_is_found_only_in_its_own_campaign(admin: Client, draft: Update) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    address = reverse("campaign:update", args=[other.pk, draft.pk])
    assert admin.get(address, follow=True).status_code == 404


def test_what_takes_long_to_count_is_counted_once(
    admin: Client, draft: Update, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[Update] = []

    def counted(update: Update) -> dict[str, int]:
        counts.append(update)
        return people_by_language(update)

    monkeypatch.setattr(remembered, "SLOW", -1.0)
    monkeypatch.setattr(remembered, "TIMES_AS_LONG", 1_000_000)
    monkeypatch.setattr(update_people, "people_by_language", counted)
    for name in ("update", "update_send", "update"):
        assert "2" in admin.get(at(name, draft)).content.decode()
    let_go(admin, draft)
    assert Update.objects.get().people == 2
    assert len(counts) == 1
    cache.clear()


def test_one_that_waits_for_its_moment_says_so(admin: Client, draft: Update) -> None:
    Update.objects.update(state="sending", not_before=timezone.now() + timedelta(days=7), people=2)
    page = admin.get(at("update", draft)).content.decode()
    assert "It leaves from" in page
    assert "It is on its way." not in page
    assert "Scheduled" in admin.get(f"/desk/campaigns/{draft.campaign_id}/updates/").content.decode()


def test_what_test_mode_paused_says_why_and_is_not_resumed(admin: Client, draft: Update) -> None:
    let_go(admin, draft)
    Campaign.objects.update(test_address="me@society.example")
    send_updates()
    page = admin.get(at("update", draft)).content.decode()
    assert "before you let this one go on." in page
    assert at("update_step", draft, "resume") not in page
    page = admin.post(at("update_step", draft, "resume"), follow=True).content.decode()
    assert Update.objects.get().state == "paused"
    assert not ModelLogEntry.objects.filter(action="tocsin.update_resume").exists()


def test_copies_that_were_given_up_are_tried_again(admin: Client, draft: Update) -> None:
    let_go(admin, draft)
    send_updates()
    held, restored = Message.objects.order_by("pk")
    Message.objects.update(state=State.HELD, due_at=None)
    Message.objects.filter(pk=restored.pk).update(last_words=RESTORED)
    assert "Try the held copies again" in admin.get(at("update", draft)).content.decode()
    page = admin.post(at("update_step", draft, "release"), follow=True).content.decode()
    assert "1 copy is tried again." in page
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == [State.WAITING, State.HELD]
    assert ModelLogEntry.objects.filter(action="tocsin.update_release").exists()
    assert held.pk


def test_a_test_to_an_address_that_no_mail_reaches_is_refused(admin: Client, draft: Update) -> None:
    User.objects.update(email='"odd name"@example.org')
    page = admin.post(at("update_test", draft), follow=True).content.decode()
    assert "No mail can be sent to" in page
    assert not Message.objects.exists()
    assert not ModelLogEntry.objects.filter(action="tocsin.update_tested").exists()


def test_who_may_not_send_beyond_a_campaign_is_not_led_there(nobody: Client, draft: Update) -> None:
    user = User.objects.get(pk=nobody.session["_auth_user_id"])
    Membership.objects.create(user=user, campaign=draft.campaign, role=Role.CAMPAIGNER, given_by_name="Boss")
    assert at("update_send", draft) in nobody.get(at("update", draft)).content.decode()
    Update.objects.update(audience="yes", purpose="news")
    page = nobody.get(at("update", draft)).content.decode()
    assert at("update_send", draft) not in page
    assert "It goes beyond this campaign" in page


def test_what_was_stopped_is_not_tried_again(admin: Client, draft: Update) -> None:
    """The button is not shown there, but a window may be old."""
    let_go(admin, draft)
    send_updates()
    admin.post(at("update_step", draft, "stop"))
    Message.objects.update(state=State.HELD, due_at=None)
    page = admin.post(at("update_step", draft, "release"), follow=True).content.decode()
    assert "is tried again" not in page
    assert "What had not left never leaves." in page
    assert set(Message.objects.values_list("state", flat=True)) == {State.HELD}
    assert not ModelLogEntry.objects.filter(action="tocsin.update_release").exists()


@pytest.mark.parametrize(("step", "state"), [("resume", "paused"), ("release", "sending")])
def test_what_goes_beyond_a_campaign_is_started_again_by_whoever_may_send_it(
    nobody: Client, draft: Update, step: str, state: str
) -> None:
    user = User.objects.get(pk=nobody.session["_auth_user_id"])
    Membership.objects.create(user=user, campaign=draft.campaign, role=Role.CAMPAIGNER, given_by_name="Boss")
    steer.let_go(draft, 2, "Boss")
    send_updates()
    Message.objects.update(state=State.HELD, due_at=None)
    Update.objects.update(audience="yes", purpose="news", state=state)
    page = nobody.get(at("update", draft)).content.decode()
    assert at("update_step", draft, step) not in page
    assert ("It goes beyond this campaign" in page) is (state == "paused")
    nobody.post(at("update_step", draft, step))
    assert Update.objects.get().state == state
    assert set(Message.objects.values_list("state", flat=True)) == {State.HELD}
    nobody.post(at("update_step", draft, "stop"))
    assert Update.objects.get().state == "stopped"
