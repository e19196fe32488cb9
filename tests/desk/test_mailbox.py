"""The mailbox of an installation that sends nothing: listed, read, kept to its folder, and gone where mail leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tocsin.staff.models import AuditLine

NAME = "20261124T001500123456Z-abcdefghijklmnopqrstuvwxyz.eml"
MAIL = (
    b"From: Jane Doe via Org <letters@org.example>\r\nTo: minister@target.example\r\n"
    b"Subject: <script>alert(1)</script>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHear <b>them</b>.\r\n"
)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.TOCSIN_DIR = tmp_path
    box = tmp_path / "mailbox"
    box.mkdir()
    (box / NAME).write_bytes(MAIL)
    (tmp_path / "secrets.env").write_text("the key")
    return box


def test_it_works(admin: Client) -> None:
    listed = admin.get("/desk/mailbox/").content.decode()
    assert reverse("desk_mail", args=[NAME]) in listed
    opened = admin.get(reverse("desk_mail", args=[NAME])).content.decode()
    for html in (listed, opened):
        assert "&lt;script&gt;alert(1)" in html
        assert "<script>alert(1)" not in html
    assert "Hear &lt;b&gt;them&lt;/b&gt;." in opened


def test_a_file_is_kept_byte_for_byte_and_never_shown(admin: Client) -> None:
    response = admin.get(reverse("desk_mail_raw", args=[NAME]))
    assert response.content == MAIL
    assert response.headers["Content-Type"] == "message/rfc822"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["../secrets.env", "..%2fsecrets.env", "secrets.env", ".hidden", "x\x00.eml", f"{NAME}x"]
)
def test_no_name_leads_out_of_the_folder(admin: Client, name: str) -> None:
    for tail in ("", "raw/"):
        response = admin.get(f"/desk/mailbox/{quote(name)}/{tail}", follow=True)
        assert response.status_code == 404
        assert b"the key" not in response.content


def test_a_link_leads_nowhere(admin: Client, folder: Path) -> None:
    link = NAME.replace("a", "b", 1)
    (folder / link).symlink_to(folder.parent / "secrets.env")
    assert admin.get(f"/desk/mailbox/{link}/", follow=True).status_code == 404


def test_an_empty_mailbox_teaches(admin: Client, folder: Path) -> None:
    (folder / NAME).unlink()
    assert "No mail yet" in admin.get("/desk/mailbox/").content.decode()


def test_only_who_may_open_personal_data(colleague: Callable[..., Client]) -> None:
    for address in ("/desk/mailbox/", f"/desk/mailbox/{NAME}/", f"/desk/mailbox/{NAME}/raw/"):
        assert colleague("campaigns.view_campaign").get(address).status_code == 302
        assert colleague("actions.view_action").get(address).status_code == 200


def test_where_mail_leaves_there_is_no_mailbox(admin: Client, settings: Settings) -> None:
    assert "/desk/mailbox/" in admin.get("/desk/").content.decode()
    settings.TOCSIN_MAIL_URL = urlsplit("smtp://mail.example")
    assert admin.get("/desk/mailbox/", follow=True).status_code == 404
    assert "/desk/mailbox/" not in admin.get("/desk/").content.decode()


def test_that_a_mail_was_opened_or_taken_along_is_in_the_log(admin: Client) -> None:
    admin.get("/desk/mailbox/")
    assert not AuditLine.objects.filter(what__startswith="mail_").exists()
    admin.get(reverse("desk_mail", args=[NAME]))
    admin.get(reverse("desk_mail_raw", args=[NAME]))
    lines = AuditLine.objects.filter(what__startswith="mail_").order_by("pk")
    assert [(line.what, line.kind, line.details) for line in lines] == [
        ("mail_opened", "people", {"mail": "abcdefghijklmnopqrstuvwxyz"}),
        ("mail_downloaded", "people", {"mail": "abcdefghijklmnopqrstuvwxyz"}),
    ]
