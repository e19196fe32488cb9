"""What files would do to what is here, and doing it: drafts at once, everything else only where it is ticked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.core.files.storage import FileSystemStorage
from django.db import IntegrityError, connection
from django.test import Client
from pytest_django import Settings
from wagtail.images import get_image_model
from wagtail.models import Collection, Page

from tests.cast import sign
from tests.pages.conftest import PICTURE, MakePage
from tests.pages.files.conftest import brought, read
from tests.pages.files.test_read import CAMPAIGN, PAGE, folder
from tocsin.campaigns.models import Campaign, Edition, ListMember, Target, TargetList, TargetWords
from tocsin.outbox.controls import Letters, scheduled_until
from tocsin.pages.files import carry, pictures, plan
from tocsin.pages.files.carry import ChangedMeanwhile, StandsInTheWay, carry_out
from tocsin.pages.files.out import campaign_files
from tocsin.pages.files.plan import Tick, plan_of
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.review import make_review
from tocsin.staff.giving import give_role
from tocsin.staff.models import Role

pytestmark = pytest.mark.django_db
EVERYBODY = frozenset({Tick.TARGETS, Tick.KNOWN})
LOCKED = "page.en.toml: This page is locked, or waits for a review: its words stay for now."
HEARINGS = "Minister of Hearings,new@hearings.example,\n"
TARGETS = f"Name,Email,Office EN\nMinister of Immigration,minister@ircc.example,%s\n{HEARINGS}"


@pytest.fixture
def page(live: MakePage) -> ActionPage:
    return live("en")


@pytest.fixture(autouse=True)
def library(db: None) -> None:
    """Where pictures are put, as Wagtail's migrations would have made it."""
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")


def newest(page: ActionPage) -> ActionPage:
    found: ActionPage = ActionPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    return found


def changed(campaign: Campaign, name: str, before: str, after: str) -> dict[str, bytes]:
    files = campaign_files(campaign)
    assert before.encode() in files[name]
    return files | {name: files[name].replace(before.encode(), after.encode())}


def somebody(role: str, campaign: Campaign | None = None) -> User:
    user: User = get_user_model().objects.create_user(f"{role}-{campaign}", "", "x")
    give_role(user=user, role=role, campaign=campaign, by_name="Boss")
    return user


def told(files: dict[str, bytes], person: Any = None) -> list[str]:
    return [str(problem) for problem in plan_of(read(files), person).problems]


# ── drafts ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_changed_sentence_becomes_a_draft_and_nothing_live_changes(page: ActionPage, campaign: Campaign) -> None:
    edition, revisions = Edition.objects.get(), page.revisions.count()
    said = read(changed(campaign, "page.en.toml", "<p>Because.</p>", "<p>Because of that.</p>"))

    plan = plan_of(said)
    [one] = plan.pages
    [difference] = one.differences
    assert (difference.name, difference.label, plan.offered) == ("story", "story", frozenset())
    assert [piece.text for piece in difference.pieces if piece.kind == "new"] == [" of that"]
    assert brought(said) == campaign

    page.refresh_from_db()
    assert (Edition.objects.get(), page.live, page.revisions.count()) == (edition, True, revisions + 1)
    assert "Because." in str(page.story)
    assert "Because of that." in str(newest(page).story)
    with pytest.raises(ChangedMeanwhile):  # a second press
        carry_out(said, person=None, seen=plan.seen)


def test_only_what_differs_is_written(page: ActionPage, campaign: Campaign) -> None:
    ids = [block.id for block in page.story]
    brought(read(changed(campaign, "page.en.toml", "End the agreement.", "End it now.")))
    draft = newest(page)
    assert (draft.demand, [block.id for block in draft.story]) == ("End it now.", ids)


def test_a_language_that_comes_and_one_that_stays_away(page: ActionPage, campaign: Campaign) -> None:
    files = campaign_files(campaign)
    french = files.pop("page.en.toml").replace(b"(en)", b"(fr)")
    said = read(files | {"page.fr.toml": french})
    assert "The page in this language stays as it is." in str(plan_of(said).remarks[-1])
    brought(said)
    made = ActionPage.objects.get(locale__language_code="fr")
    assert (made.live, made.translation_key, made.slug) == (False, page.translation_key, "keep-the-door-open")


