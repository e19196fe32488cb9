"""Whole campaigns and lists of targets brought in by a program: looked at first, then done, or refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from wagtail.models import Collection

from tests.api.conftest import Maker, Program, a_while_later, problem
from tests.cast import a_target
from tests.desk.conftest import make_a_site
from tocsin.campaigns.models import Campaign, ListMember, Target, TargetImport, TargetList
from tocsin.outbox.models import Bucket
from tocsin.pages.files.packed import packed, unpacked
from tocsin.pages.making import make_draft
from tocsin.pages.models import ActionPage
from tocsin.staff.models import AuditLine, Scope

WORDS = {"title": "Open it", "demand": "Open the border.", "letter_text": "Please open it."}


@pytest.fixture
def page(campaign: Campaign) -> ActionPage:
    if Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    boss = User.objects.create_superuser("boss", "boss@example.org", "x")
    return make_draft(campaign, make_a_site("http://testserver")["en"], WORDS, person=boss)


def bring(program: Program, files: dict[str, bytes] | bytes, **more: Any) -> Any:
    data = files if isinstance(files, bytes) else packed(files, "fair-hearing")
    return program.upload("/campaigns/files", {"file": SimpleUploadedFile("x.zip", data), **more})


def changed(files: dict[str, bytes], name: str, before: str, after: str) -> dict[str, bytes]:
    assert before.encode() in files[name]
    return {**files, name: files[name].replace(before.encode(), after.encode())}


# ── campaigns ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_campaign_goes_out_and_comes_back_changed(crm: Program, campaign: Campaign, page: ActionPage) -> None:
    answer = crm.get(f"/campaigns/{campaign.pk}/files")
    assert answer.headers["Content-Type"] == "application/zip"
    files = changed(unpacked(answer.content), "page.en.toml", "Please open it.", "Please open it today.")
    looked = bring(crm, files).json()
    assert (looked["campaign"], looked["done"]) == (campaign.pk, False)
    assert any("letter_text" in line for line in looked["says"])
    assert page.get_latest_revision_as_object().letter_text == "Please open it."
    done = bring(crm, files, seen=looked["seen"]).json()
    assert done["done"]
    newest = ActionPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (newest.letter_text, newest.live) == ("Please open it today.", False)
    assert AuditLine.objects.get(what="files_brought").who_name == "API · CRM"
    assert bring(crm, files, seen=looked["seen"]).status_code == 409


def test_what_takes_effect_at_once_is_ticked(crm: Program, campaign: Campaign, page: ActionPage) -> None:
    campaign.goal = 100
    campaign.save()
    files = changed(unpacked(crm.get(f"/campaigns/{campaign.pk}/files").content), "campaign.toml", "100", "200")
    looked = bring(crm, files).json()
    assert looked["at_once"] == ["settings"]
    assert "At once, with settings:" in looked["says"]
    unticked = bring(crm, files, seen=looked["seen"]).json()
    assert not any("At once" in line or "100" in line for line in unticked["says"])
    assert Campaign.objects.get().goal == 100
    assert bring(crm, files, seen=bring(crm, files).json()["seen"], at_once="settings").json()["done"]
    assert Campaign.objects.get().goal == 200


def test_files_with_a_fault_are_refused_with_a_sentence(crm: Program, campaign: Campaign, page: ActionPage) -> None:
    files = unpacked(crm.get(f"/campaigns/{campaign.pk}/files").content)
    said = problem(bring(crm, changed(files, "page.en.toml", "title =", "titel =")), 422)
    assert said["errors"][0]["field"].startswith("page.en.toml")
    problem(bring(crm, b"no zip"), 422)
    problem(crm.post("/campaigns/files", {}), 422)


def test_a_key_brings_in_what_its_scopes_and_campaign_say(
    a_program: Maker, crm: Program, campaign: Campaign, page: ActionPage
) -> None:
    files = unpacked(crm.get(f"/campaigns/{campaign.pk}/files").content)
    other = Campaign.objects.create(name="Keep the forest", slug="forest")
    problem(bring(a_program(campaign=other), files), 403)
    assert bring(a_program(campaign=campaign), files).status_code == 200
    problem(bring(a_program(campaign=campaign), files, short_name="another"), 403)
    pages_only = a_program(Scope.BRING_CAMPAIGNS)
    assert bring(pages_only, files).status_code == 200
    new_target = changed(files, "targets.csv", "minister@hearings.example", "another@hearings.example")
    problem(bring(pages_only, new_target), 403)


def test_a_key_of_one_campaign_changes_nothing_of_the_site_by_files(
    a_program: Maker, crm: Program, campaign: Campaign, page: ActionPage
) -> None:
    """Letters of every campaign would go to the new address; nor is it told what stands in the address book."""
    shared = a_target(name="Shared", email="shared@parl.gc.ca")
    ours = a_program(campaign=campaign)
    files = unpacked(crm.get(f"/campaigns/{campaign.pk}/files").content)
    moved = changed(files, "targets.csv", "Minister of Hearings", "Shared")
    moved = changed(moved, "targets.csv", "minister@hearings.example", "shared@parl.gc.ca")
    answer = bring(ours, moved)
    problem(answer, 403)
    assert "Shared" not in answer.content.decode()
    problem(bring(ours, moved, at_once="known"), 403)
    assert Target.objects.get(pk=shared.pk).email == "shared@parl.gc.ca"


def test_letters_are_steered_by_the_scope_for_it_also_by_files(
    a_program: Maker, crm: Program, campaign: Campaign, page: ActionPage
) -> None:
    files = unpacked(crm.get(f"/campaigns/{campaign.pk}/files").content)
    held = changed(files, "campaign.toml", "letters_held = false", "letters_held = true")
    writer = a_program(Scope.BRING_CAMPAIGNS)
    assert bring(writer, held).status_code == 200
    problem(bring(writer, held, at_once="settings"), 403)
    assert not Campaign.objects.get().letters_held


def test_what_is_to_be_mended_before_publishing(crm: Program, campaign: Campaign, page: ActionPage) -> None:
    lines = crm.get(f"/campaigns/{campaign.pk}/before-publishing").json()
    assert {line["level"] for line in lines} >= {"mend", "well"}


# ── lists ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def parliament(db: None) -> TargetList:
    return TargetList.objects.create(name="Parliament")


def test_rows_are_looked_at_and_then_brought_in(crm: Program, parliament: TargetList) -> None:
    known = a_target(external_id="mps:1")
    rows = [
        {"external_id": "mps:1", "name": known.name, "email": "minister@parl.gc.ca"},
        {"name": "Deputy", "email": "deputy@parl.gc.ca", "match": "ON"},
        {"name": "Nobody", "email": "no address"},
    ]
    looked = crm.post(f"/lists/{parliament.pk}/import", {"rows": rows}).json()
    assert [row["outcome"] for row in looked["rows"]] == ["changed", "new", "wrong"]
    assert (Target.objects.count(), TargetImport.objects.count()) == (1, 0)
    done = crm.post(f"/lists/{parliament.pk}/import", {"rows": rows, "carry_out": True}).json()
    assert TargetImport.objects.get(pk=done["import_id"]).by_name == "API · CRM"
    assert Target.objects.get(external_id="mps:1").email == "minister@parl.gc.ca"
    members = crm.get(f"/lists/{parliament.pk}/members").json()["items"]
    assert {member["match"] for member in members} == {"", "ON"}
    with a_while_later():
        assert [row["name"] for row in crm.get("/lists").json()["items"]] == ["Parliament"]
    assert AuditLine.objects.get(what="targets_imported").details["targets"] == 2


def test_a_new_address_lets_paused_letters_go(crm: Program, parliament: TargetList) -> None:
    target = a_target(external_id="mps:1", status=Target.Status.UNREACHABLE)
    Bucket.objects.create(key=f"target:{target.pk}", paused=True)
    row = {"external_id": "mps:1", "email": "minister@parl.gc.ca"}
    crm.post(f"/lists/{parliament.pk}/import", {"rows": [row], "carry_out": True})
    assert Target.objects.get().status == Target.Status.ACTIVE
    assert not Bucket.objects.get().paused


@pytest.mark.parametrize(
    "body",
    [
        {"rows": []},
        {"rows": [{"shoe": "44"}]},
        {"rows": [{"name": ["x"]}]},
        {"rows": [{"name": "x"}], "language": "xx"},
        {"rows": [{"name": "x" * 2001}]},
        {"rows": [{"name": "a\x00b"}]},
        {"rows": [{"name": "x"}], "office_kind": "a\x00b"},
    ],
)
def test_rows_that_cannot_be_are_refused(crm: Program, parliament: TargetList, body: Any) -> None:
    problem(crm.post(f"/lists/{parliament.pk}/import", body), 422)
    problem(crm.post("/lists/99/import", {"rows": [{"name": "x"}]}), 404)
    assert not ListMember.objects.exists()
