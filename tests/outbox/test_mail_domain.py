"""What the DNS says of our mail's domain: looked up once an hour, judged, and kept where nobody can say just now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from dns.exception import Timeout
from dns.resolver import NXDOMAIN
from pytest_django import Settings

from tocsin.outbox import mail_domain
from tocsin.outbox.mail_domain import Trouble, judge, look_at_mail_domain, troubles_of_mail_domain
from tocsin.outbox.models import MailDomain

GOOD_SPF, GOOD_DMARC = "v=spf1 include:mail.society.ca -all", "v=DMARC1; p=quarantine"


class Dns:
    """Answers by name; what it does not know there is not. `away`: nobody answers."""

    def __init__(self) -> None:
        self.says: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.away = False

    def resolve(self, name: str, _kind: str, **_how: Any) -> list[Any]:
        self.asked.append(name)
        if self.away:
            raise Timeout
        if name not in self.says:
            raise NXDOMAIN
        return [SimpleNamespace(strings=(text[:9].encode(), text[9:].encode())) for text in self.says[name]]


@pytest.fixture
def dns(settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None) -> Dns:
    settings.TOCSIN_MAIL_URL = urlsplit("smtp://localhost")
    settings.TOCSIN_MAIL_FROM, settings.TOCSIN_BOUNCE_DOMAIN = "letters@act.society.ca", "bounces.society.ca"
    fake = Dns()
    monkeypatch.setattr(mail_domain, "_resolver", lambda: fake)
    return fake


def test_it_works(dns: Dns) -> None:
    assert troubles_of_mail_domain() == [Trouble.NOT_LOOKED_UP]
    dns.says = {"bounces.society.ca": ["google-site=1", GOOD_SPF], "_dmarc.society.ca": [GOOD_DMARC]}
    assert look_at_mail_domain() == 1
    assert troubles_of_mail_domain() == []
    assert MailDomain.objects.get().spf == [GOOD_SPF]
    assert dns.asked == ["bounces.society.ca", "_dmarc.act.society.ca", "_dmarc.society.ca"]  # and not _dmarc.ca


def test_it_looks_once_an_hour(dns: Dns) -> None:
    assert [look_at_mail_domain() for _time in range(2)] == [1, 0]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61)):
        assert look_at_mail_domain() == 1


def test_what_was_known_stays_while_nobody_answers(dns: Dns) -> None:
    dns.says = {"bounces.society.ca": [GOOD_SPF], "_dmarc.act.society.ca": [GOOD_DMARC]}
    look_at_mail_domain()
    dns.away = True
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=2)):
        look_at_mail_domain()
        assert troubles_of_mail_domain() == []


def test_nobody_answered_ever(dns: Dns) -> None:
    dns.away = True
    look_at_mail_domain()
    assert troubles_of_mail_domain() == [Trouble.NOT_LOOKED_UP]


def test_another_domain_is_looked_at_anew(dns: Dns, settings: Settings) -> None:
    look_at_mail_domain()
    settings.TOCSIN_BOUNCE_DOMAIN = "other.society.ca"
    assert troubles_of_mail_domain() == [Trouble.NOT_LOOKED_UP]
    assert look_at_mail_domain() == 1


@pytest.mark.parametrize(("url", "sender"), [("mailbox:x", "letters@act.society.ca"), ("smtp://x", "a@act.example")])
def test_where_no_mail_leaves_nothing_is_asked(dns: Dns, settings: Settings, url: str, sender: str) -> None:
    settings.TOCSIN_MAIL_URL, settings.TOCSIN_MAIL_FROM = urlsplit(url), sender
    assert look_at_mail_domain() == 0
    assert dns.asked == []


@pytest.mark.parametrize(
    ("spf", "dmarc", "troubles"),
    [
        ([GOOD_SPF], [GOOD_DMARC], []),
        ([], [], [Trouble.NO_SPF, Trouble.NO_DMARC]),
        ([GOOD_SPF, "v=spf1 -all"], [GOOD_DMARC], [Trouble.SEVERAL_SPF]),
        (["v=spf1 +all"], [GOOD_DMARC], [Trouble.OPEN_SPF]),
        (["v=spf1 mx all"], [GOOD_DMARC], [Trouble.OPEN_SPF]),
        (["v=spf1 mx ~all"], ["v=DMARC1; p=none"], []),
    ],
)
def test_what_the_records_come_to(spf: list[str], dmarc: list[str], troubles: list[Trouble]) -> None:
    assert judge(spf, dmarc) == troubles
