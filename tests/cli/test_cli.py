"""The one command: what it says without arguments, its keys, its settings, and a sentence for each wrong one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import KEYS, Tocsin
from tocsin.lib.sealing import parse_key

pytestmark = pytest.mark.once
MANUAL = Path(__file__).parents[2] / "docs/operators/settings.md"


@pytest.mark.parametrize("arguments", [(), ("help",), ("--help",)])
def test_it_says_what_it_can_do(tocsin: Tocsin, arguments: tuple[str, ...]) -> None:
    done = tocsin(*arguments)

    assert done.returncode == 0
    for word in ("demo", "begin", "serve", "worker", "check", "keys", "settings", "migrate"):
        assert f"  tocsin {word}" in done.stdout


def test_a_slip_of_the_keys_is_not_answered_with_missing_keys(tocsin: Tocsin) -> None:
    done = tocsin("dmeo")

    assert (done.returncode, done.stderr) == (2, "There is no command “dmeo”. Did you mean “tocsin demo”?\n")


def test_it_knows_djangos_commands(tocsin: Tocsin) -> None:
    done = tocsin("help", "migrate", **KEYS)

    assert done.returncode == 0
    assert "--fake" in done.stdout


@pytest.mark.parametrize(
    "arguments", [("serve", "--help"), ("worker", "-h"), ("check", "--help"), ("demo", "--help"), ("help", "inbound")]
)
def test_a_command_explains_itself_without_keys(tocsin: Tocsin, arguments: tuple[str, ...]) -> None:
    done = tocsin(*arguments)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: tocsin ")


def test_it_says_its_version_without_keys(tocsin: Tocsin) -> None:
    done = tocsin("--version")

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"Tocsin \d+\.\d+\.\d+, Django 6\.1(\.\d+)?\n", done.stdout)


def test_it_makes_keys(tocsin: Tocsin) -> None:
    first, second = tocsin("keys"), tocsin("keys")
    pairs = dict(line.split("=", 1) for line in first.stdout.splitlines())

    assert set(pairs) == {"TOCSIN_KEYS", "TOCSIN_DIGEST_KEY"}
    assert len({parse_key(key) for key in pairs.values()}) == 2
    assert first.stdout != second.stdout
    assert "never lose them" in first.stderr


def test_the_page_of_settings_is_not_stale(tocsin: Tocsin) -> None:
    done = tocsin("settings", TOCSIN_PORT="9999")

    assert done.stdout == MANUAL.read_text(), "Run: tocsin settings > docs/operators/settings.md"


UNREADABLE = "TOCSIN_MAIL_URL is no address that can be understood. In a user name or password, write # as %23"
WRONG = [
    ({}, "TOCSIN_KEYS and TOCSIN_DIGEST_KEY must be set"),
    ({**KEYS, "TOCSIN_KEYS": "short"}, "TOCSIN_KEYS is not written in base64"),
    ({**KEYS, "TOCSIN_PORT": "eighty"}, "TOCSIN_PORT must be a whole number from 1 to 65535, but it is “eighty”."),
    ({**KEYS, "TOCSIN_MAIL_URL": "carrier-pigeon:"}, "TOCSIN_MAIL_URL must start with"),
    ({**KEYS, "DATABASE_URL": "mysql://somewhere/else"}, "DATABASE_URL must look like postgresql://"),
    ({**KEYS, "DATABASE_URL": "postgresql://here:many/name"}, "DATABASE_URL must look like postgresql://USER:"),
    ({**KEYS, "TOCSIN_TIME_ZONE": "Nowhere"}, "TOCSIN_TIME_ZONE must be a time zone like America/Toronto"),
    ({**KEYS, "TOCSIN_WEB_WORKERS": "4"}, "TOCSIN_WEB_WORKERS must be 1 on the embedded database"),
    ({**KEYS, "TOCSIN_MAIL_URL": "esp:"}, "TOCSIN_MAIL_URL is “esp:”, so TOCSIN_ESP must name the provider"),
    ({**KEYS, "TOCSIN_ESP_OPTIONS": "nonsense"}, "TOCSIN_ESP_OPTIONS must be KEY=VALUE pairs"),
    ({**KEYS, "TOCSIN_ESP": "foo"}, "TOCSIN_ESP must be empty, or one of amazon_ses, "),
    ({**KEYS, "TOCSIN_MAIL_URL": "smtp://user:pa#ss@host:25"}, UNREADABLE),
    ({**KEYS, "TOCSIN_MAIL_URL": "smtp://user:12#3@host:25"}, UNREADABLE),
    ({**KEYS, "TOCSIN_SECOND_FACTOR": "no"}, "TOCSIN_SECOND_FACTOR must be one of demanded, offered"),
    ({**KEYS, "TOCSIN_OIDC_URL": "https://id.example"}, "TOCSIN_OIDC_URL is set, so TOCSIN_OIDC_ID and"),
    ({**KEYS, "TOCSIN_KEYS_FILE": "/nowhere"}, "TOCSIN_KEYS_FILE names /nowhere, but: No such file"),
]


@pytest.mark.parametrize(("environment", "sentence"), WRONG, ids=[sentence for _, sentence in WRONG])
def test_a_wrong_setting_is_one_sentence(tocsin: Tocsin, environment: dict[str, str], sentence: str) -> None:
    done = tocsin("serve", **environment)

    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "worker", "migrate"])
def test_every_command_says_it(tocsin: Tocsin, command: str) -> None:
    done = tocsin(command)

    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stderr.startswith("TOCSIN_KEYS and TOCSIN_DIGEST_KEY must be set")