def test_a_new_picture(page: ActionPage, campaign: Campaign) -> None:
    files = campaign_files(campaign)
    files["pictures/at dawn.jpg"] = PICTURE.read_bytes()
    files["page.en.toml"] = files["page.en.toml"].replace(
        b"\n\n[[story]]", b'\nhero_image = "pictures/at dawn.jpg"\n\n[[story]]', 1
    )
    plan = plan_of(read(files))
    assert [picture.title for picture in plan.pictures] == ["at dawn"]
    brought(read(files))
    image = get_image_model().objects.get(title="at dawn")
    assert newest(page).hero_image == image
    assert (image.file_hash != "", image.file_size) == (True, PICTURE.stat().st_size)


def test_a_page_that_is_not_here_is_told_and_its_link_left_out(page: ActionPage, campaign: Campaign) -> None:
    files = campaign_files(campaign)
    text = b"""next_action = "gone"
thanks_text = '<p><a href="campaign:gone/fr">on</a> <a href="campaign:home:">home</a></p>'
"""
    said = read(files | {"page.en.toml": text + files["page.en.toml"].replace(b"thanks_text", b"#")})
    remarks = [str(remark) for remark in plan_of(said).remarks]
    assert "page.en.toml, line 1: There is no page “gone” here, so the link to it is left out." in remarks
    assert "page.en.toml, line 2: There is no page “gone/fr” here, so the link to it is left out." in remarks
    brought(said)
    draft = newest(page)
    home = HomePage.objects.get(locale__language_code="en")
    assert draft.thanks_text == f'<p>on <a id="{home.pk}" linktype="page">home</a></p>'
    assert draft.next_action is None


def test_a_page_of_another_campaign_is_linked_by_its_short_name(
    draft: MakePage, campaign: Campaign, petition: Campaign
) -> None:
    other = draft("en", campaign=petition, slug="other")
    page = draft("en", next_action=other, slug="one", closed_leads_to=other)
    page.save_revision()
    files = campaign_files(campaign)
    assert b'next_action = "first-hour"\nclosed_leads_to = "first-hour"' in files["page.en.toml"]
    brought(read(files, "another"))
    made = ActionPage.objects.get(campaign__slug="another").get_latest_revision_as_object()
    assert (made.next_action_id, made.closed_leads_to_id) == (other.pk, other.pk)


def test_without_a_home_page_there_is_no_page(db: None) -> None:
    assert told(folder()) == [
        "page.en.toml: There is no home page in this language here. Whoever runs the server makes it: “tocsin begin”."
    ]


def test_an_address_that_is_taken(page: ActionPage, campaign: Campaign) -> None:
    files = folder(
        **{"campaign.toml": CAMPAIGN.replace("open-door", "other"), "page.en.toml": f'{PAGE}slug = "{page.slug}"'}
    )
    assert "page.en.toml, line 2: Another page here has this address already." in str(plan_of(read(files)).remarks[0])
    assert brought(read(files)).action_pages.get().slug == "keep-it-open"


# ── what takes effect at once ───────────────────────────────────────────────────────────────────────────────────
def test_settings_change_only_where_it_is_ticked(page: ActionPage, campaign: Campaign) -> None:
    files = changed(campaign, "campaign.toml", "goal = 1000", "goal = 2000")
    files["campaign.toml"] += b"\n[dates]\nletters_not_before = 2027-01-01T09:00:00-05:00\n"
    said = read(files)
    plan = plan_of(said)
    assert plan.offered == {Tick.SETTINGS}
    assert [(one.name, one.before, one.after) for one in plan.settings] == [
        ("goal", "1000", "2000"),
        ("letters_not_before", "–", "2027-01-01 09:00 (America/Toronto)"),
    ]
    brought(said)
    campaign.refresh_from_db()
    assert (campaign.goal, campaign.letters_not_before) == (1000, None)
    brought(said, ticked=("settings", "nonsense"))
    campaign.refresh_from_db()
    assert campaign.goal == 2000
    assert campaign.letters_not_before is not None
    assert scheduled_until(Letters(campaign_ref=campaign.pk)) == campaign.letters_not_before
    assert plan_of(read(campaign_files(campaign))).changes_nothing


