"""Hand-ins at the desk: made, downloaded by those who may, handed over once, with a photograph that tells nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.models import ModelLogEntry

from tests.actions.handin.conftest import write_letter
from tests.desk.conftest import a_hand_in
from tocsin.actions.handin import typeset
from tocsin.actions.handin.store import FILES
from tocsin.actions.models import HandIn
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.desk import remembered
from tocsin.outbox.models import Kind, Message, State
from tocsin.staff import audit


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TOCSIN_DIR = tmp_path
    monkeypatch.setattr(typeset, "makes_pdf", lambda: False)


@pytest.fixture
def letter(edition: Edition) -> Any:
    return write_letter(edition, given_name="Ann", family_name="Smith", email="ann@example.org")


def make(client: Client, campaign: Campaign, target: Target, **posted: str) -> Any:
    return client.post(reverse("campaign:new_hand_in", args=[campaign.pk, target.pk]), posted)


def over(client: Client, hand_in: HandIn, **posted: Any) -> int:
    moment = timezone.localtime() - timedelta(hours=1)
    said = {"at": moment.strftime("%Y-%m-%d %H:%M"), "received_by": "A clerk", **posted}
    address = reverse("campaign:hand_in_over", args=[hand_in.campaign_id, hand_in.pk])
    return client.post(address, said).status_code


def a_photo() -> bytes:
    image, data = Image.new("RGB", (3000, 1000), "red"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    image.save(data, "JPEG", exif=exif, comment=b"SecretPlace")
    return data.getvalue() + b"PK\x03\x04SecretArchive"


def test_it_works(admin: Client, campaign: Campaign, target: Target, letter: Any) -> None:
    page = admin.get(reverse("campaign:new_hand_in", args=[campaign.pk, target.pk])).content.decode()
    assert "With this letter we hand you {letters} letters" in page
    response = make(admin, campaign, target, place="Ottawa", signatory="Jane Doe", text_en="We bring {letters}.")
    hand_in = HandIn.objects.get()
    assert response.headers["Location"] == reverse("campaign:hand_in", args=[campaign.pk, hand_in.pk])
    assert hand_in.state == HandIn.State.READY
    page = admin.get(response.headers["Location"]).content.decode()
    assert hand_in.manifest_sha256 in page
    assert "Somebody received it" in page
    response = admin.post(reverse("campaign:hand_in_download", args=[campaign.pk, hand_in.pk]))
    assert isinstance(response, StreamingHttpResponse)
    archive = zipfile.ZipFile(io.BytesIO(response.getvalue()))
    assert "We bring 1." in archive.read("cover-en.html").decode()
    entries = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {"tocsin.hand_in_made", "tocsin.hand_in_downloaded"} <= entries


def test_handed_over_with_a_photograph(admin: Client, campaign: Campaign, target: Target, letter: Any) -> None:
    make(admin, campaign, target)
    hand_in = HandIn.objects.get()
    assert over(admin, hand_in, photo=SimpleUploadedFile("photo.jpg", a_photo()), note="At the door", tell="on") == 302
    hand_in.refresh_from_db()
    assert (hand_in.state, hand_in.received_by, hand_in.note) == (HandIn.State.HANDED_OVER, "A clerk", "At the door")
    assert Message.objects.get(pk=letter.message_id).state == State.SENT
    assert Message.objects.filter(kind=Kind.UPDATE).count() == 1
    response = admin.get(reverse("campaign:hand_in_photo", args=[campaign.pk, hand_in.pk]))
    assert isinstance(response, StreamingHttpResponse)
    shown = response.getvalue()
    assert b"Secret" not in shown
    picture = Image.open(io.BytesIO(shown))
    assert picture.size == (2000, 667)
    assert not picture.getexif()
    page = admin.get(reverse("campaign:hand_in", args=[campaign.pk, hand_in.pk])).content.decode()
    assert "received by A clerk" in page
    assert "Somebody received it" not in page
    assert over(admin, hand_in, received_by="Another") == 302
    hand_in.refresh_from_db()
    assert hand_in.received_by == "A clerk"


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_by": ""},
        {"at": ""},
        {"at": "2999-01-01 10:00"},
        {"photo": SimpleUploadedFile("photo.svg", b"<svg onload=alert(1)>")},
        {"photo": SimpleUploadedFile("photo.jpg", a_photo()[:700])},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    admin: Client, campaign: Campaign, target: Target, letter: Any, wrong: dict[str, Any]
) -> None:
    make(admin, campaign, target)
    hand_in = HandIn.objects.get()
    assert over(admin, hand_in, **wrong) == 422
    hand_in.refresh_from_db()
    assert hand_in.state == HandIn.State.READY


def test_nothing_to_hand_in_makes_no_kit(admin: Client, campaign: Campaign, target: Target, letter: Any) -> None:
    make(admin, campaign, target)
    make(admin, campaign, target)
    assert HandIn.objects.count() == 1


def test_put_away(admin: Client, campaign: Campaign, target: Target, letter: Any) -> None:
    make(admin, campaign, target)
    hand_in = HandIn.objects.get()
    admin.post(reverse("campaign:hand_in_away", args=[campaign.pk, hand_in.pk]))
    letter.refresh_from_db()
    assert letter.hand_in is None
    assert HandIn.objects.get().file == ""


def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, campaign: Campaign, target: Target, letter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(admin, campaign, target)
    hand_in = HandIn.objects.get()
    away = reverse("campaign:hand_in_away", args=[campaign.pk, hand_in.pk])
    other = write_letter(letter.action.edition, name="Bob")
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    for act in (
        lambda: make(admin, campaign, target),
        lambda: over(admin, hand_in),
        lambda: admin.post(away),
    ):
        with pytest.raises(ZeroDivisionError):
            act()
    assert HandIn.objects.get().state == HandIn.State.READY
    assert FILES.pieces(hand_in.file)
    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.hand_in, other.hand_in) == (hand_in, None)


def test_a_photograph_of_what_cannot_be_handed_over_is_not_kept(
    admin: Client, campaign: Campaign, target: Target, letter: Any
) -> None:
    make(admin, campaign, target)
    HandIn.objects.update(state=HandIn.State.FAILED)
    over(admin, HandIn.objects.get(), photo=SimpleUploadedFile("p.jpg", a_photo()))
    assert [path.name for path in FILES.path.iterdir()] == [HandIn.objects.get().file]


def test_a_link_fetches_no_kit(admin: Client, campaign: Campaign, target: Target, letter: Any) -> None:
    make(admin, campaign, target)
    address = reverse("campaign:hand_in_download", args=[campaign.pk, HandIn.objects.get().pk])
    assert admin.get(address).status_code == 405


@pytest.mark.parametrize("name", ["../tocsin.sqlite3", "kit-1-0000000000000000.sealed", "/etc/passwd"])
def test_only_files_of_ours_are_given_out(admin: Client, campaign: Campaign, target: Target, name: str) -> None:
    hand_in = a_hand_in(campaign, target, file=name, photo=name)
    numbers = [campaign.pk, hand_in.pk]
    assert admin.post(reverse("campaign:hand_in_download", args=numbers), follow=True).status_code == 404
    assert admin.get(reverse("campaign:hand_in_photo", args=numbers), follow=True).status_code == 404


def test_each_door_asks_for_its_right(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, target: Target, letter: Any
) -> None:
    viewer = colleague("campaigns.view_campaign")
    make(viewer, campaign, target)
    assert not HandIn.objects.exists()
    make(admin, campaign, target)
    hand_in = HandIn.objects.get()
    refused = reverse("wagtailadmin_home")
    for door in ["hand_in_download", "hand_in_over", "hand_in_away"]:
        response = viewer.post(reverse(f"campaign:{door}", args=[campaign.pk, hand_in.pk]))
        assert response.headers["Location"] == refused, door
    over(viewer, hand_in)
    hand_in.refresh_from_db()
    assert hand_in.state == HandIn.State.READY
    page = viewer.get(reverse("campaign:hand_in", args=[campaign.pk, hand_in.pk])).content.decode()
    assert "Download the kit" not in page
    assert "Somebody received it" not in page


def test_a_hand_in_is_found_only_in_its_own_campaign(admin: Client, campaign: Campaign, target: Target) -> None:
    other = Campaign.objects.create(name="Other", slug="other")
    address = reverse("campaign:hand_in", args=[other.pk, a_hand_in(campaign, target).pk])
    assert admin.get(address, follow=True).status_code == 404


def test_where_counting_takes_long_the_screen_remembers_until_a_kit_is_made(
    admin: Client, campaign: Campaign, target: Target, letter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "SLOW", -1.0)
    monkeypatch.setattr(remembered, "TIMES_AS_LONG", 1_000_000)
    cache.clear()
    screen = reverse("campaign:new_hand_in", args=[campaign.pk, target.pk])
    admin.get(screen)
    with CaptureQueriesContext(connection) as asked:
        admin.get(screen)
    assert not [one for one in asked.captured_queries if "COUNT(" in one["sql"] and "actions_letter" in one["sql"]]
    make(admin, campaign, target)
    assert "There is no letter to put into a kit" in admin.get(screen).content.decode()
    admin.post(reverse("campaign:hand_in_away", args=[campaign.pk, HandIn.objects.get().pk]))
    assert "There is no letter to put into a kit" not in admin.get(screen).content.decode()
    cache.clear()


def test_a_photograph_that_is_over_is_said(admin: Client, campaign: Campaign, target: Target) -> None:
    hand_in = a_hand_in(campaign, target, state=HandIn.State.HANDED_OVER, photo="photo-1-0000000000000000.sealed")
    HandIn.objects.update(handed_over_at=timezone.now())
    page = admin.get(reverse("campaign:hand_in", args=[campaign.pk, hand_in.pk])).content.decode()
    assert "Its photograph was removed" in page
    assert "<img class" not in page


def test_a_picture_of_too_many_points_is_not_opened(
    admin: Client, campaign: Campaign, target: Target, letter: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.desk.hand_ins.MOST_POINTS", 100)
    make(admin, campaign, target)
    data = io.BytesIO()
    Image.new("RGB", (11, 10)).save(data, "PNG")
    assert over(admin, HandIn.objects.get(), photo=SimpleUploadedFile("p.png", data.getvalue())) == 422
