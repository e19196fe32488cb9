"""Trials at the desk: wording B is written beside A, begun and ended by whoever may publish the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale, Site

from tocsin.actions import trials as trying
from tocsin.campaigns.models import Campaign, Edition, Trial
from tocsin.desk import trials as desk_trials
from tocsin.desk.templatetags.desk import moment
from tocsin.pages.brand import BrandSettings, BrandText
from tocsin.pages.defaults import first_words
from tocsin.pages.models import ActionPage, HomePage
from tocsin.staff.models import AuditLine


@pytest.fixture
def page(campaign: Campaign) -> ActionPage:
    """The campaign's page in English, published."""
    site = Site.objects.get(is_default_site=True)
    locale = Locale.objects.get(language_code="en")
    home = site.root_page.add_child(instance=HomePage(title="Take action", slug="home-en", locale=locale))
    site.root_page = home
    site.save()
    brand = BrandSettings.for_site(site)
    brand.texts.set([BrandText(language="en", organisation="Org", postal_address="1 Main St", contact="a@example.org")])
    brand.save()
    page = ActionPage(
        title="Keep it open",
        slug="keep",
        demand="End it.",
        campaign=campaign,
        locale=locale,
        **first_words(),
        letter_subject="S",
        letter_text="T",
        live=False,
    )
    home.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def form(client: Client, campaign: Campaign, **changes: str) -> Any:
    """Posts the form as it stands on the screen, with some changes."""
    address = reverse("campaign:new_trial", args=[campaign.pk, "en"])
    first = client.get(address).context["form"]
    data = {name: first.get_initial_for_field(field, name) or "" for name, field in first.fields.items()}
    return client.post(address, {**data, "name": "A question", **changes})


