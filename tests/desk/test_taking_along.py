"""All that is kept of one person, for the person: complete, in their language, for whoever may and is asked again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.desk.conftest import Sign, confirm
from tocsin.actions.models import Action, Letter
from tocsin.actions.states import State as ActionState
from tocsin.outbox.models import Delivery, Message
from tocsin.staff import audit
from tocsin.staff.models import AuditLine
from tocsin.supporters.leaving import leave
from tocsin.supporters.models import Supporter


@pytest.fixture
def jane(admin: Client) -> Supporter:
    """Who acted in English and in French, has letters with a fate, left, and was opened by staff."""
    campaign = a_campaign()
    for language, words in (("en", "Unmistakable words."), ("fr", "Mes propres mots.")):
        of = campaign if language == "en" else a_campaign(slug="other", targets=list(campaign.targets.all()))
        sign(Client(), an_edition(of, language), text=words)
        follow_everything()
    for message in Message.objects.all():
        Delivery.objects.create(message=message, number=1, server="mx.example.org", words="250 2.0.0 Taken")
    supporter = Supporter.objects.get()
    leave(supporter.pk, "news", "mail")
    admin.get(reverse("desk_supporter", args=[supporter.pk]))
    return supporter


def taken_along(client: Client, jane: Supporter) -> zipfile.ZipFile:
    response = client.post(reverse("desk_take_along", args=[jane.pk]))
    assert response.headers["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(response.content))


def test_it_works(admin: Client, jane: Supporter) -> None:
    archive = taken_along(admin, jane)
    data = json.loads(archive.read("data.json"))
    assert set(data) == {
        *("details", "actions", "sent", "letters", "attempts", "mails", "consents", "read_by_staff"),
    }
    assert {row["value"] for row in data["details"]} >= {"Jane", "Doe", "jane.doe@example.org", "+16135550100"}
    assert {row["value"] for row in data["sent"]} >= {"Unmistakable words.", "Mes propres mots."}
    assert {row["wording"] for row in data["consents"]} >= {"Send me news.", "Écrivez-moi.", ""}
    assert len(data["letters"]) == 2
    assert len(data["attempts"]) == Message.objects.count() == 4
    assert data["read_by_staff"][0]["what"] == "A lu tout ce que l’on sait d’une personne"
    assert "Jane Doe" not in json.dumps(data["read_by_staff"])


def test_for_people_in_their_language_and_for_programs(admin: Client, jane: Supporter) -> None:
    archive = taken_along(admin, jane)
    page = archive.read("lisez-moi.html").decode()
    assert '<html lang="fr">' in page
    for said in ("Unmistakable words.", "jane.doe@example.org", "Send me news.", "250 2.0.0 Taken"):
        assert said in page, said
    assert b"Unmistakable words." in archive.read("sent.csv")
    mails = [name for name in archive.namelist() if name.startswith("mails/")]
    assert len(mails) == Message.objects.count()
    letter = Letter.objects.order_by("pk").first()
    assert letter is not None
    assert b"Unmistakable words." in archive.read(f"mails/letter-{letter.message.ref}.eml")


def test_which_programs_read_lists_that_go_past_them(admin: Client, jane: Supporter) -> None:
    """By the numbers of the first and last row that were read, in the campaign that was asked for; and her alone."""
    here, there = Action.objects.order_by("pk")
    before = there.accepted_at - timedelta(days=900)
    of_there = {"about": "actions", "campaign_ref": there.campaign_id}
    lines: dict[str, dict[str, Any]] = {
        "all": {"about": "supporters", "details": {"rows": 2, "from": 1, "to": jane.pk + 5}},
        "one": {"about": "actions", "details": {"rows": 1, "from": here.pk, "to": here.pk}},
        "there": {**of_there, "details": {"rows": 3, "from": there.pk, "to": there.pk + 9}},
        "by address": {"about": f"supporter:{jane.pk}", "details": {"rows": 1}},
        "who acted": {
            "about": "supporters",
            "campaign_ref": there.campaign_id,
            "details": {"rows": 1, "from": 1, "to": jane.pk},
        },
    }
    others: dict[str, dict[str, Any]] = {
        "there, before her": {**of_there, "details": {"rows": 1, "from": here.pk, "to": here.pk}},
        "after her": {"about": "supporters", "details": {"rows": 1, "from": jane.pk + 1, "to": jane.pk + 5}},
        "nobody": {"about": "consents", "details": {"rows": 0, "from": 0, "to": 0}},
        "elsewhere": {**lines["who acted"], "campaign_ref": 999},
        "somebody": {"about": f"supporter:{jane.pk + 1}", "details": {"rows": 1}},
    }
    for name, line in {**lines, **others}.items():
        for _twice in range(2):
            audit.write("api_people_read", kind="people", who_name=name, **line)
    with time_machine.travel(before):
        audit.write("api_people_read", kind="people", who_name="before she acted there", **lines["who acted"])
    data = json.loads(taken_along(admin, jane).read("data.json"))
    assert {row["program"]: row["times"] for row in data["read_by_programs"]} == dict.fromkeys(lines, 2)
    assert not [row for row in data["read_by_staff"] if "API" in row["what"]]


def test_nothing_of_anybody_else(admin: Client, jane: Supporter) -> None:
    edition = Action.objects.order_by("pk")[0].edition
    sign(Client(), edition, email="other@example.org", given_name="Somebody", text="Words of another.")
    follow_everything()
    archive = taken_along(admin, jane)
    whole = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Unmistakable" in whole
    assert b"other@example.org" not in whole
    assert b"Words of another" not in whole


def test_it_is_in_the_log(admin: Client, jane: Supporter) -> None:
    taken_along(admin, jane)
    line = AuditLine.objects.get(what="person_taken_along")
    assert (line.kind, line.about) == ("people", f"supporter:{jane.pk}")


def test_whoever_never_became_a_supporter_gets_theirs(admin: Client, sign: Sign) -> None:
    action = sign(ActionState.HELD)
    response = admin.post(reverse("desk_take_along_by_action", args=[action.pk]))
    data = json.loads(zipfile.ZipFile(io.BytesIO(response.content)).read("data.json"))
    assert {row["value"] for row in data["sent"]} >= {"Secret", "jane0@example.org", "Please."}


def test_looking_ahead_fetches_nothing(admin: Client, jane: Supporter) -> None:
    assert admin.get(reverse("desk_take_along", args=[jane.pk])).status_code == 302
    assert not AuditLine.objects.filter(what="person_taken_along").exists()


def test_who_it_is_is_asked_again(admin: Client, boss: User, jane: Supporter) -> None:
    confirm(admin, boss, ago=3600)
    assert "/again/" in admin.post(reverse("desk_take_along", args=[jane.pk])).headers["Location"]


def test_nobody_else_may(colleague: Callable[..., Client], jane: Supporter, settings: Any) -> None:
    other = colleague("actions.view_action", "staff.export_people")
    assert other.post(reverse("desk_take_along", args=[jane.pk])).headers["Location"] == "/desk/"
