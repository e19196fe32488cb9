"""Each role at each door of the desk, by GET and by POST: opened to whoever may, and nothing changed by who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.desk.conftest import Sign, Write, a_hand_in, enter
from tests.desk.rights_at_doors import (
    OF_A_CAMPAIGN,
    OF_ANY_CAMPAIGN,
    OF_THE_SITE,
    POSTS_NEED,
    Needed,
    addresses_of_the_desk,
)
from tests.outbox.calls.conftest import an_endpoint
from tocsin.actions.exporting.model import Export
from tocsin.actions.models import Action
from tocsin.actions.process import follow_batch
from tocsin.actions.states import State as ActionState
from tocsin.campaigns.models import Campaign, Edition, Target, TargetImport, TargetList
from tocsin.outbox.calls.endpoints import send_test
from tocsin.outbox.models import Notice
from tocsin.pages.models import ActionPage, HomePage
from tocsin.pages.scripts import Script
from tocsin.staff.giving import give_role
from tocsin.staff.models import AuditLine, Membership, Role
from tocsin.staff.refusals import note_refusal
from tocsin.staff.roles import OF_THE_SITE as NOT_FOR_A_CAMPAIGN
from tocsin.staff.roles import RIGHTS

# The rights are the same on every database.
pytestmark = pytest.mark.once
WATCHED = {"campaigns", "outbox", "actions", "supporters", "pages", "staff", "auth"}
# What else stands in an address than numbers.
NAMED: dict[str, dict[str, str]] = {
    "campaign:letter_step": {"step": "hold"},
    "campaign:plan": {"name": "words"},
    "campaign:numbers_csv": {"name": "actions"},
    "desk_numbers_csv": {"name": "actions"},
    "campaign:look_at": {"mode": "page"},
    "scripts:step": {"step": "off"},
}
A_LINE = {"source": "paper", "people": "5", "counted_on": "2026-01-01", "reason": "r", "sure": "yes"}
POSTED: dict[str, dict[str, str]] = {
    "campaign:ledger": A_LINE,
    "campaign:letters_find": {"text": "jane0@example.org"},
    "desk_notice_settle": {"back": "/desk/campaigns/"},
    "desk_role_give": {"role": "administrator"},
    "target_list:change_members": {"remove": "yes"},
}


@pytest.fixture
def addresses(campaign: Campaign, target: Target, sign: Sign, write: Write, boss: User) -> dict[str, str]:
    """Every door, with something behind it."""
    parliament = TargetList.objects.create(name="Parliament")
    kept = TargetImport.objects.create(
        target_list=parliament, file_name="x.csv", columns=["N"], rows=[["J"]], mapping={"columns": {"name": 0}}
    )
    other = User.objects.create_user("other", "other@example.org")
    role = Membership.objects.create(user=other, role=Role.VIEWER, given_by_name="Boss")
    export = Export.objects.create(
        kind=Export.Kind.SUPPORTERS, campaign=campaign, people=True, asked_by_id=boss.pk, asked_by_name="Boss"
    )
    notice = Notice.objects.create(kind=Notice.Kind.AWAY, about="server", words="")
    endpoint, _secret = an_endpoint("https://crm.example/in")
    call = send_test(endpoint)
    pks = {
        "target": target.pk,
        "target_list": parliament.pk,
        "scripts": _a_script(campaign).pk,
        "campaign": campaign.pk,
    }
    arguments: dict[str, Any] = {
        "action_pk": sign(ActionState.HELD, "threat").pk,
        "letter_pk": write().pk,
        "target_pk": target.pk,
        "hand_in_pk": a_hand_in(campaign, target).pk,
        "notice_pk": notice.pk,
        "user_pk": other.pk,
        "membership_pk": role.pk,
        "plan_pk": 1,
        "model_pk": 1,
        "supporter_pk": 1,
        "entry_pk": 1,
        "decision_pk": 1,
        "proposed_pk": 1,
        "trial_pk": 1,
        "update_pk": 1,
        "edition_pk": Edition.objects.get().pk,
        "page_pk": ActionPage.objects.get().pk,
        "language": "en",
        "mode": "",
        "kind": "supporters",
        "chosen": "a",
        "verdict": "release",
        "call_pk": call.pk,
        "which": "newest",
        "name": "x.eml",
    }
    found = {}
    for address in addresses_of_the_desk():
        names = [part.partition(">")[0].partition(":")[2] for part in address.path.split("<")[1:]]
        given = {**arguments, "pk": pks.get(address.name.partition(":")[0]), "step": "pause"}
        if address.name.startswith("target_list:import"):
            given["pk"] = kept.pk
        if address.name.startswith("desk_"):
            given["pk"] = endpoint.pk if address.name.startswith("desk_endpoint") else export.pk
        given |= NAMED.get(address.name, {})
        found[address.name] = reverse(address.name, kwargs={name: given[name] for name in names})
    return found


def _a_script(campaign: Campaign) -> Script:
    home = HomePage(title="Home", slug="home", locale_id=1)
    ActionPage.get_first_root_node().add_child(instance=home)
    page = home.add_child(instance=ActionPage(title="Page", slug="page", campaign=campaign, live=False))
    return Script.objects.create(page=page, name="Counts", code="x")


def someone(role: str, campaign: Campaign | None) -> Client:
    user = User.objects.create_user(f"{role}-{campaign}", "", "x")
    give_role(user=user, role=role, campaign=campaign, by_name="Boss")
    return enter(user)


def outcome(client: Client, method: str, url: str, posted: dict[str, str]) -> str:
    """Wagtail sends one home who may not; scripts answer 403. What a post changed is undone again."""
    with transaction.atomic():
        response = getattr(client, method)(url, posted if method == "post" else {})
        transaction.set_rollback(True)
    if response.status_code == 403 or response.headers.get("Location") == reverse("wagtailadmin_home"):
        return "refused"
    return "no such way" if response.status_code == 405 else "opened"


def everything() -> dict[str, list[Any]]:
    """All that staff can change; what is noted of their trying is left out."""
    models = [model for app in WATCHED for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    left_out = {AuditLine, User}
    found = {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in models
        if model not in left_out
    }
    found["auth.User"] = list(User.objects.order_by("pk").values_list("pk", "is_active", "is_superuser", "password"))
    return found


def has(given: frozenset[str], needed: Needed) -> bool:
    return all(any(right in given for right in any_of) for any_of in needed)


def expected(name: str, method: str, given: frozenset[str], *, whole_site: bool) -> bool:
    """Whether it opens: by the table of doors and the table of roles alone."""
    if name in OF_ANY_CAMPAIGN:
        return True
    if name in OF_THE_SITE:
        return whole_site and has(given, OF_THE_SITE[name])
    needed = OF_A_CAMPAIGN[name] + (POSTS_NEED.get(name, ()) if method == "post" else ())
    return has(given if whole_site else given - NOT_FOR_A_CAMPAIGN, needed)


def test_every_address_of_the_desk_is_in_the_table() -> None:
    known = {*OF_A_CAMPAIGN, *OF_THE_SITE, *OF_ANY_CAMPAIGN}
    assert {address.name for address in addresses_of_the_desk()} == known


@pytest.mark.parametrize("where", ["site", "campaign"])
@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_its_doors_and_no_other(
    addresses: dict[str, str], campaign: Campaign, role: str, where: str
) -> None:
    client = someone(role, None if where == "site" else campaign)
    before, wrong = everything(), []
    for name, url in addresses.items():
        for method in ("get", "post"):
            opens = expected(name, method, RIGHTS[role], whole_site=where == "site")
            found = outcome(client, method, url, POSTED.get(name, {}))
            if found not in ("opened" if opens else "refused", "no such way"):
                wrong.append((name, method, found))
    assert wrong == []
    assert everything() == before


def test_an_administrator_of_one_campaign_opens_nothing_of_another(addresses: dict[str, str]) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    client = someone(Role.ADMINISTRATOR, other)
    before = everything()
    opened = [
        (name, method)
        for name, url in addresses.items()
        for method in ("get", "post")
        if name not in OF_ANY_CAMPAIGN and outcome(client, method, url, POSTED.get(name, {})) == "opened"
    ]
    assert opened == []
    assert everything() == before


def test_refusals_are_written_down(addresses: dict[str, str], campaign: Campaign) -> None:
    client = someone(Role.VIEWER, campaign)
    client.get(addresses["campaign:letter_words"], headers={"x-forwarded-for": "203.0.113.9"})
    client.post(addresses["campaign:new_export"], {"format": "csv"})
    lines = AuditLine.objects.filter(what="refused").order_by("pk")
    assert [(line.about, line.details, line.campaign_ref) for line in lines] == [
        (addresses["campaign:letter_words"], {"method": "GET"}, campaign.pk),
        (addresses["campaign:new_export"], {"method": "POST"}, campaign.pk),
    ]
    assert {line.address for line in lines} == {"127.0.0.1"}


def test_lists_show_ones_own_campaigns_only(campaign: Campaign, nobody: Client) -> None:
    Campaign.objects.create(name="Keep the forest", slug="forest")
    client = someone(Role.VIEWER, campaign)
    for url in ("/desk/", reverse("campaign:index")):
        html = client.get(url).content.decode()
        assert "Open the border" in html, url
        assert "Keep the forest" not in html, url


def test_a_letter_of_another_campaign_is_not_found(
    campaign: Campaign, write: Write, colleague: Callable[..., Client]
) -> None:
    letter = write()
    other = Campaign.objects.create(name="Other", slug="other")
    find = reverse("campaign:letters_find", args=[other.pk])
    reference = {"text": f"{campaign.pk}-{letter.action_id}"}
    assert someone(Role.DATA_OFFICER, campaign).post(find, reference).headers["Location"] == "/desk/"
    client = someone(Role.DATA_OFFICER, other)
    for text in (reference["text"], "jane0@example.org"):
        response = client.post(find, {"text": text})
        assert response.status_code == 200
        assert b"No letter was found" in response.content
    assert someone(Role.DATA_OFFICER, None).post(find, reference).headers["Location"].endswith(f"/letters/{letter.pk}/")


def test_notices_about_targets_are_told_to_those_who_write_to_them(campaign: Campaign, target: Target) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    Notice.objects.create(kind=Notice.Kind.DEAD, about=f"target:{target.pk}", words="550 no such box")
    assert "550 no such box" in someone(Role.VIEWER, campaign).get("/desk/").content.decode()
    assert "550 no such box" not in someone(Role.VIEWER, other).get("/desk/").content.decode()


def test_the_menu_shows_what_one_may_do(campaign: Campaign) -> None:
    _a_script(campaign)

    def menu(role: str, where: Campaign | None) -> set[str]:
        html = someone(role, where).get("/desk/").content.decode()
        named = (
            "other-software",
            "campaigns",
            "targets",
            "people",
            "audit",
            "users",
            "groups",
            "scripts",
            "explorer",
            "site-history",
        )
        return {name for name in named if f'"name": "{name}"' in html}

    assert menu(Role.VIEWER, None) == {"campaigns"}
    assert menu(Role.VIEWER, campaign) == {"campaigns"}
    assert menu(Role.CAMPAIGNER, None) == {"campaigns", "targets", "explorer"}
    assert menu(Role.DATA_OFFICER, None) == {"campaigns", "audit"}
    assert menu(Role.ADMINISTRATOR, None) == {
        "campaigns",
        "targets",
        "explorer",
        "people",
        "audit",
        "scripts",
        "other-software",
    }


@pytest.mark.parametrize("name", ["site_history", "site_history_results"])
def test_wagtails_history_is_for_those_who_read_what_staff_did(campaign: Campaign, name: str) -> None:
    address = reverse(f"wagtailadmin_reports:{name}")
    for where in (None, campaign):
        assert someone(Role.VIEWER, where).get(address).headers["Location"] == reverse("wagtailadmin_home")
    assert someone(Role.DATA_OFFICER, None).get(address).status_code == 200
    assert "login" in Client().get(address).headers["Location"]


def test_what_somebody_signed_elsewhere_stays_with_its_campaign(campaign: Campaign, sign: Sign) -> None:
    here = sign(ActionState.COUNTED)
    follow_batch()
    here.refresh_from_db()
    other = Campaign.objects.create(name="Elsewhere", slug="elsewhere")
    there = sign(ActionState.FOLLOWED)
    Action.objects.filter(pk=there.pk).update(campaign=other, supporter=here.supporter_id)
    address = reverse("campaign:supporters", args=[campaign.pk])

    def seen_by(client: Client) -> set[str]:
        [row] = client.get(address).context["rows"]
        return set(row.campaigns)

    assert seen_by(someone(Role.DATA_OFFICER, campaign)) == {campaign.name}
    assert seen_by(someone(Role.DATA_OFFICER, None)) == {campaign.name, "Elsewhere"}


def test_a_door_with_a_zero_byte_is_refused_like_any_other(campaign: Campaign) -> None:
    answer = someone(Role.VIEWER, campaign).get("/desk/campaigns/%00/")
    assert answer.status_code in (302, 404)
    request = RequestFactory().get("/desk/%00/")
    request.user = User.objects.get()
    note_refusal(request)
    assert AuditLine.objects.latest("pk").about == "/desk//"
