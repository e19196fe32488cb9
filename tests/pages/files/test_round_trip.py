"""Taken out, brought in as a new campaign, taken out again: the same bytes, whatever was in it."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.images import get_image_model

from tests.pages.conftest import MakePage, publish
from tests.pages.files.conftest import brought, forget_everything, read
from tocsin.campaigns.models import Campaign, Target, TargetList
from tocsin.pages.files.out import campaign_files
from tocsin.pages.files.plan import plan_of
from tocsin.pages.models import ActionPage

pytestmark = pytest.mark.django_db


def without_ledger(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name != "ledger.csv"}


def test_everything_comes_back_on_another_server(whole: Campaign) -> None:
    files = campaign_files(whole)
    assert files == campaign_files(whole)
    assert list(files) == sorted(files)
    forget_everything()
    get_image_model().objects.all().delete()

    made = brought(read(files))

    assert campaign_files(made) == without_ledger(files)
    assert not ActionPage.objects.filter(live=True).exists()
    assert made.target_list == TargetList.objects.get()
    assert [one.match for one in made.target_list.members.order_by("match")] == ["ON", "QC"]
    english, french = ActionPage.objects.order_by("locale__language_code")
    assert english.translation_key == french.translation_key
    facts = english.get_latest_revision_as_object().story[6]
    assert [item["figure"] for item in facts.value["items"]] == ["1", ""]


def test_as_another_campaign_on_the_same_server(whole: Campaign) -> None:
    files = campaign_files(whole)
    targets, pictures = Target.objects.count(), get_image_model().objects.count()

    made = brought(read(files, "second"))

    again = campaign_files(made)
    as_before = {name: data.replace(b"keep-the-door-open-fr", b"keep-the-door-open") for name, data in again.items()}
    assert made.pk != whole.pk
    assert again["campaign.toml"] == files["campaign.toml"].replace(b'"open-door"', b'"second"')
    assert (Target.objects.count(), get_image_model().objects.count()) == (targets, pictures)
    assert b'href="campaign:this:/fr"' in again["page.en.toml"]
    assert set(as_before) == set(without_ledger(files))


def test_brought_in_where_it_came_from_it_changes_nothing(whole: Campaign) -> None:
    plan = plan_of(read(campaign_files(whole)))
    assert plan.problems == []
    assert plan.changes_nothing, [one.name for page in plan.pages for one in page.differences]


@pytest.mark.parametrize(
    "empty",
    [
        {"demand": "", "letter_text": "", "letter_subject": "", "story": [], "details": [], "consents": []},
        {"thanks_text": "<p></p>", "story": [{"type": "text", "value": '<p data-block-key="abcde"></p>'}]},
        {
            "story": [
                {"type": "text", "value": "no paragraph"},
                {"type": "picture", "value": {"image": None, "alt": ""}},
            ]
        },
        {"letter_text": "  \r\nAround\r\n \r\n", "title": "  Blanks  "},
    ],
)
def test_hardly_begun(draft: MakePage, campaign: Campaign, empty: dict[str, Any]) -> None:
    draft("fr").delete()
    page = draft("en")
    for name, value in empty.items():
        setattr(page, name, value)
    page.save_revision(clean=False)
    files = campaign_files(campaign)
    forget_everything()
    assert campaign_files(brought(read(files))) == files


def test_a_petition_without_pages(petition: Campaign) -> None:
    files = campaign_files(petition)
    assert list(files) == ["README.txt", "campaign.toml"]
    petition.delete()
    assert campaign_files(brought(read(files))) == files


def test_what_is_live(draft: MakePage, campaign: Campaign) -> None:
    page = publish(draft("en"))
    draft("fr")
    page.title = "A newer draft"
    page.save_revision()
    assert b"A newer draft" in campaign_files(campaign)["page.en.toml"]
    live = campaign_files(campaign, live=True)
    assert "page.fr.toml" not in live
    assert b"Keep the door open (en)" in live["page.en.toml"]


def test_nobody_and_nothing_secret_is_in_it(whole: Campaign) -> None:
    Campaign.objects.update(test_address="jane.doe@example.org", letters_paused=True)
    whole.refresh_from_db()
    everything = b"".join(data for name, data in campaign_files(whole).items() if not name.startswith("pictures/"))
    for word in (
        b"jane.doe@example.org",
        b"paused",
        b"block-key",
        b"linktype",
        b"script>",
        f"id = {whole.pk}".encode(),
    ):
        assert word not in everything
