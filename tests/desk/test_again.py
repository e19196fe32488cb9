"""Who it is, once more: before an export, and then back to what was interrupted."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from wagtail.models import ModelLogEntry

from tests.desk.account.codes import code_of
from tests.desk.account.conftest import PASSWORD, SECRET
from tests.desk.conftest import a_hand_in, confirm
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk.again import INTERRUPTED, MOST_KEPT, ask_again

AGAIN = "/desk/account/again/"
GO_ON = "/desk/account/go-on/"


@pytest.fixture
def late(admin: Client, boss: User) -> Client:
    """The administrator, whose last word about who they are is old."""
    boss.set_password(PASSWORD)
    boss.save()
    admin.force_login(boss)
    confirm(admin, boss, ago=15 * 60 + 1)
    return admin


def show_password(client: Client, then: str) -> Any:
    return client.post(AGAIN, {"password": PASSWORD, "next": then})


def test_it_works(late: Client) -> None:
    export = reverse("desk_invite")
    asked = late.get(export)
    assert asked.headers["Location"] == f"{AGAIN}?next={export.replace('/', '%2F')}"
    assert f'name="next" value="{export}"' in late.get(asked.headers["Location"]).content.decode()
    assert show_password(late, export).headers["Location"] == export
    assert late.get(export).status_code == 200
    assert late.post(export).status_code == 422


def test_both_are_written_down(late: Client, campaign: Campaign) -> None:
    late.get(reverse("desk_invite"))
    late.post(AGAIN, {"password": "wrong"})
    show_password(late, "/desk/")
    written = ModelLogEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(written) == ["tocsin.asked_again", "tocsin.not_confirmed", "tocsin.confirmed_again"]


def test_no_right_is_no_question(nobody: Client, campaign: Campaign) -> None:
    user = User.objects.get()
    confirm(nobody, user, ago=3600)
    answer = nobody.get(reverse("desk_invite"))
    assert answer.headers["Location"] == "/desk/"


@pytest.mark.parametrize("wrong", ["", "wrong", "x" * 5000])
def test_a_wrong_password_confirms_nothing(late: Client, campaign: Campaign, wrong: str) -> None:
    answer = late.post(AGAIN, {"password": wrong, "next": "/desk/campaigns/"})
    assert answer.status_code == 422
    assert 'name="next" value="/desk/campaigns/"' in answer.content.decode()
    assert late.get(reverse("desk_invite")).status_code == 302


def test_guessing_ends(late: Client) -> None:
    answers = [late.post(AGAIN, {"password": "wrong"}).status_code for _ in range(12)]
    assert answers[-1] == 429
    assert show_password(late, "/desk/").status_code == 429


def test_a_code_confirms_once(late: Client, boss: User) -> None:
    TOTP.activate(boss, SECRET)
    code = code_of(SECRET)
    assert late.post(AGAIN, {"code": code, "next": "/desk/campaigns/"}).headers["Location"] == "/desk/campaigns/"
    assert late.post(AGAIN, {"code": code}).status_code == 422


def test_a_form_that_was_sent_is_kept(late: Client) -> None:
    export = reverse("desk_invite") + "?state=sent"
    asked = late.post(export, {"people": "yes", "kind": "exact", "odd": ["<b>&\"'", "é"]})
    assert asked.headers["Location"] == f"{AGAIN}?next={GO_ON.replace('/', '%2F')}"
    assert show_password(late, GO_ON).headers["Location"] == GO_ON
    page = late.get(GO_ON).content.decode()
    assert f'action="{export}"' in page
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    assert [pair for pair in sent if pair[0] != "csrfmiddlewaretoken"] == [
        ("people", "yes"),
        ("kind", "exact"),
        ("odd", "&lt;b&gt;&amp;&quot;&#x27;"),
        ("odd", "é"),
    ]
    assert late.post(export, {"people": "yes"}).status_code == 422


def test_what_is_kept_is_sealed_and_for_one_person(late: Client, campaign: Campaign, colleague: Any) -> None:
    late.post(reverse("campaign:letters_find", args=[campaign.pk]), {"text": "jane.secret@example.org"})
    kept = late.session[INTERRUPTED]["kept"]
    assert "secret" not in str(dict(late.session.items()))
    other = colleague("campaigns.view_campaign")
    session = other.session
    session[INTERRUPTED] = {"kept": kept}
    session.save()
    assert 'action="/desk/campaigns' not in other.get(GO_ON).content.decode()


def test_a_search_by_reference_asks_nothing(late: Client, campaign: Campaign) -> None:
    find = reverse("campaign:letters_find", args=[campaign.pk])
    assert late.post(find, {"text": "1-1"}).status_code == 200
    assert late.post(find, {"text": "jane@example.org"}).headers["Location"].startswith(AGAIN)


@pytest.mark.parametrize("large", [{"text": "x" * (MOST_KEPT + 1)}, {"file": SimpleUploadedFile("x.csv", b"x")}])
def test_what_cannot_be_kept_is_said(late: Client, campaign: Campaign, large: dict[str, Any]) -> None:
    export = reverse("desk_invite")
    page = late.post(export, large, follow=True, headers={"referer": "http://testserver/desk/campaigns/"})
    assert "go back and send it again" in page.content.decode()
    assert 'href="http://testserver/desk/campaigns/"' in page.content.decode()
    show_password(late, GO_ON)
    assert "was not kept" in late.get(GO_ON).content.decode()


def test_a_file_is_offered_afterwards(late: Client, campaign: Campaign, target: Target) -> None:
    numbers = reverse("campaign:target_proof_csv", args=[campaign.pk, target.pk])
    assert late.get(numbers).headers["Location"].endswith(GO_ON.replace("/", "%2F"))
    show_password(late, GO_ON)
    assert f'href="{numbers}"' in late.get(GO_ON).content.decode()
    assert late.get(numbers).status_code == 200


def test_a_kit_is_downloaded_by_whoever_confirmed(late: Client, campaign: Campaign, target: Target) -> None:
    kit = reverse("campaign:hand_in_download", args=[campaign.pk, a_hand_in(campaign, target).pk])
    assert late.post(kit).headers["Location"].startswith(AGAIN)
    assert late.get(kit).status_code == 405


def test_going_on_needs_the_answer(late: Client) -> None:
    assert late.get(GO_ON).headers["Location"].startswith(AGAIN)


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "javascript:alert(1)", "/\\x.com"])
def test_nobody_is_led_elsewhere(late: Client, elsewhere: str) -> None:
    assert show_password(late, elsewhere).headers["Location"] == "/desk/"


def test_whoever_has_nothing_to_show_is_told(late: Client, boss: User) -> None:
    boss.set_unusable_password()
    boss.save()
    late.force_login(boss)
    assert "has no way to confirm who you are" in late.get(AGAIN).content.decode()


def test_a_class_can_be_guarded_too(boss: User) -> None:
    @method_decorator(ask_again, name="dispatch")
    class Guarded(View):
        def get(self, _request: HttpRequest) -> HttpResponse:
            return HttpResponse("in")

    request = RequestFactory().get("/desk/x/")
    client = Client()
    client.force_login(boss)
    request.user, request.session = boss, client.session
    assert Guarded.as_view()(request).status_code == 302
    confirm(client, boss)
    request.session = client.session
    assert Guarded.as_view()(request).status_code == 200
