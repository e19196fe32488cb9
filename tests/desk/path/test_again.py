"""Copies, models, and the button “Write it in French”."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.desk.path.conftest import LETTER
from tocsin.campaigns.models import Campaign, CounterEntry
from tocsin.desk.path.models import CampaignModel, Plan
from tocsin.desk.path.ready import LEFT_OPEN
from tocsin.desk.path.shelf import house_models, outline_named
from tocsin.pages.brand import BrandSettings
from tocsin.pages.models import ActionPage

Begin = Callable[..., Plan]
Walk = Callable[..., Campaign]


def _finish(admin: Client, plan: Plan) -> Campaign:
    """From the fifth screen to a published campaign, changing nothing."""
    page = admin.get(reverse("campaign:plan", args=[plan.pk, "rules"]))
    form = page.context["form"]
    said = {name: form[name].value() for name in form.fields}
    posted = {name: "on" if value is True else value for name, value in said.items() if value not in {None, False}}
    answer = admin.post(reverse("campaign:plan", args=[plan.pk, "rules"]), posted)
    assert answer.status_code == 302, answer.content.decode()
    answer = admin.post(reverse("campaign:plan_end", args=[plan.pk]), {"then": "publish"})
    assert answer.status_code == 302, answer.content.decode()
    plan.refresh_from_db()
    assert plan.campaign is not None
    return plan.campaign


def test_a_copy_has_the_words_and_rules_but_nothing_that_people_did(
    admin: Client, brand: BrandSettings, walk: Walk
) -> None:
    campaign = walk(rules={"goal": "500"})
    campaign.closes_at = timezone.now() - timedelta(days=1)
    campaign.test_address, campaign.letters_paused = "me@example.org", True
    campaign.save()
    page = campaign.action_pages.get(locale__language_code="en")
    draft = page.get_latest_revision_as_object()
    draft.story = [{"type": "text", "value": "<p>Told once.</p>"}]
    draft.save_revision()
    CounterEntry.objects.create(campaign=campaign, source="paper", people=9, reason="r", entered_by_name="Jane Doe")
    admin.post(reverse("campaign:copy_campaign", args=[campaign.pk]))
    copied = _finish(admin, Plan.objects.latest("pk"))
    assert copied.name == "Open door (copy)"
    assert (copied.goal, copied.closes_at, copied.test_address, copied.letters_paused) == (500, None, "", False)
    assert list(copied.targets.all()) == list(campaign.targets.all())
    pages = copied.action_pages.filter(live=True)
    assert pages.count() == 2
    assert "Told once." in str(pages.get(locale__language_code="en").story)
    assert pages.get(locale__language_code="en").slug == "keep-the-door-open-2"
    assert not copied.counter_entries.exists()


def test_a_model_is_kept_and_begun_from(admin: Client, brand: BrandSettings, walk: Walk, begin: Begin) -> None:
    campaign = walk()
    keep = reverse("campaign:keep_as_model", args=[campaign.pk])
    assert admin.get(keep).status_code == 200
    assert admin.post(keep, {"name": "Letter to the minister"}).status_code == 302
    assert admin.post(keep, {"name": "letter to THE minister"}).status_code == 422
    model = CampaignModel.objects.get()
    assert model.outline["dates"] == {}
    plan = begin(f"kept:{model.pk}", languages=("en",), name="Next")
    assert plan.outline["words"]["en"]["title"] == LETTER["title_en"]
    assert plan.outline["targets"] == [campaign.targets.get().pk]
    assert plan.outline["languages"] == ["en"]
    admin.post(reverse("campaign:remove_model", args=[model.pk]))
    assert not CampaignModel.objects.exists()
    assert admin.get(reverse("campaign:models")).status_code == 200


@pytest.mark.parametrize("model", house_models(), ids=lambda model: model.key)
def test_the_houses_models_are_whole_in_both_languages(model: object, brand: BrandSettings) -> None:
    key = getattr(model, "key", "")
    outline = outline_named(key)
    assert outline["languages"] == ["en", "fr"]
    english, french = outline["words"]["en"], outline["words"]["fr"]
    assert {name for name, words in english.items() if words} == {name for name, words in french.items() if words}
    for name, words in english.items():
        if isinstance(words, str) and len(words) > 10:
            assert words != french[name], name


def test_the_facts_of_a_house_model_are_shown() -> None:
    """Wagtail takes an item with a type and no number for a value of its own, and shows nothing of it."""
    page = ActionPage(story=outline_named("house:petition-with-goal")["words"]["en"]["story"])
    [facts] = [block.value for block in page.story if block.block_type == "facts"]
    assert [fact["figure"] for fact in facts["items"]] == ["[a number]"]


def test_what_a_model_left_open_is_not_published(admin: Client, brand: BrandSettings, begin: Begin) -> None:
    plan = begin("house:petition-with-goal")
    admin.post(reverse("campaign:plan", args=[plan.pk, "demand"]), LETTER)
    petition = {"petition_text_en": "We ask for it.", "petition_text_fr": "Nous le demandons."}
    admin.post(reverse("campaign:plan", args=[plan.pk, "words"]), petition)
    plan.refresh_from_db()
    rules = reverse("campaign:plan", args=[plan.pk, "rules"])
    form = admin.get(rules).context["form"]
    posted = {name: form[name].value() for name in form.fields if form[name].value() not in {None, False}}
    admin.post(rules, posted)
    end = reverse("campaign:plan_end", args=[plan.pk])
    answer = admin.post(end, {"then": "publish"})
    assert answer.status_code == 422
    assert "still something in square brackets" in answer.content.decode()
    assert not ActionPage.objects.filter(live=True).exists()


def test_square_brackets_are_told_from_data() -> None:
    assert LEFT_OPEN.search("Stop [what must stop]")
    assert not LEFT_OPEN.search('[{"type": "text", "value": "<p>All is said.</p>"}]')
    assert not LEFT_OPEN.search("as was said [1], and [sic]")


def test_a_page_is_written_in_another_language(admin: Client, brand: BrandSettings, begin: Begin, walk: Walk) -> None:
    campaign = walk()
    campaign.action_pages.get(locale__language_code="fr").delete()
    hub = admin.get(reverse("campaign:hub", args=[campaign.pk])).content.decode()
    assert "Write it in French" in hub
    write = reverse("campaign:write_in", args=[campaign.pk, "fr"])
    first, second = admin.post(write), admin.post(write)
    page = campaign.action_pages.get(locale__language_code="fr")
    assert first.headers["Location"] == second.headers["Location"] == f"/desk/pages/{page.pk}/edit/"
    assert page.title == LETTER["title_en"]
    assert page.thanks_headline == "Merci d’avoir agi"
    assert "M’écrire" in str(page.consents) or "Write to me." in str(page.consents)
    assert not page.live
    assert page.translation_key == campaign.action_pages.get(locale__language_code="en").translation_key


def test_a_campaign_without_pages_gets_its_first_draft(admin: Client, campaign: Campaign) -> None:
    admin.post(reverse("campaign:write_in", args=[campaign.pk, "fr"]))
    assert campaign.action_pages.get().title == "Open the border"
    assert admin.post(reverse("campaign:write_in", args=[campaign.pk, "xx"])).status_code in {302, 404}
    assert campaign.action_pages.count() == 1


def test_whoever_may_not_write_pages_cannot_begin_one(colleague: Callable[..., Client], campaign: Campaign) -> None:
    colleague("campaigns.view_campaign").post(reverse("campaign:write_in", args=[campaign.pk, "en"]))
    assert not campaign.action_pages.exists()
