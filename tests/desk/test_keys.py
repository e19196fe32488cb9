"""API keys at the desk: made for a program, shown once, ended at once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tocsin.campaigns.models import Campaign
from tocsin.staff.models import ApiKey, AuditLine

MADE = {"name": "CRM,  nightly", "scopes": ["campaigns:read", "people:read"], "networks": "192.0.2.7\n2001:db8::/32"}


def make(admin: Client, **changes: Any) -> Any:
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    return admin.post(reverse("desk_new_key"), {**MADE, "expires_on": day, **changes})


def shown(admin: Client) -> str:
    newest = ApiKey.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = re.search(r'value="(tocsin_[^"]+)"', admin.get(reverse("desk_keys"), {"made": newest}).content.decode())
    return found[1] if found else ""


def test_it_works(admin: Client) -> None:
    assert "no key yet" in admin.get(reverse("desk_keys")).content.decode()
    assert make(admin).status_code == 302
    key = shown(admin)
    said = Client(REMOTE_ADDR="192.0.2.7").get("/api/v1/", headers={"authorization": f"Bearer {key}"}).json()
    assert (said["name"], said["scopes"]) == ("CRM, nightly", ["campaigns:read", "people:read"])
    assert AuditLine.objects.get(what="key_made").details["scopes"] == ["campaigns:read", "people:read"]
    html = admin.get(reverse("desk_keys")).content.decode()
    assert "Read who acted" in html
    assert "192.0.2.7/32" in html


def test_a_key_is_shown_once_and_kept_nowhere(admin: Client) -> None:
    make(admin)
    assert not any("tocsin_" in str(session.get_decoded()) for session in Session.objects.all())
    assert shown(admin)
    assert not shown(admin)
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "required"),
        ({"scopes": []}, "Choose at least one thing"),
        ({"scopes": ["ledger:write"]}, "Select a valid choice"),
        ({"networks": "our office"}, "is no address and no network"),
        ({"networks": "\n".join(f"192.0.2.{n}" for n in range(21))}, "too many"),
        ({"expires_on": "2020-01-01"}, "has passed"),
        ({"expires_on": "2999-01-01"}, "more than two years"),
        ({"expires_on": "x"}, "valid date"),
        ({"campaign": "99999"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_said_and_kept_on_the_form(admin: Client, change: Any, said: str) -> None:
    answer = make(admin, **change)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_for_one_campaign(admin: Client, campaign: Campaign) -> None:
    make(admin, campaign=campaign.pk)
    assert ApiKey.objects.get().campaign == campaign
    assert AuditLine.objects.get(what="key_made").campaign_ref == campaign.pk
    assert str(campaign) in admin.get(reverse("desk_keys")).content.decode()


def test_a_key_for_one_campaign_is_not_promised_what_belongs_to_the_site(admin: Client, campaign: Campaign) -> None:
    answer = make(admin, campaign=campaign.pk, scopes=["targets:write", "audit:read", "actions:read"])
    assert answer.status_code == 422
    assert "belongs to the whole site: Bring targets" in answer.content.decode()


def test_an_ended_key_opens_nothing(admin: Client) -> None:
    make(admin, networks="")
    key, kept = shown(admin), ApiKey.objects.get()
    admin.post(reverse("desk_end_key", args=[kept.pk]))
    assert Client().get("/api/v1/", headers={"authorization": f"Bearer {key}"}).status_code == 401
    assert AuditLine.objects.filter(what="key_ended", about=f"apikey:{kept.pk}").count() == 1
    admin.post(reverse("desk_end_key", args=[kept.pk]))
    assert AuditLine.objects.filter(what="key_ended").count() == 1
    assert "ended by" in admin.get(reverse("desk_keys")).content.decode()
