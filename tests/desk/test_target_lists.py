"""Lists of targets at the desk: who is in them, searching and paging, answers; and importing a file into one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.campaigns.test_importing import COMMONS, MEMBER, a_parliament, as_csv
from tocsin.campaigns import republish
from tocsin.campaigns.models import Campaign, ListMember, Target, TargetImport, TargetList
from tocsin.outbox import controls
from tocsin.outbox.controls import Letters


@pytest.fixture
def parliament() -> TargetList:
    return TargetList.objects.create(name="Parliament")


@pytest.fixture
def member(parliament: TargetList, target: Target) -> ListMember:
    return ListMember.objects.create(target_list=parliament, target=target, match="ON")


def members_of(parliament: TargetList, asked: str = "") -> str:
    return reverse("target_list:members", args=[parliament.pk]) + asked


def test_it_works(admin: Client) -> None:
    made = admin.post(reverse("target_list:add"), {"name": "Parliament"})
    parliament = TargetList.objects.get()
    assert made.headers["Location"] == members_of(parliament)
    assert "Nobody is in this list yet" in admin.get(members_of(parliament)).content.decode()
    assert "Parliament" in admin.get(reverse("target_list:index")).content.decode()


def test_targets_are_added_several_at_once_and_each_once(admin: Client, parliament: TargetList, target: Target) -> None:
    other = Target.objects.create(name="Other", email="other@target.example")
    address = reverse("target_list:add_members", args=[parliament.pk])
    for _ in range(2):
        admin.post(address, {"targets": [target.pk, other.pk], "match": " ON "})
    assert sorted(parliament.members.values_list("target__name", "match")) == [
        ("Minister of Examples", "ON"),
        ("Other", "ON"),
    ]
    assert admin.post(address, {"match": "ON"}).status_code == 422


def test_answers_are_changed_where_they_stand(admin: Client, parliament: TargetList, member: ListMember) -> None:
    other = ListMember.objects.create(target_list=parliament, target=member.target, match="QC")
    address = reverse("target_list:change_members", args=[parliament.pk])
    answer = admin.post(address, {f"match-{member.pk}": "MB", "match-99999": "x", "answers": "yes", "asked": "q=a&p=2"})
    assert answer.headers["Location"] == members_of(parliament, "?q=a&p=2")
    admin.post(address, {f"match-{member.pk}": "QC", "answers": "yes"})
    member.refresh_from_db()
    other.refresh_from_db()
    assert (member.match, other.match) == ("MB", "QC")


def test_who_is_taken_out_stays_a_target(admin: Client, parliament: TargetList, member: ListMember) -> None:
    elsewhere = ListMember.objects.create(target_list=TargetList.objects.create(name="Other"), target=member.target)
    address = reverse("target_list:change_members", args=[parliament.pk])
    admin.post(address, {"member": [str(member.pk), str(elsewhere.pk), "x"], "remove": "yes"})
    assert list(ListMember.objects.all()) == [elsewhere]
    assert Target.objects.count() == 1


def test_350_members_are_searched_and_paged(admin: Client, parliament: TargetList) -> None:
    Target.objects.bulk_create(
        Target(name=f"Member {number:03}", email=f"m{number}@target.example", division_name=f"Riding {number:03}")
        for number in range(350)
    )
    ListMember.objects.bulk_create(ListMember(target_list=parliament, target=who) for who in Target.objects.all())
    first = admin.get(members_of(parliament)).content.decode()
    assert "350 targets" in first
    assert "Page 1 of 7" in first
    assert "Member 049" in first
    assert "/desk/target-lists/" in first
    assert 'value="1,' not in first
    last = admin.get(members_of(parliament, "?p=7")).content.decode()
    table = last[last.rindex("<tbody>") : last.rindex("</tbody>")]
    assert "Member 349" in table
    assert "Member 049" not in table
    found = admin.get(members_of(parliament, "?q=riding+123")).content.decode()
    table = found[found.rindex("<tbody>") : found.rindex("</tbody>")]
    assert "Member 123" in table
    assert "Member 124" not in table


def test_a_list_that_a_campaign_writes_to_is_not_removed(admin: Client, parliament: TargetList) -> None:
    Campaign.objects.create(name="C", slug="c", target_list=parliament)
    answer = admin.post(reverse("target_list:delete", args=[parliament.pk]), follow=True)
    assert "a campaign writes to it" in answer.content.decode()
    assert TargetList.objects.exists()


# ── importing ───────────────────────────────────────────────────────────────────────────────────────────────────
def upload(client: Client, parliament: TargetList, data: bytes, name: str = "mps.csv") -> Any:
    file = SimpleUploadedFile(name, data)
    address = reverse("target_list:upload", args=[parliament.pk])
    return client.post(address, {"file": file, "office_kind": "mp", "language": "en"})


def test_a_file_is_seen_then_imported_then_taken_back(admin: Client, parliament: TargetList) -> None:
    wrong = [*MEMBER[:6], "=HYPERLINK(1)"]
    answer = upload(admin, parliament, as_csv(COMMONS, MEMBER, wrong))
    kept = TargetImport.objects.get()
    assert answer.headers["Location"] == reverse("target_list:import", args=[kept.pk])
    seen = admin.get(answer.headers["Location"]).content.decode()
    assert "Nothing is changed yet." in seen
    assert "Will be added." in seen
    assert "Import 1 target" in seen
    assert not Target.objects.exists()

    admin.post(reverse("target_list:import_carry_out", args=[kept.pk]))
    assert Target.objects.get().name == "Jane Doe"
    assert "Take this import back" in admin.get(reverse("target_list:import", args=[kept.pk])).content.decode()

    file = admin.get(reverse("target_list:import_left_out", args=[kept.pk])).content.decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(file))
    assert head == ["Reason", *COMMONS]
    assert row == ["“=HYPERLINK(1)” is no e-mail address.", *MEMBER[:6], "'=HYPERLINK(1)"]

    admin.post(reverse("target_list:import_take_back", args=[kept.pk]))
    assert not Target.objects.exists()
    assert "was taken back" in admin.get(reverse("target_list:import", args=[kept.pk])).content.decode()


def test_a_new_address_in_a_file_ends_the_pause_of_a_dead_one(admin: Client, parliament: TargetList) -> None:
    upload(admin, parliament, as_csv(COMMONS, MEMBER))
    admin.post(reverse("target_list:import_carry_out", args=[TargetImport.objects.get().pk]))
    target = Target.objects.get()
    Target.objects.update(status="dead")
    controls.pause(Letters(target_ref=target.pk), "550 no such box")
    upload(admin, parliament, as_csv(COMMONS, [*MEMBER[:6], "new@parl.gc.ca"]))
    admin.post(reverse("target_list:import_carry_out", args=[TargetImport.objects.latest("id").pk]))
    target.refresh_from_db()
    assert (target.email, target.status) == ("new@parl.gc.ca", "active")
    assert not controls.is_paused(Letters(target_ref=target.pk))


def test_pressed_twice_it_is_done_once(admin: Client, parliament: TargetList) -> None:
    upload(admin, parliament, as_csv(COMMONS, MEMBER))
    address = reverse("target_list:import_carry_out", args=[TargetImport.objects.get().pk])
    admin.post(address)
    assert "imported before" in admin.post(address, follow=True).content.decode()
    assert Target.objects.count() == 1


def test_columns_are_told_on_the_screen(admin: Client, parliament: TargetList) -> None:
    upload(admin, parliament, as_csv(["Wer", "Wohin"], ["Jane Doe", "jane.doe@parl.gc.ca"]))
    kept = TargetImport.objects.get()
    address = reverse("target_list:import_columns", args=[kept.pk])
    seen = admin.post(address, {"column-0": "name", "column-1": "email"}, follow=True).content.decode()
    assert "Import 1 target" in seen


def test_a_whole_parliament_on_the_screen(admin: Client, parliament: TargetList) -> None:
    upload(admin, parliament, a_parliament(), "mps.xlsx")
    kept = TargetImport.objects.get()
    seen = admin.get(reverse("target_list:import", args=[kept.pk])).content.decode()
    assert "Import 350 targets" in seen
    assert seen.count("Will be added.") == 20
    admin.post(reverse("target_list:import_carry_out", args=[kept.pk]))
    assert parliament.targets.count() == 350


@pytest.mark.parametrize(
    ("data", "said"), [(b"\xd0\xcf\x11\xe0" + b"0" * 600, "old Excel file"), (b"name\n", "no rows"), (b"", "empty")]
)
def test_what_cannot_be_read_is_said_at_the_file(admin: Client, parliament: TargetList, data: bytes, said: str) -> None:
    answer = upload(admin, parliament, data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not TargetImport.objects.exists()


def test_campaigns_that_name_a_changed_target_are_told(
    admin: Client, parliament: TargetList, campaign: Campaign, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Campaign] = []
    monkeypatch.setattr(republish, "_listeners", [heard.append])
    Target.objects.filter(pk=target.pk).update(email="minister@office.internal")
    upload(admin, parliament, as_csv(["Name", "Email"], ["New name", "minister@office.internal"]))
    admin.post(reverse("target_list:import_carry_out", args=[TargetImport.objects.get().pk]))
    assert heard == [campaign]


def test_who_may_only_look_changes_nothing(
    colleague: Callable[..., Client], parliament: TargetList, member: ListMember
) -> None:
    viewer = colleague("campaigns.view_targetlist")
    page = viewer.get(members_of(parliament))
    assert page.status_code == 200
    assert "Save the answers" not in page.content.decode()
    viewer.post(reverse("target_list:change_members", args=[parliament.pk]), {"member": member.pk, "remove": "yes"})
    assert ListMember.objects.exists()
    assert upload(viewer, parliament, as_csv(COMMONS, MEMBER)).status_code == 302
    assert not TargetImport.objects.exists()


def test_a_file_whose_list_is_gone_is_not_found(admin: Client, parliament: TargetList) -> None:
    upload(admin, parliament, as_csv(COMMONS, MEMBER))
    parliament.delete()
    kept = TargetImport.objects.get()
    assert admin.get(reverse("target_list:import", args=[kept.pk]), follow=True).status_code == 404


def test_where_nobody_is_chosen_nobody_leaves_and_it_is_said(
    admin: Client, parliament: TargetList, member: ListMember
) -> None:
    address = reverse("target_list:change_members", args=[parliament.pk])
    assert "Nobody was chosen" in admin.post(address, {"remove": "yes"}, follow=True).content.decode()
    assert ListMember.objects.exists()
    assert not ModelLogEntry.objects.filter(action="tocsin.list_changed").exists()