def test_targets_change_only_where_it_is_ticked(page: ActionPage, campaign: Campaign, minister: Target) -> None:
    Target.objects.create(name="Minister of Hearings", email="new@hearings.example")
    gone = Target.objects.create(name="Gone", email="gone@hearings.example")
    campaign.targets.add(gone)
    editions = Edition.objects.count()
    said = read(campaign_files(campaign) | {"targets.csv": (TARGETS % "Minister of All").encode()})

    plan = plan_of(said)
    assert (plan.enter, plan.leave, plan.offered) == (["Minister of Hearings"], ["Gone"], EVERYBODY)
    brought(said)
    assert set(campaign.targets.all()) == {minister, gone}

    brought(said, ticked=("targets",))
    assert set(campaign.targets.values_list("name", flat=True)) == {"Minister of Immigration", "Minister of Hearings"}
    assert minister.in_words.get(language="en").office == "Minister of Immigration"
    assert Edition.objects.count() > editions  # its live page follows

    brought(said, ticked=("known",))
    assert minister.in_words.get(language="en").office == "Minister of All"
    assert plan_of(said).changes_nothing


def test_who_only_has_another_address_is_told_by_it(campaign: Campaign, page: ActionPage, minister: Target) -> None:
    said = campaign_files(campaign)
    said["targets.csv"] = said["targets.csv"].replace(minister.email.encode(), b"new@hearings.example")
    plan = plan_of(read(said))
    assert plan.enter == [f"{minister.name} · new@hearings.example"]
    assert plan.leave == [f"{minister.name} · {minister.email}"]


def test_a_list_that_is_here_is_joined_only_where_it_is_ticked(campaign: Campaign) -> None:
    parliament = TargetList.objects.create(name="Parliament")
    staying = Target.objects.create(name="Stays", email="stays@hearings.example")
    ListMember.objects.create(target_list=parliament, target=staying)
    campaign.target_list = parliament
    campaign.save()
    text = "Name,Email,Match\nMember,member@hearings.example,Ontario\n"
    said = read(campaign_files(campaign) | {"list.csv": text.encode()})
    assert "1 target of the list “Parliament” is not in the file, and stays in the list." in str(plan_of(said).remarks)
    brought(said)
    assert parliament.members.count() == 1
    brought(said, ticked=("known",))
    assert set(parliament.members.values_list("target__name", "match")) == {("Stays", ""), ("Member", "ON")}


def test_who_stands_in_both_tables_is_made_once(homes: Any) -> None:
    row = b"Name,Email\nMinister,one@hearings.example\n"
    files = folder(
        **{"campaign.toml": CAMPAIGN + '[rules]\ntarget_list = "Cabinet"', "targets.csv": row, "list.csv": row}
    )
    made = brought(read(files))
    assert (
        list(made.targets.all()) == [Target.objects.get()] == list(TargetList.objects.get(name="Cabinet").targets.all())
    )


# ── what stands in the way ──────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"targets.csv": b"Name,Email\nA,no address\n"}, "targets.csv: Row 2: “no address” is no e-mail address."),
        ({"targets.csv": b"Name,Email\nA,a@b.example\nA,a@b.example\n"}, "Row 3: Row 2 is the same target."),
        ({"targets.csv": b"Name,Email,Match\nA,a@b.example," + b"x" * 100}, "is too long: there is room for 80"),
        ({"list.csv": b"Name,Email\nA,a@b.example\n"}, "list.csv: campaign.toml names no list."),
        ({"campaign.toml": CAMPAIGN + '[rules]\ntarget_list = "X"'}, "line 6: There is no list of targets “X” here."),
    ],
)
def test_problems_store_nothing(homes: Any, changes: dict[str, Any], sentence: str) -> None:
    said = read(folder(**changes))
    plan = plan_of(said)
    assert any(sentence in str(problem) for problem in plan.problems), plan.problems
    with pytest.raises(StandsInTheWay):
        carry_out(said, person=None, seen=plan.seen)
    assert not Campaign.objects.exists()


