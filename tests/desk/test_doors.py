"""Every address of the desk: open to who may, closed to who may not, and closed to strangers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.conftest import Sign, Write, a_hand_in, an_update
from tests.outbox.calls.conftest import an_endpoint
from tocsin.actions.models import Action, Export, ProposedSet
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, Edition, PostalTable, Target, TargetImport, TargetList, Trial
from tocsin.desk.control_steps import CONTROLS
from tocsin.desk.figure_screens import ALL as PICTURES
from tocsin.desk.figures_of_all import ALL as OF_ALL_CAMPAIGNS
from tocsin.supporters.models import Supporter, SupporterImport

SEEN = [
    *("hub", "numbers", "alike", "steer", "begun", "keep_as_model", "preflight", "look", "editions", "mailing_links"),
    *("ledger", "ledger_sheets", "moderation", "sets", "letters", "targets", "hand_ins"),
    *("edit", "history", "delete"),
]
OF_A_CAMPAIGN = [name for name in PICTURES if name != "ridings"]  # for those that look postal codes up
OF_A_TARGET = ["target_proof", "target_proof_csv", "new_hand_in"]


def _doors(campaign: Campaign, target: Target, letter_pk: int, action_pk: int) -> list[str]:
    trial = Trial.objects.create(campaign=campaign, language="en", name="T", other={})
    return [
        reverse("campaign:trials", args=[campaign.pk]),
        reverse("campaign:new_trial", args=[campaign.pk, "en"]),
        reverse("campaign:trial", args=[campaign.pk, trial.pk]),
        reverse("campaign:index"),
        reverse("campaign:add"),
        reverse("campaign:new"),
        reverse("campaign:models"),
        *[reverse(f"campaign:{name}", args=[campaign.pk]) for name in SEEN],
        reverse("campaign:letter", args=[campaign.pk, letter_pk]),
        reverse("campaign:letter_words", args=[campaign.pk, letter_pk]),
        reverse("campaign:opened", args=[campaign.pk, action_pk]),
        *[reverse("campaign:control", args=[campaign.pk, step]) for step in CONTROLS],
        *[reverse(f"campaign:{name}", args=[campaign.pk, target.pk]) for name in OF_A_TARGET],
        reverse("campaign:target_control", args=[campaign.pk, target.pk, "cancel"]),
        *[reverse("campaign:numbers_csv", args=[campaign.pk, name]) for name in OF_A_CAMPAIGN],
        reverse("desk_numbers"),
        *[reverse("desk_numbers_csv", args=[name]) for name in OF_ALL_CAMPAIGNS],
        reverse("desk_target_proof", args=[target.pk]),
        reverse("desk_target_proof_csv", args=[target.pk]),
        reverse("desk_target_control", args=[target.pk, "pause"]),
        reverse("campaign:hand_in", args=[campaign.pk, a_hand_in(campaign, target).pk]),
        *_doors_of_a_set(campaign),
        *_doors_of_updates(campaign),
        reverse("target:index"),
        reverse("target:add"),
        reverse("target:edit", args=[target.pk]),
        *_doors_of_lists(),
        *_doors_of_postal_codes(),
        reverse("desk_people"),
        reverse("desk_invite"),
        reverse("desk_audit"),
        *_doors_of_endpoints(),
        *_doors_of_editions(campaign),
        *_doors_of_data(campaign, action_pk),
    ]


def _doors_of_endpoints() -> list[str]:
    endpoint, _secret = an_endpoint("https://crm.example/in")
    return [
        reverse("desk_endpoints"),
        reverse("desk_endpoint_new"),
        *[reverse(f"desk_endpoint{name}", args=[endpoint.pk]) for name in ("", "_change", "_state")],
    ]


def _doors_of_editions(campaign: Campaign) -> list[str]:
    pk = Edition.objects.get().pk
    return [
        reverse("campaign:edition", args=[campaign.pk, pk]),
        reverse("campaign:compare", args=[campaign.pk]) + f"?before={pk}&after={pk}",
    ]


def _doors_of_data(campaign: Campaign, action_pk: int) -> list[str]:
    """People's data, of one campaign and of the whole site."""
    jane = Supporter.objects.create(email_digest=b"j" * 32, sealed=b"x", language="en")
    Action.objects.filter(pk=action_pk).update(supporter=jane)
    ready = Export.objects.create(kind=Export.Kind.SUPPORTERS, format="csv", language="en", asked_by_name="Jane")
    kept = SupporterImport.objects.create(file_name="people.csv", by_name="Jane", state="failed")
    lists = ("supporters", "actions", "consents", "exports")
    return [
        *[reverse(f"campaign:{name}", args=[campaign.pk]) for name in lists],
        *[reverse(f"desk_{name}") for name in (*lists, "find_person")],
        *[reverse("campaign:new_export", args=[campaign.pk, kind]) for kind in Export.Kind.values],
        *[reverse("desk_new_export", args=[kind]) for kind in Export.Kind.values],
        reverse("desk_supporter", args=[jane.pk]),
        reverse("desk_export", args=[ready.pk]),
        reverse("desk_export_state", args=[ready.pk]),
        reverse("desk_imports"),
        reverse("desk_import", args=[kept.pk]),
        reverse("desk_import_state", args=[kept.pk]),
    ]


