"""The set-up check: each thing that can be wrong is found, with a hint; and what is well is left alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.cli.conftest import KEYS, Tocsin
from tocsin import checks
from tocsin.actions.models import CounterRun
from tocsin.campaigns.models import Campaign, PostalDivision
from tocsin.lib.environment import read_options
from tocsin.lib.sealing import new_key, parse_key


@pytest.fixture
def in_public(settings: Settings, tmp_path: Path) -> Settings:
    """A set-up that is right."""
    settings.TOCSIN_SEALING_KEYS = [parse_key(new_key())]
    settings.TOCSIN_DIGEST_KEY = parse_key(new_key())
    settings.TOCSIN_BASE_URL = urlsplit("https://act.hearing.ca")
    settings.TOCSIN_MAIL_URL = urlsplit("smtp+starttls://mail.hearing.ca")
    settings.TOCSIN_MAIL_FROM = "letters@hearing.ca"
    settings.TOCSIN_BOUNCE_DOMAIN = "back.hearing.ca"
    settings.TOCSIN_SECOND_FACTOR = "demanded"
    settings.TOCSIN_DIR = tmp_path
    return settings


def found() -> list[str | None]:
    return [message.id for one in checks.BEFORE_THE_DATABASE for message in one()]


def test_it_works(in_public: Settings) -> None:
    assert found() == []


WRONG: list[tuple[str, str, Any]] = [
    ("tocsin.E001", "TOCSIN_DIGEST_KEY", b"\0" * 32),
    ("tocsin.E003", "TOCSIN_BASE_URL", urlsplit("http://act.hearing.ca")),
    ("tocsin.E004", "DEBUG", True),
    ("tocsin.E005", "TOCSIN_MAIL_URL", urlsplit("mailbox:")),
    ("tocsin.E006", "TOCSIN_MAIL_FROM", "letters@tocsin.example"),
    ("tocsin.E006", "TOCSIN_MAIL_FROM", "letters@example.org"),
    ("tocsin.E031", "TOCSIN_ESP", "postmark"),
    ("tocsin.E033", "TOCSIN_INBOUND_URL", urlsplit("imap://back:secret@imap.hearing.ca")),
    ("tocsin.W034", "TOCSIN_BOUNCE_DOMAIN", ""),
    ("tocsin.W035", "TOCSIN_SECOND_FACTOR", "offered"),
    ("tocsin.E036", "TOCSIN_OIDC_URL", urlsplit("http://id.hearing.ca")),
    ("tocsin.E007", "TOCSIN_DIR", Path("/proc/nothing-can-be-made-here")),
]


@pytest.mark.parametrize(("number", "setting", "value"), WRONG)
def test_what_is_wrong_in_public(in_public: Settings, number: str, setting: str, value: object) -> None:
    setattr(in_public, setting, value)

    assert found() == [number]


def test_a_provider_whose_key_is_missing(in_public: Settings) -> None:
    in_public.TOCSIN_ESP, in_public.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "user:secret"}
    assert found() == ["tocsin.E032"]
    in_public.ANYMAIL = {**in_public.ANYMAIL, "POSTMARK_SERVER_TOKEN": "key"}
    assert found() == []


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", {}),
        ("A=1, B=x=y ,", {"A": "1", "B": "x=y"}),
        ("A=1,2\nB = 3\n\n", {"A": "1,2", "B": "3"}),
    ],
)
def test_options_of_a_provider(text: str, options: dict[str, str]) -> None:
    assert read_options(text) == options


def test_one_key_for_two_purposes(in_public: Settings) -> None:
    in_public.TOCSIN_DIGEST_KEY = in_public.TOCSIN_SEALING_KEYS[0]

    assert found() == ["tocsin.E002"]


def test_a_trial_on_this_machine_is_only_remarked(in_public: Settings) -> None:
    in_public.TOCSIN_BASE_URL = urlsplit("http://127.0.0.1:8000")
    in_public.TOCSIN_MAIL_URL = urlsplit("mailbox:")

    assert found() == ["tocsin.W003", "tocsin.W005"]


def test_a_full_disk(in_public: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE", 1.0)

    assert found() == ["tocsin.W008"]


@pytest.mark.parametrize(("path", "kind"), [("/srv/tocsin", "nfs4"), ("/srv/local/x", "ext4"), ("/home", "overlay")])
def test_the_file_system_under_a_folder(tmp_path: Path, path: str, kind: str) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text("overlay / overlay rw 0 0\nhost:/x /srv nfs4 rw 0 0\n/dev/sdb /srv/local ext4 rw 0 0\n")

    assert checks.file_system_of(Path(path), mounts) == kind


def test_sqlite_across_a_network(in_public: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "file_system_of", lambda _path: "nfs4")
    monkeypatch.setattr(connections["default"], "vendor", "sqlite")
    assert found() == ["tocsin.E009"]
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")
    assert found() == []


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused\nsecond line")

    monkeypatch.setattr(connection, "ensure_connection", refuse)


def test_the_database_is_away(in_public: Settings, database_away: None) -> None:
    (message,) = checks.findings()

    assert message.id == "tocsin.E010"
    assert message.msg == "The database does not answer: connection refused"


def test_migrations_are_missing(db: None, in_public: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "missing_migrations", lambda: ["actions.0002_more"])

    (message,) = checks.findings()

    assert (message.id, message.hint) == ("tocsin.E011", "Run “tocsin migrate”.")


def test_no_worker_works(db: None) -> None:
    assert [message.id for message in checks.check_worker()] == ["tocsin.W012"]

    run = CounterRun.objects.create(finished_at=timezone.now())
    assert list(checks.check_worker()) == []

    CounterRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(minutes=5))
    assert [message.id for message in checks.check_worker()] == ["tocsin.W012"]


def test_a_new_database_has_no_page_to_write_below(db: None) -> None:
    (message,) = checks.check_homes()

    assert message.id == "tocsin.W013"
    assert "English, French" in message.msg
    assert message.hint == "Run “tocsin begin”."


@pytest.mark.once
def test_the_command_refuses_what_cannot_run(tocsin: Tocsin) -> None:
    done = tocsin("check", **KEYS)

    assert done.returncode == 1
    assert "Error tocsin.E011: The database is not up to date" in done.stdout
    assert "Run “tocsin migrate”." in done.stdout
    assert done.stdout.endswith("Tocsin cannot run like this: 1 to mend.\n")


@pytest.mark.once
def test_serve_refuses_it_too(tocsin: Tocsin) -> None:
    done = tocsin("serve", **KEYS, TOCSIN_PORT="18799")

    assert done.returncode == 1
    assert "Run “tocsin migrate”." in done.stdout


@pytest.mark.once
def test_the_command_says_when_all_is_well(migrated: None, tocsin: Tocsin) -> None:
    done = tocsin("check", **KEYS)

    assert done.returncode == 0
    assert done.stdout.endswith("Tocsin can run like this.\n")


@pytest.mark.django_db
def test_a_campaign_that_looks_up_where_nobody_can_say(in_public: Settings, tmp_path: Path) -> None:
    in_public.TOCSIN_BOUNDARIES = tmp_path
    assert list(checks.check_look_ups()) == []
    for provider in ("table", "boundaries"):
        Campaign.objects.create(name=provider, slug=provider, targeting="postal", provider=provider)
    assert [message.id for message in checks.check_look_ups()] == ["tocsin.W031", "tocsin.W032"]
    for name in ("divisions.geojson", "postal-codes.csv"):
        (tmp_path / name).touch()
    PostalDivision.objects.create(postal_code="K1A 0A6", division="ocd-division/country:ca/ed:35079-2023")
    assert list(checks.check_look_ups()) == []
