"""Before publishing, at the desk: the lines, the test by mail, every state of a page, and what publishing leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.pages.conftest import *  # noqa: F403
from tests.pages.conftest import MakePage
from tests.pages.test_editing import filled
from tocsin.actions.models import Action
from tocsin.actions.take import action_context
from tocsin.campaigns.models import Campaign, Edition, EditionNote, TargetList, TargetWords
from tocsin.lib.vault import vault
from tocsin.outbox.models import Kind, Message
from tocsin.outbox.post import open_mail

pytestmark = pytest.mark.django_db


def at(name: str, campaign: Campaign, *args: Any) -> str:
    return reverse(f"campaign:{name}", args=[campaign.pk, *args])


def signed(edition: Edition) -> None:
    digest = vault().digest("jane@example.org")
    Action.objects.create(
        campaign=edition.campaign,
        edition=edition,
        email_digest=digest,
        sealed=vault().seal({"email": "jane@example.org"}, action_context(digest)),
        source={},
        signs=[],
    )


def test_it_works(desk: Client, draft: MakePage, campaign: Campaign) -> None:
    draft(letter_text="")
    page = desk.get(at("preflight", campaign)).content.decode()
    assert "1 thing must be mended before publishing." in page
    assert "Write the letter, or choose that people begin with an empty one." in page


def test_a_test_is_one_click_and_goes_to_oneself(desk: Client, draft: MakePage, campaign: Campaign) -> None:
    draft()
    assert desk.post(at("try_it", campaign), {"language": "en"}).status_code == 302
    mails = [open_mail(message) for message in Message.objects.order_by("pk")]
    assert {mail.to for mail in mails} == {"administrator@example.org"}
    assert {message.kind for message in Message.objects.all()} == {Kind.STAFF}
    assert len(mails) == 2
    assert not Action.objects.exists()


@pytest.mark.parametrize("language", ["fr", "", "xx"])
def test_a_test_of_no_page_says_so(desk: Client, draft: MakePage, campaign: Campaign, language: str) -> None:
    draft()
    answer = desk.post(at("try_it", campaign), {"language": language})
    assert answer.status_code == 422
    assert "There is no page in this language yet." in answer.content.decode()


def test_without_an_address_of_ones_own_nothing_is_sent(
    desk: Client, administrator: Any, draft: MakePage, campaign: Campaign
) -> None:
    draft()
    administrator.email = ""
    administrator.save()
    answer = desk.post(at("try_it", campaign), {"language": "en"})
    assert answer.status_code == 422
    assert "Your account has no e-mail address" in answer.content.decode()
    assert not Message.objects.exists()


def test_a_test_is_asked_for_by_post(desk: Client, campaign: Campaign) -> None:
    assert desk.get(at("try_it", campaign)).status_code == 405


def test_every_state_of_a_draft_is_shown(desk: Client, live: MakePage, campaign: Campaign) -> None:
    page = live()
    page.letter_text = "Not published yet."
    page.save_revision()
    screen = desk.get(at("look", campaign)).content.decode()
    for mode, _said in page.preview_modes:
        address = at("look_at", campaign, page.pk, mode)
        assert address in screen
        assert desk.get(address).status_code == 200
    assert "Not published yet." in desk.get(at("look_at", campaign, page.pk, "open")).content.decode()


def test_a_state_that_there_is_not_is_not_found(desk: Client, live: MakePage, campaign: Campaign) -> None:
    page = live()
    other = Campaign.objects.create(name="Other", slug="other")
    for address in (at("look_at", campaign, page.pk, "nonsense"), at("look_at", other, page.pk, "open")):
        assert desk.get(address, follow=True).status_code == 404


def test_a_campaign_without_a_page_says_so(desk: Client, campaign: Campaign, brand: object) -> None:
    assert "no page yet" in desk.get(at("look", campaign)).content.decode()
    assert "This campaign has no page yet." in desk.get(at("preflight", campaign)).content.decode()


def press_publish(desk: Client, page: Any, **changes: Any) -> Any:
    sent = filled(campaign=page.campaign_id, slug=page.slug, **{"action-publish": "yes", **changes})
    return desk.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), sent)


def test_publishing_other_words_after_somebody_signed_leads_to_the_question(
    desk: Client, live: MakePage, campaign: Campaign
) -> None:
    page = live()
    signed(Edition.objects.get())
    answer = press_publish(desk, page, letter_text="Quite another letter.")
    assert answer.headers["Location"] == at("changed_words", campaign)
    assert Edition.objects.get(number=2).published_by_name == "administrator"


def test_publishing_before_anybody_signed_asks_nothing_and_says_what_to_look_at(
    desk: Client, live: MakePage, campaign: Campaign
) -> None:
    page = live()
    answer = press_publish(desk, page, letter_text="Quite another letter.")
    assert "changed-words" not in answer.headers["Location"]
    assert not EditionNote.objects.exists()
    assert "things to look at" in desk.get("/desk/").content.decode()


def test_other_ways_of_publishing_do_not_get_round_the_question(live: MakePage, campaign: Campaign) -> None:
    page = live()
    signed(Edition.objects.get())
    page.demand = "The very opposite."
    page.save_revision().publish()
    assert EditionNote.objects.get().answer == ""
    assert Edition.objects.get(number=2).published_by_name == ""


def test_the_edit_screen_says_what_to_look_at(desk: Client, live: MakePage) -> None:
    screen = desk.get(reverse("wagtailadmin_pages:edit", args=[live().pk])).content.decode()
    assert "What to look at before publishing" in screen
    assert "There is no link to a privacy policy." in screen


CHANGE = "campaigns.change_campaign"


@pytest.mark.parametrize("right", ["campaigns.change_targetlist", "campaigns.change_target"])
def test_a_line_leads_only_where_one_may_go(
    colleague: Callable[..., Client], draft: MakePage, campaign: Campaign, right: str
) -> None:
    draft()
    TargetWords.objects.filter(language="en").delete()
    places = {"campaigns.change_target": reverse("target:edit", args=[campaign.targets.get().pk])}
    if right == "campaigns.change_targetlist":
        Campaign.objects.update(targeting="postal", provider="table", target_list=TargetList.objects.create(name="P"))
        places[right] = reverse("desk_postal_codes")
    where = f'<a href="{places[right]}">Go there'
    without = colleague(CHANGE).get(at("preflight", campaign)).content.decode()
    assert where not in without
    assert ("no table of postal codes" in without) is (right == "campaigns.change_targetlist")
    assert where in colleague(CHANGE, right).get(at("preflight", campaign)).content.decode()


def test_whoever_may_load_no_table_is_not_told_to(colleague: Callable[..., Client], campaign: Campaign) -> None:
    Campaign.objects.update(targeting="postal", provider="table", target_list=TargetList.objects.create(name="P"))
    hub = reverse("campaign:hub", args=[campaign.pk])
    loader, other = colleague(CHANGE, "campaigns.change_targetlist"), colleague(CHANGE)
    assert "Load one under" in loader.get(hub).content.decode()
    said = other.get(hub).content.decode()
    assert "There is no table of postal codes, so letters wait." in said
    assert "Load one under" not in said