def _doors_of_updates(campaign: Campaign) -> list[str]:
    update = an_update(campaign)
    named = [
        reverse(f"campaign:{name}", args=[campaign.pk, update.pk]) for name in ("update", "edit_update", "update_send")
    ]
    return [
        reverse("campaign:updates", args=[campaign.pk]),
        reverse("campaign:new_update", args=[campaign.pk]),
        *named,
        reverse("campaign:update_preview", args=[campaign.pk, update.pk, "en"]),
    ]


def _doors_of_a_set(campaign: Campaign) -> list[str]:
    proposed = ProposedSet.objects.create(campaign=campaign, sign="no_origin", reason="A robot")
    names = ("proposed_set", "proposed_set_state")
    return [reverse(f"campaign:{name}", args=[campaign.pk, proposed.pk]) for name in names]


def _doors_of_postal_codes() -> list[str]:
    table = PostalTable.objects.create(
        file_name="codes.csv", state="read", rows=1, numbers={"codes": 1}, by_name="Jane"
    )
    return [
        reverse("desk_postal_codes"),
        reverse("desk_postal_table", args=[table.pk]),
        reverse("desk_postal_table_state", args=[table.pk]),
    ]


def _doors_of_lists() -> list[str]:
    parliament = TargetList.objects.create(name="Parliament")
    kept = TargetImport.objects.create(
        target_list=parliament,
        file_name="x.csv",
        columns=["Name"],
        rows=[["Jane Doe"]],
        mapping={"columns": {"name": 0}},
    )
    named = {"members": parliament.pk, "upload": parliament.pk, "edit": parliament.pk, "delete": parliament.pk}
    return [
        reverse("target_list:index"),
        reverse("target_list:add"),
        *[reverse(f"target_list:{name}", args=[pk]) for name, pk in named.items()],
        reverse("target_list:import", args=[kept.pk]),
        reverse("target_list:import_left_out", args=[kept.pk]),
    ]


@pytest.fixture
def doors(campaign: Campaign, target: Target, sign: Sign, write: Write) -> list[str]:
    return _doors(campaign, target, write().pk, sign(ActionState.HELD, "threat").pk)


def test_it_works(admin: Client, doors: list[str]) -> None:
    assert [(door, admin.get(door).status_code) for door in doors] == [(door, 200) for door in doors]


def test_no_rights_opens_no_door(nobody: Client, doors: list[str]) -> None:
    for door in doors:
        response = nobody.get(door)
        assert (door, response.status_code, response.headers["Location"]) == (door, 302, reverse("wagtailadmin_home"))


def test_strangers_are_asked_who_they_are(doors: list[str]) -> None:
    for door in doors:
        assert Client().get(door).headers["Location"].startswith("/desk/login/"), door


def test_no_rights_writes_nothing(nobody: Client, campaign: Campaign, sign: Sign, write: Write) -> None:
    held, letter = sign(ActionState.HELD, "threat"), write()
    nobody.post(reverse("campaign:decide", args=[campaign.pk, held.pk, "release"]))
    nobody.post(reverse("campaign:letter_step", args=[campaign.pk, letter.pk, "cancel"]))
    line = {"source": "paper", "people": "5", "counted_on": "2026-01-01", "reason": "r", "sure": "yes"}
    nobody.post(reverse("campaign:ledger", args=[campaign.pk]), line)
    held.refresh_from_db()
    assert held.state == ActionState.HELD
    assert not campaign.counter_entries.exists()


def test_seeing_campaigns_is_not_reading_letters(
    colleague: Callable[..., Client], campaign: Campaign, sign: Sign, write: Write
) -> None:
    viewer, letter, held = colleague("campaigns.view_campaign"), write(), sign(ActionState.HELD, "threat")
    assert viewer.get(reverse("campaign:hub", args=[campaign.pk])).status_code == 200
    page = viewer.get(reverse("campaign:letter", args=[campaign.pk, letter.pk]))
    assert page.status_code == 200
    assert b"Secret" not in page.content
    assert viewer.get(reverse("campaign:letter_words", args=[campaign.pk, letter.pk])).status_code == 302
    assert viewer.get(reverse("campaign:opened", args=[campaign.pk, held.pk])).status_code == 302
    viewer.post(reverse("campaign:decide", args=[campaign.pk, held.pk, "release"]))
    held.refresh_from_db()
    assert held.state == ActionState.HELD


def test_a_letter_is_found_only_in_its_own_campaign(admin: Client, campaign: Campaign, write: Write) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    assert admin.get(reverse("campaign:letter", args=[other.pk, write().pk]), follow=True).status_code == 404


def test_pages_with_people_are_kept_nowhere(admin: Client, campaign: Campaign) -> None:
    response = admin.get(reverse("campaign:hub", args=[campaign.pk]))
    assert {"no-store", "private"} <= set(response.headers["Cache-Control"].split(", "))


def test_where_nothing_is_the_desk_says_so_in_its_own_words(admin: Client) -> None:
    answer = admin.get("/desk/nothing/here/")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "Nothing is here" in html
    assert "Wagtail admin" not in html
    assert f'href="{reverse("wagtailadmin_home")}"' in html


def test_the_menu_is_short_and_ours(admin: Client) -> None:
    html = admin.get("/desk/").content.decode()
    assert "Tocsin" in html
    assert '"name": "campaigns"' in html or "campaigns" in html
    assert '"help"' not in html