def test_it_works(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    assert "None yet." in admin.get(reverse("campaign:trials", args=[campaign.pk])).content.decode()
    answer = form(admin, campaign, title="Will you keep it open?")
    trial = Trial.objects.get()
    assert trial.other == {"title": "Will you keep it open?"}
    assert answer.headers["Location"] == reverse("campaign:trial", args=[campaign.pk, trial.pk])
    assert Edition.objects.count() == 1  # nothing is shown to anybody yet

    admin.post(reverse("campaign:begin_trial", args=[campaign.pk, trial.pk]))
    assert "What is known so far" in admin.get(answer.headers["Location"]).content.decode()
    assert Edition.objects.count() == 2

    admin.post(reverse("campaign:end_trial", args=[campaign.pk, trial.pk, "B"]))
    page.refresh_from_db()
    assert page.title == "Will you keep it open?"
    assert "wording B stays" in admin.get(answer.headers["Location"]).content.decode()
    assert admin.post(reverse("campaign:end_trial", args=[campaign.pk, trial.pk, "A"]), follow=True).status_code == 200
    trial.refresh_from_db()
    assert trial.chosen == "B"


@pytest.fixture
def running(admin: Client, page: ActionPage, campaign: Campaign) -> Trial:
    form(admin, campaign, title="Will you keep it open?")
    trial = Trial.objects.get()
    admin.post(reverse("campaign:begin_trial", args=[campaign.pk, trial.pk]))
    trial.refresh_from_db()
    return trial


def test_the_first_hour_is_left_out_and_the_screen_says_so(admin: Client, campaign: Campaign, running: Trial) -> None:
    address, began = reverse("campaign:trial", args=[campaign.pk, running.pk]), timezone.now()
    Trial.objects.update(began_at=began)
    html, since = admin.get(address).content.decode(), moment(timezone.localtime(began + trying.SETTLING))
    assert f"The first hour is left out. People are counted from {since}." in html
    assert "people have acted" not in html
    assert "partly chance" not in html

    Trial.objects.update(state="ended", ended_at=began + timedelta(minutes=59), chosen="A")
    html = admin.get(address).content.decode()
    assert "too short to say anything" in html
    assert "people have acted" not in html

    Trial.objects.update(began_at=began - trying.SETTLING, ended_at=began + timedelta(minutes=1))
    html = admin.get(address).content.decode()
    assert "0 people have acted: too few to say anything. Wait for 100." in html
    assert "partly chance" not in html  # no range is shown that would need explaining


def test_it_is_said_before_b_stays_that_a_question_follows(admin: Client, campaign: Campaign, running: Trial) -> None:
    html = admin.get(reverse("campaign:trial", args=[campaign.pk, running.pk])).content.decode()
    assert "the desk asks at once what follows" in html


def test_a_draft_of_somebody_else_is_not_lost_when_b_stays(
    admin: Client, page: ActionPage, campaign: Campaign, running: Trial
) -> None:
    page.demand = "Not published yet"
    page.save_revision()
    answer = admin.post(reverse("campaign:end_trial", args=[campaign.pk, running.pk, "B"]), follow=True)
    assert "the page has changes that are not published" in answer.content.decode()
    running.refresh_from_db()
    assert running.state == Trial.State.RUNNING
    assert page.get_latest_revision_as_object().demand == "Not published yet"


def test_a_trial_does_not_end_where_its_wording_could_not_be_taken_over(
    admin: Client, campaign: Campaign, running: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_trials, "take_over", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(reverse("campaign:end_trial", args=[campaign.pk, running.pk, "B"]))
    running.refresh_from_db()
    assert running.state == Trial.State.RUNNING


def test_the_second_of_two_that_begin_at_once_is_told(
    campaign: Campaign, running: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Trial.objects.create(campaign=campaign, language="en", name="T", other={"title": "O"})
    monkeypatch.setattr(QuerySet, "exists", lambda _: False)  # as it looked before the first one had begun
    assert not trying.begin(second)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Both wordings are the same."),
        ({"demand": " "}, "Wording B cannot be empty where wording A says something."),
        ({"title": "x" * 300}, "at most 160 characters"),
        ({"name": "", "title": "Other"}, "This field is required."),
    ],
)
def test_what_is_wrong_is_said(
    admin: Client, page: ActionPage, campaign: Campaign, changes: dict[str, str], said: str
) -> None:
    answer = form(admin, campaign, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Trial.objects.exists()


def test_what_was_found_is_said_in_a_sentence(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    trial = Trial.objects.create(campaign=campaign, language="en", name="T", other={"title": "O"})
    address = reverse("campaign:trial", args=[campaign.pk, trial.pk])
    for a, b, said in (
        (400, 800, "Wording B moves more people: 1.6 to 2.5 times as many as wording A."),
        (800, 400, "Wording A moves more people"),
        (60, 62, "Neither moves more people, as far as can be said."),
        (1, 0, "1 person has acted: too few to say anything."),
    ):
        found = {"A": {"people": a, "writers": 10, "own_words": 1}, "B": {"people": b}}
        Trial.objects.update(found=found, state="running", began_at="2026-11-01T00:00Z")
        assert said in admin.get(address).content.decode()


def test_only_a_trial_that_never_ran_is_removed(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    form(admin, campaign, title="Other")
    trial = Trial.objects.get()
    Trial.objects.update(state="ended")
    admin.post(reverse("campaign:remove_trial", args=[campaign.pk, trial.pk]))
    assert Trial.objects.exists()
    Trial.objects.update(state="draft")
    admin.post(reverse("campaign:remove_trial", args=[campaign.pk, trial.pk]))
    assert not Trial.objects.exists()
    lines = AuditLine.objects.filter(what__startswith="trial_").order_by("pk")
    assert list(lines.values_list("what", flat=True)) == ["trial_written", "trial_removed"]


def test_only_who_may_publish_the_page_begins_and_ends(
    colleague: Callable[..., Client], admin: Client, page: ActionPage, campaign: Campaign
) -> None:
    form(admin, campaign, title="Other")
    trial = Trial.objects.get()
    writer = colleague("campaigns.view_campaign", "campaigns.change_campaign")
    html = writer.get(reverse("campaign:trial", args=[campaign.pk, trial.pk])).content.decode()
    assert "Whoever may publish this page can begin and end the trial." in html
    writer.post(reverse("campaign:begin_trial", args=[campaign.pk, trial.pk]))
    trial.refresh_from_db()
    assert trial.state == Trial.State.DRAFT


def test_where_no_page_is_live_it_is_said(admin: Client, campaign: Campaign) -> None:
    assert (
        "There is no page that is live yet."
        in admin.get(reverse("campaign:trials", args=[campaign.pk])).content.decode()
    )
    assert admin.get(reverse("campaign:new_trial", args=[campaign.pk, "en"]), follow=True).status_code == 404


def test_a_trial_whose_page_was_taken_down_ends_with_a(
    admin: Client, page: ActionPage, campaign: Campaign, running: Trial
) -> None:
    page.unpublish()
    address = reverse("campaign:trial", args=[campaign.pk, running.pk])
    html = admin.get(address).content.decode()
    assert "The page is not live, so nobody is shown either wording now." in html
    assert "Whoever may publish this page" not in html
    assert reverse("campaign:end_trial", args=[campaign.pk, running.pk, "B"]) not in html
    html = admin.post(reverse("campaign:end_trial", args=[campaign.pk, running.pk, "B"]), follow=True).content.decode()
    assert "Nothing was ended: the page is not live." in html
    admin.post(reverse("campaign:end_trial", args=[campaign.pk, running.pk, "A"]))
    running.refresh_from_db()
    page.refresh_from_db()
    assert (running.state, running.chosen, page.live) == (Trial.State.ENDED, "A", False)


def test_a_trial_of_a_page_that_is_not_live_is_not_begun(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    form(admin, campaign, title="Other")
    page.unpublish()
    trial = Trial.objects.get()
    address = reverse("campaign:begin_trial", args=[campaign.pk, trial.pk])
    assert address not in admin.get(reverse("campaign:trial", args=[campaign.pk, trial.pk])).content.decode()
    assert "the page is not live. Publish it first." in admin.post(address, follow=True).content.decode()
    trial.refresh_from_db()
    assert trial.state == Trial.State.DRAFT


def test_where_nobody_can_be_moved_by_it_no_side_is_taken(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    trial = Trial.objects.create(campaign=campaign, language="en", name="T", other={"share_text": "Other"})
    found = {"A": {"people": 400}, "B": {"people": 800}}
    Trial.objects.update(found=found, state="running", began_at="2026-11-01T00:00Z")
    html = admin.get(reverse("campaign:trial", args=[campaign.pk, trial.pk])).content.decode()
    assert "only when they have acted" in html
    assert "moves more people" not in html


def test_no_sentence_contradicts_its_numbers(admin: Client, page: ActionPage, campaign: Campaign) -> None:
    trial = Trial.objects.create(campaign=campaign, language="en", name="T", other={"title": "O"})
    address = reverse("campaign:trial", args=[campaign.pk, trial.pk])
    found = {"A": {"people": 100_000}, "B": {"people": 102_500}}
    Trial.objects.update(found=found, state="running", began_at="2026-11-01T00:00Z")
    html = admin.get(address).content.decode()
    assert "Wording B moves more people: 1.01 to 1.04 times as many as wording A." in html
    # Too few to say anything is too few for each measure.
    few = {"people": 40, "writers": 40, "answered": 40}
    Trial.objects.update(found={"A": {**few, "own_words": 0, "taken": 40}, "B": {**few, "own_words": 40, "taken": 0}})
    html = admin.get(address).content.decode()
    assert "too few to say anything" in html
    assert html.count("<td>–</td>") == 3
    assert "100% <small>40 of 40; between" in html
