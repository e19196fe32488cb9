"""The path: from nothing to a page in two languages, whichever way one goes back and forth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    PageLogEntry,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from tests.desk.path.conftest import ANSWERS, LETTER, OFFICE, RULES, WORDS
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.desk.path.models import Plan
from tocsin.outbox.models import Bucket
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage, HomePage

Begin = Callable[..., Plan]
Walk = Callable[..., Campaign]


def _post(client: Client, plan: Plan, step: str, answers: dict[str, Any], **headers: str) -> Any:
    return client.post(reverse("campaign:plan", args=[plan.pk, step]), answers, headers=headers or None)


def _see(client: Client, plan: Plan, step: str) -> str:
    answer = client.get(reverse("campaign:plan", args=[plan.pk, step]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_works(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    campaign = walk()
    plan = campaign.plan
    end = reverse("campaign:plan_end", args=[plan.pk])
    html = admin.get(end).content.decode()
    assert html.count("It is ready.") == 2
    assert f'href="{reverse("campaign:preflight", args=[campaign.pk])}"' in html
    answer = admin.post(end, {"then": "publish"})
    assert answer.headers["Location"] == reverse("campaign:begun", args=[campaign.pk])
    pages = {page.locale.language_code: page for page in campaign.action_pages.select_related("locale")}
    assert {one: page.live for one, page in pages.items()} == {"en": True, "fr": True}
    assert pages["en"].translation_key == pages["fr"].translation_key
    assert admin.get(reverse("campaign:begun", args=[campaign.pk])).content.count(b"http://testserver/") >= 2
    french = Edition.objects.current(campaign, "fr")
    assert french is not None
    assert french.words["letter"]["text"] == WORDS["letter_text_fr"]
    assert french.words["targets"][0]["greeting"] == "Madame la Ministre, Monsieur le Ministre,"
    assert {edition.number for edition in campaign.editions.all()} == {1}
    assert french.words["thanks"]["headline"] == "Merci d’avoir agi"


def test_it_is_as_if_edited_by_hand(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    page = walk().action_pages.get(locale__language_code="en")
    entries = list(PageLogEntry.objects.filter(page=page.pk).values_list("action", "user__username"))
    assert ("wagtail.create", "boss") in entries
    assert page.latest_revision.user.username == "boss"
    assert not page.live


def test_the_new_office_is_a_target_with_its_pace(brand: BrandSettings, walk: Walk) -> None:
    target = walk().targets.get()
    assert target.words("en").greeting == "Dear Minister,"
    assert target.words("fr").organisation == "Gouvernement du Canada"
    assert Bucket.objects.filter(key=f"target:{target.pk}").exists()


@pytest.mark.parametrize("step", ["demand", "who", "words", "rules"])
def test_what_was_entered_is_kept_whichever_way_one_leaves(admin: Client, begin: Begin, step: str) -> None:
    plan = begin()
    answer = _post(admin, plan, step, ANSWERS[step] | {"to": "back"})
    assert answer.status_code == 302
    html = _see(admin, plan, step)
    for name, said in ANSWERS[step].items():
        if len(said) > 8 and name not in {"time_zone", "reply_to"}:
            assert said in html, name


def test_a_wrong_field_does_not_lose_the_others(admin: Client, begin: Begin) -> None:
    plan = begin()
    answer = _post(admin, plan, "who", OFFICE | {"email": "no address", "office_fr": "x" * 300})
    assert answer.status_code == 422
    assert "no address" in answer.content.decode()
    assert "Minister of Immigration" in _see(admin, plan, "who")
    assert not Target.objects.exists()


def test_what_is_wrong_is_said_above_with_its_field_and_a_way_to_it(admin: Client, begin: Begin) -> None:
    plan = begin()
    html = _post(admin, plan, "demand", LETTER | {"title_fr": ""}).content.decode()
    assert '<a href="#id_title_fr">Title (French)</a> – ' in html
    assert 'id="id_title_fr"' in html
    assert "(English)</a>" not in html
    html = _post(admin, plan, "who", {"who": ""}).content.decode()
    assert '<a href="#id_who_0">Letters go to</a>' in html


def _mark(html: str) -> str:
    return html.partition('name="mark" value="')[2].partition('"')[0]


def test_a_second_window_is_told_what_the_first_changed_and_loses_nothing(admin: Client, begin: Begin) -> None:
    plan = begin()
    first, second = _see(admin, plan, "demand"), _see(admin, plan, "demand")
    _post(admin, plan, "demand", LETTER | {"title_en": "From the first", "mark": _mark(first)})
    late = LETTER | {"title_en": "From the second", "mark": _mark(second), "to": "back"}
    told = _post(admin, plan, "demand", late)
    html = told.content.decode()
    assert told.status_code == 409
    assert "changed meanwhile" in html
    assert '<dt>Title (English)</dt><dd lang="en">From the first</dd>' in html
    assert "Title (French)</dt>" not in html
    assert 'value="From the second"' in html
    assert 'value="From the first"' in _see(admin, plan, "demand")
    assert _post(admin, plan, "demand", late | {"mark": _mark(html)}).status_code == 302
    assert 'value="From the second"' in _see(admin, plan, "demand")


@pytest.mark.parametrize("step", ["what", "demand", "who", "words", "rules"])
def test_the_same_pressed_twice_is_no_other_window(admin: Client, begin: Begin, step: str) -> None:
    plan = begin()
    answers: dict[str, Any] = {"name": "Another", "kind": "letter", "languages": ["en", "fr"], **ANSWERS.get(step, {})}
    answers |= {"closes_at": "2036-07-01T18:00", "matched_by": "province", "provider": "table", "to": "demand"}
    answers |= {"mark": _mark(_see(admin, plan, step))}
    assert _post(admin, plan, step, answers).status_code == 302
    assert _post(admin, plan, step, answers).status_code == 302


def test_a_wrong_field_is_no_other_window(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    plan = walk().plan
    wrong = _post(admin, plan, "demand", LETTER | {"title_fr": "", "mark": _mark(_see(admin, plan, "demand"))})
    assert wrong.status_code == 422
    again = LETTER | {"title_fr": "Enfin", "mark": _mark(wrong.content.decode())}
    assert _post(admin, plan, "demand", again).status_code == 302


def test_what_was_changed_on_the_page_itself_is_told_too(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    campaign = walk()
    mark = _mark(_see(admin, campaign.plan, "demand"))
    draft = campaign.action_pages.get(locale__language_code="en").get_latest_revision_as_object()
    draft.title = "Changed by a colleague"
    draft.save_revision()
    told = _post(admin, campaign.plan, "demand", LETTER | {"title_en": "Mine", "mark": mark})
    assert told.status_code == 409
    assert "Changed by a colleague" in told.content.decode()


def test_each_kind_of_answer_is_told_in_words(admin: Client, begin: Begin, target: Target) -> None:
    plan = begin()
    marks = {step: _mark(_see(admin, plan, step)) for step in ("who", "rules", "what")}
    _post(admin, plan, "who", {"who": "fixed", "targets": [target.pk], "to": "back"})
    _post(admin, plan, "rules", RULES | {"closes_at": "2036-07-01T18:00", "to": "back"})
    who = _post(admin, plan, "who", {"who": "answer", "mark": marks["who"]}).content.decode()
    assert "<dd>Targets that you have already</dd>" in who
    assert f"<dd>{target.name} · {target.email}</dd>" in who
    changed = RULES | {"ask_postal_code": "no", "asks_to_write": "", "closes_at": "2036-08-01T18:00"}
    rules = _post(admin, plan, "rules", changed | {"mark": marks["rules"]}).content.decode()
    for said in ("Must be answered", "Yes", "1 Jul 2036, 18:00"):
        assert f"<dd>{said}</dd>" in rules
    _post(admin, plan, "what", {"name": "Renamed", "kind": "letter", "languages": ["en"], "to": "what"})
    late: dict[str, Any] = {"name": "Open door", "kind": "petition", "languages": ["en", "fr"], "mark": marks["what"]}
    what = _post(admin, plan, "what", late).content.decode()
    for said in ("Renamed", "English", "A letter: each person writes to a decision-maker"):
        assert f"<dd>{said}</dd>" in what


@pytest.mark.parametrize("to", ["back", "rules"])
def test_drafts_keep_what_was_entered_whichever_way_one_leaves(
    admin: Client, brand: BrandSettings, walk: Walk, to: str
) -> None:
    plan = walk().plan
    _post(admin, plan, "words", WORDS | {"letter_subject_en": "Changed, then left", "to": to})
    assert "Changed, then left" in _see(admin, plan, "words")


def test_half_an_office_is_kept_in_the_plan_and_is_no_target(admin: Client, begin: Begin) -> None:
    plan = begin()
    _post(admin, plan, "demand", LETTER)
    _post(admin, plan, "who", OFFICE | {"email": "", "to": "back"})
    _post(admin, plan, "rules", RULES)
    assert not Target.objects.exists()
    assert "nobody yet" in admin.get(reverse("campaign:plan_end", args=[plan.pk])).content.decode()
    assert "Minister of Immigration" in _see(admin, plan, "who")
    _post(admin, plan, "who", OFFICE | {"to": "publish"})
    assert Target.objects.get().campaigns.count() == 1


def test_going_on_asks_for_what_is_missing(admin: Client, begin: Begin) -> None:
    plan = begin()
    assert _post(admin, plan, "demand", LETTER | {"title_fr": ""}).status_code == 422
    assert _post(admin, plan, "who", {"who": "new"}).status_code == 422
    assert _post(admin, plan, "who", {"who": "fixed"}).status_code == 422
    assert _post(admin, plan, "who", {"who": "postal"}).status_code == 422
    assert _post(admin, plan, "words", WORDS | {"letter_text_fr": ""}).status_code == 422
    assert _post(admin, plan, "rules", RULES | {"closes_at": "2001-01-01T10:00"}).status_code == 422
    assert _post(admin, plan, "rules", RULES | {"consent_fr": ""}).status_code == 422
    assert not Campaign.objects.exists()


def test_without_a_title_there_is_no_draft(admin: Client, begin: Begin) -> None:
    plan = begin()
    answer = _post(admin, plan, "rules", RULES)
    assert answer.headers["Location"] == reverse("campaign:plan", args=[plan.pk, "demand"])
    assert not Campaign.objects.exists()


def test_words_to_begin_with_hold_the_demand(admin: Client, begin: Begin) -> None:
    plan = begin()
    _post(admin, plan, "demand", LETTER)
    html = _see(admin, plan, "words")
    assert html.count("Mettez fin à l’accord.") == 2  # in the field, and in the letter as it will leave
    assert 'value="Keep the door open"' in html


def test_the_letter_is_shown_as_it_will_leave(admin: Client, begin: Begin) -> None:
    plan = begin()
    _post(admin, plan, "demand", LETTER)
    _post(admin, plan, "who", OFFICE | {"gender": "f"})
    html = _see(admin, plan, "words")
    assert "Madame la Ministre," in html
    assert "Veuillez agréer, Madame la Ministre, l’expression de ma haute considération." in html
    typed = _post(admin, plan, "words", WORDS | {"letter_text_en": "<b>Now</b>"}, x_part="look").content.decode()
    assert "&lt;b&gt;Now&lt;/b&gt;" in typed
    assert "<form" not in typed
    assert "Now" not in _see(admin, plan, "words")  # the script's look stores nothing


def test_without_script_a_button_shows_it(admin: Client, begin: Begin) -> None:
    plan = begin()
    answer = _post(admin, plan, "who", OFFICE | {"email": "", "look": "yes"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "Dear Minister," in html
    assert "Write the address" not in html


def test_an_address_that_is_known_leads_to_its_target(admin: Client, begin: Begin, target: Target) -> None:
    plan = begin()
    html = _post(admin, plan, "who", OFFICE | {"email": target.email.upper()}).content.decode()
    assert "Minister of Examples” has this address already" in html


def test_targets_that_are_there_are_found_and_chosen(admin: Client, begin: Begin, target: Target) -> None:
    for number in range(30):
        Target.objects.create(name=f"Member {number}", email=f"m{number}@parl.example")
    plan = begin()
    html = _post(admin, plan, "who", {"who": "fixed", "find": "examples", "look": "find"}).content.decode()
    assert f'value="{target.pk}"' in html
    assert "Member 3" not in html
    assert _post(admin, plan, "who", {"who": "fixed", "targets": [target.pk]}).status_code == 302
    plan.refresh_from_db()
    assert plan.outline["targets"] == [target.pk]


def test_pressing_twice_makes_one_campaign(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    campaign = walk()
    _post(admin, campaign.plan, "rules", RULES)
    assert Campaign.objects.count() == 1
    assert ActionPage.objects.count() == 2


def test_going_back_from_the_end_changes_the_drafts(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    campaign = walk()
    page = campaign.action_pages.get(locale__language_code="en")
    draft = page.get_latest_revision_as_object()
    draft.story = [{"type": "text", "value": "<p>Told elsewhere.</p>"}]
    draft.save_revision()
    _post(admin, campaign.plan, "demand", LETTER | {"title_en": "Another title", "to": "publish"})
    page.refresh_from_db()
    newest = page.get_latest_revision_as_object()
    assert newest.title == "Another title"
    assert "Told elsewhere." in str(newest.story)
    assert campaign.targets.count() == 1


def test_a_language_may_be_added_later(admin: Client, brand: BrandSettings, begin: Begin) -> None:
    plan = begin(languages=("en",))
    for step in ANSWERS:
        _post(admin, plan, step, ANSWERS[step])
    what = {"name": "Open door", "kind": "letter", "languages": ["en", "fr"]}
    answer = _post(admin, plan, "what", what)
    assert answer.headers["Location"] == reverse("campaign:plan", args=[plan.pk, "demand"])
    _post(admin, plan, "demand", LETTER)
    assert ActionPage.objects.count() == 2


def test_a_petition_needs_nobody(admin: Client, brand: BrandSettings, begin: Begin) -> None:
    plan = begin("petition")
    assert admin.get(reverse("campaign:plan", args=[plan.pk, "who"])).status_code == 404
    assert _post(admin, plan, "demand", LETTER).headers["Location"].endswith("/words/")
    _post(admin, plan, "words", {"petition_text_en": "Open it.", "petition_text_fr": "Ouvrez."})
    _post(admin, plan, "rules", RULES | {"goal": "1000"})
    end = reverse("campaign:plan_end", args=[plan.pk])
    assert admin.post(end, {"then": "publish"}).status_code == 302
    campaign = Campaign.objects.get()
    assert (campaign.goal, campaign.action_pages.filter(live=True).count()) == (1000, 2)


def test_dates_are_meant_in_the_campaigns_own_zone(admin: Client, brand: BrandSettings, walk: Walk) -> None:
    campaign = walk(rules={"closes_at": "2036-07-01T18:00", "time_zone": "America/Vancouver"})
    assert campaign.closes_at is not None
    assert campaign.closes_at.isoformat() == "2036-07-02T01:00:00+00:00"
    assert "2036-07-01T18:00" in _see(admin, campaign.plan, "rules")


def test_nothing_is_published_before_the_brand_is_said(admin: Client, walk: Walk) -> None:
    campaign = walk()
    end = reverse("campaign:plan_end", args=[campaign.plan.pk])
    assert "Say first who you are" in admin.get(end).content.decode()
    assert admin.post(end, {"then": "publish"}).status_code == 422
    assert not campaign.action_pages.filter(live=True).exists()
    assert "Say first who you are" in admin.get(reverse("campaign:new")).content.decode()


def test_a_plan_is_its_makers_alone(admin: Client, colleague: Callable[..., Client], begin: Begin) -> None:
    plan = begin()
    other = colleague("campaigns.add_campaign", "campaigns.view_campaign")
    assert other.get(reverse("campaign:plan", args=[plan.pk, "demand"])).status_code == 404
    assert other.post(reverse("campaign:plan_away", args=[plan.pk])).status_code == 404


def test_what_was_begun_is_offered_again_until_it_is_thrown_away(admin: Client, begin: Begin) -> None:
    plan = begin(name="Half done")
    assert "Half done" in admin.get(reverse("campaign:new")).content.decode()
    admin.post(reverse("campaign:plan_away", args=[plan.pk]))
    assert "Half done" not in admin.get(reverse("campaign:new")).content.decode()


def test_whoever_may_not_write_pages_is_told(colleague: Callable[..., Client]) -> None:
    html = colleague("campaigns.add_campaign").get(reverse("campaign:new")).content.decode()
    assert "You may not write pages here" in html


@pytest.mark.parametrize("junk", [{}, {"name": "x" * 999}, {"begin_with": "kept:99"}, {"begin_with": "house:../x"}])
def test_bad_input_is_answered_with_sentences(admin: Client, begin: Begin, junk: dict[str, str]) -> None:
    assert admin.post(reverse("campaign:new"), junk).status_code == 422
    plan = begin()
    for step in ("what", *ANSWERS):
        bad = {"who": "nobody", "kind": "riot", "time_zone": "Moon", "goal": "-1", "targets": ["x", "99999999"]}
        assert _post(admin, plan, step, junk | bad).status_code == 422, step


@pytest.mark.filterwarnings("ignore:.*get_connection.*")  # Wagtail tells the reviewers the old way
def test_whoever_may_not_publish_submits_for_review(
    admin: Client, brand: BrandSettings, homes: dict[str, HomePage], walk: Walk
) -> None:
    workflow = Workflow.objects.create(name="Review")
    task = GroupApprovalTask.objects.create(name="A second look")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    writers = Group.objects.create(name="Writers")
    for home in homes.values():
        WorkflowPage.objects.create(workflow=workflow, page=home)
        GroupPagePermission.objects.create(group=writers, page=home, permission=_page_right("add"))
    campaign = walk()
    Plan.objects.update(by=_a_writer(writers))
    client = Client()
    client.force_login(User.objects.get(username="writer"))
    ActionPage.objects.update(owner=User.objects.get(username="writer"))
    end = reverse("campaign:plan_end", args=[campaign.plan.pk])
    html = client.get(end).content.decode()
    assert "Submit for review" in html
    assert "Publish 2 pages now" not in html
    assert client.post(end, {"then": "publish"}).status_code == 422
    assert client.post(end, {"then": "submit"}).status_code == 302
    assert all(page.current_workflow_state for page in campaign.action_pages.all())
    assert not campaign.action_pages.filter(live=True).exists()
    assert admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode().count("in review") == 2


def _page_right(name: str) -> Permission:
    return Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{name}_page")


def _a_writer(group: Group) -> User:
    user = User.objects.create_user("writer", "", "x")
    user.groups.add(group)
    for codename in ("access_admin", "add_campaign", "view_campaign"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    return user