def test_all_or_nothing(homes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said = read(folder(**{"targets.csv": b"Name,Email\nA,a@b.example\n", "pictures/a.jpg": PICTURE.read_bytes()}))

    def break_down(*_arguments: Any, **_more: Any) -> None:
        raise IntegrityError

    monkeypatch.setattr(carry, "change_draft", break_down)
    with pytest.raises(ChangedMeanwhile):
        carry_out(said, person=None, seen=plan_of(said).seen)
    assert not any(model.objects.exists() for model in (Campaign, Target, ActionPage))


def test_a_press_that_fails_leaves_no_file_behind(
    homes: Any, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    said = read(folder(**{"pictures/a.jpg": PICTURE.read_bytes()}))
    seen = plan_of(said).seen
    monkeypatch.setattr(carry, "change_draft", Mock(side_effect=OSError("full")))
    with pytest.raises(OSError, match="full"):
        carry_out(said, person=None, seen=seen)
    assert [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()] == []


def test_what_takes_long_is_done_before_anybody_waits(
    page: ActionPage, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite, everybody who signs waits for a transaction of ours: files are read, measured and written before, and
    tables are planned before."""
    files = campaign_files(campaign) | {"targets.csv": (TARGETS % "Other").encode()}
    said = read(files | {f"pictures/{name}.jpg": PICTURE.read_bytes() for name in ("a", "b")})
    brought(read(files | {"pictures/a.jpg": PICTURE.read_bytes()}))  # one that the library has, and one that is new
    seen, done = plan_of(said).seen, []

    def noting(name: str, real: Any) -> Any:
        def called(*arguments: Any, **more: Any) -> Any:
            done.append((name, bool(connection.savepoint_ids)))
            return real(*arguments, **more)

        return called

    for owner, name in (
        *((plan, "planned_rows"), (pictures, "_content_of"), (FileSystemStorage, "_open")),
        *((FileSystemStorage, "_save"), (carry, "_made")),
    ):
        monkeypatch.setattr(owner, name, noting(name, getattr(owner, name)))
    carry_out(said, person=None, seen=seen, ticked=("targets", "known"))
    inside = {name for name, waits in done if waits}
    assert (inside, {name for name, _waits in done} - inside) == (
        {"_made"},
        {"planned_rows", "_content_of", "_open", "_save"},
    )


def another_draft(page: ActionPage) -> None:
    page.demand = "Later."
    page.save_revision(clean=False)


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda _page: Campaign.objects.update(goal=7),
        lambda _page: Target.objects.update(phone="1"),
        lambda _page: TargetWords.objects.update(office="Other"),
        lambda _page: Target.objects.create(name="B", email="new@hearings.example"),
        lambda page: page.campaign.targets.clear(),
        lambda page: ListMember.objects.create(
            target_list=page.campaign.target_list, target=page.campaign.targets.get(), match="ON"
        ),
        lambda _page: Page.objects.filter(depth=2).update(live=False),
        lambda _page: ActionPage.objects.update(locked=True),
        lambda page: make_review().start(page, get_user_model().objects.create_user("writer")),
        another_draft,
        lambda _page: get_image_model().objects.all().delete(),
        lambda _page: TargetList.objects.update(name="Senate"),
    ],
)
def test_a_change_after_the_plan_and_before_it_is_carried_out(
    page: ActionPage, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[ActionPage], object]
) -> None:
    campaign.target_list = TargetList.objects.create(name="Parliament")
    campaign.save()
    brought(read(campaign_files(campaign) | {"pictures/a.jpg": PICTURE.read_bytes()}))
    files = changed(campaign, "page.en.toml", "Because", "So") | {"pictures/a.jpg": PICTURE.read_bytes()}
    said = read(files)
    seen, revisions = plan_of(said).seen, page.revisions.count()

    def planned(*arguments: Any) -> Any:
        found = plan_of(*arguments)
        page.refresh_from_db()
        meanwhile(page)
        return found

    monkeypatch.setattr(carry, "plan_of", planned)
    with pytest.raises(ChangedMeanwhile):
        carry_out(said, person=None, seen=seen)
    assert page.revisions.count() - revisions == (meanwhile is another_draft)


def test_two_in_one_table_whom_the_other_takes_for_one(homes: Any) -> None:
    said = read(
        folder(
            **{
                "campaign.toml": CAMPAIGN + '[rules]\ntarget_list = "Cabinet"',
                "list.csv": b"Name,Email,External ID\nA,a@hearings.example,a\nB,b@hearings.example,b\n",
                "targets.csv": b"Name,Email,External ID\nA,b@hearings.example,a\n",
            }
        )
    )
    with pytest.raises(StandsInTheWay):
        carry_out(said, person=None, seen=plan_of(said).seen)
    assert not Target.objects.exists()


def test_the_kind_stays_once_people_have_acted(page: ActionPage, campaign: Campaign, client: Client) -> None:
    files = changed(campaign, "campaign.toml", '"letter"', '"petition"')
    assert told(files) == []
    sign(client, Edition.objects.get())
    assert told(files) == ["campaign.toml, line 4: People have already acted: the kind stays."]


# ── rights ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_who_may_bring_what(page: ActionPage, campaign: Campaign) -> None:
    files = campaign_files(campaign) | {
        "targets.csv": (TARGETS % "Other").encode(),
        "pictures/a.jpg": PICTURE.read_bytes(),
    }
    files = {**files, "campaign.toml": files["campaign.toml"].replace(b"goal = 1000", b"goal = 5")}
    campaigner, of_this_one = somebody(Role.CAMPAIGNER), somebody(Role.CAMPAIGNER, campaign)
    viewer = somebody(Role.VIEWER)

    assert told(files, campaigner) == []
    assert plan_of(read(files), campaigner).offered == set(Tick)
    assert plan_of(read(files), of_this_one).offered == {Tick.SETTINGS}  # targets belong to no single campaign
    assert told(files, of_this_one) == []
    assert told(files, viewer) == [
        "campaign.toml: You may not change this campaign. Another short name makes a new one.",
        "pictures.toml: You may not add pictures, and some of these are not here. Ask somebody who may.",
    ]
    other = {**files, "campaign.toml": files["campaign.toml"].replace(b"open-door", b"other")}
    assert "You may not make campaigns." in told(other, of_this_one)[0]
    assert "You may not add targets, and some of these are not here." in told(other, of_this_one)[1]


def test_another_campaigns_page_is_not_changed(page: ActionPage, campaign: Campaign, petition: Campaign) -> None:
    files = changed(campaign, "page.en.toml", "Because", "So")
    assert told(files, somebody(Role.CAMPAIGNER, petition)) == [
        "campaign.toml: You may not change this campaign. Another short name makes a new one.",
        "page.en.toml: You may not change this page.",
    ]


def test_a_locked_page_stays(page: ActionPage, campaign: Campaign, administrator: User) -> None:
    page.locked, page.locked_by = True, administrator
    page.save()
    files = changed(campaign, "page.en.toml", "Because", "So")
    assert told(files, somebody(Role.CAMPAIGNER)) == told(files) == [LOCKED]
    assert told(files, administrator) == []  # whose lock it is


def test_a_page_that_waits_for_a_review_stays(page: ActionPage, campaign: Campaign, administrator: User) -> None:
    review = make_review()
    files = changed(campaign, "page.en.toml", "Because", "So")
    assert told(files) == []
    review.start(page, administrator)
    assert told(files) == [LOCKED]
    assert told(files, somebody(Role.CAMPAIGNER)) == []  # who may review it
    with pytest.raises(StandsInTheWay):
        carry_out(read(files), person=None, seen=plan_of(read(files)).seen)


def test_what_is_decided_of_letters_is_left_to_those_who_decide(homes: Any) -> None:
    writer = get_user_model().objects.create_user("writer", "", "x")
    for right in ("add_campaign", "change_campaign"):
        writer.user_permissions.add(_permission("campaigns", right))
    writer = get_user_model().objects.get(pk=writer.pk)
    said = read({"campaign.toml": (CAMPAIGN + "[rules]\nletters_held = true").encode()})
    assert "you may not decide on letters" in str(plan_of(said, writer).remarks[-1])
    assert not brought(said, writer).letters_held


def _permission(app_label: str, codename: str) -> Any:
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)
