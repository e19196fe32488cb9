"""The straight way takes what can simply be accepted, answers as the view does, and passes on everything else."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.db import OperationalError
from django.test import Client

from tests.cast import an_edition, letter_words, sign, valid_post
from tocsin.actions import take
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.web.straight import StraightWay

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


class Behind:
    """What stands behind the straight way: notes what it was handed."""

    def __init__(self) -> None:
        self.body: bytes | None = None

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        self.body = environ["wsgi.input"].read()
        start_response("299 Passed on", [])
        return []


class Asking:
    """Posts to the straight way and keeps what was answered."""

    def __init__(self, edition_id: int, body: bytes, **environ: str) -> None:
        self.behind, self.said = Behind(), ("", dict[str, str]())
        asked: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/act/{edition_id}/",
            "CONTENT_TYPE": FORM,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "testserver",
            "HTTP_SEC_FETCH_SITE": "same-origin",
            "wsgi.input": BytesIO(body),
        }
        b"".join(StraightWay(self.behind)(asked | environ, self._note))

    def _note(self, status: str, headers: list[tuple[str, str]], _exc_info: object = None) -> Any:
        self.said = (status, dict(headers))

    @property
    def passed_on(self) -> bool:
        return self.said[0] == "299 Passed on"


def body(edition: Edition, **changes: Any) -> bytes:
    return urlencode(valid_post(edition, **changes), doseq=True).encode()


def test_it_works(edition_en: Edition) -> None:
    asking = Asking(edition_en.pk, body(edition_en))
    assert asking.said[0] == "303 See Other"
    assert Action.objects.count() == 1


def test_it_answers_as_the_view_does(client: Client, edition_en: Edition, noon: object) -> None:
    _status, headers = Asking(edition_en.pk, body(edition_en)).said
    by_the_view = sign(client, edition_en)
    assert headers.items() <= dict(by_the_view.headers).items()
    assert headers["Location"] == by_the_view.headers["Location"]


def test_a_repeated_act_gets_the_same_answer(edition_en: Edition, noon: object) -> None:
    assert (
        Asking(edition_en.pk, body(edition_en)).said
        == Asking(edition_en.pk, body(edition_en, text="Other words.", homepage="spam")).said
    )
    assert Action.objects.count() == 1


def test_both_ways_are_one_person(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    assert not Asking(edition_en.pk, body(edition_en)).passed_on
    assert Action.objects.count() == 1


def test_it_reads_what_the_view_reads(client: Client, edition_en: Edition) -> None:
    said = {"given_name": "Zoé & Co", "text": "100 % + more\r\nof „it“; a=b&c", "homepage": "", "consent_news": None}
    Asking(edition_en.pk, body(edition_en, **said, came_from="utm_source=radio"), HTTP_REFERER="http://testserver/?x=1")
    sign(client, edition_en, **said, email="b@example.org", came_from="utm_source=radio")
    straight, view = Action.objects.order_by("pk")
    assert straight.source == view.source == {"utm_source": "radio"}
    assert _opened(straight) == _opened(view)


def _opened(action: Action) -> dict[str, Any]:
    act: dict[str, Any] = vault().open(action.sealed, take.action_context(action.email_digest))
    return {name: value for name, value in act.items() if name != "email"}


def test_a_browser_that_says_nothing_is_marked(edition_en: Edition) -> None:
    raw = body(edition_en)
    asking = Asking(edition_en.pk, raw, HTTP_SEC_FETCH_SITE="none")
    assert not asking.passed_on
    assert Action.objects.get().signs == []


@pytest.mark.parametrize(
    "environ",
    [
        {"REQUEST_METHOD": "GET"},
        {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
        {"CONTENT_TYPE": "application/json"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "rubbish"},
        {"CONTENT_LENGTH": "99999999"},
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": ""},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"PATH_INFO": "/act/1 or 1=1/"},
        {"PATH_INFO": "/act/9999999999/"},
        {"PATH_INFO": "/act/999/"},
    ],
)
def test_what_is_for_the_view_reaches_it_whole(edition_en: Edition, environ: dict[str, str]) -> None:
    raw = body(edition_en)
    asking = Asking(edition_en.pk, raw, **environ)
    assert asking.passed_on
    assert asking.behind.body == raw
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"email": "wrong"}, {"text": ""}, {"given_name": ["a", "b"]}, {"city": "a\0b"}, {"consent_calls": None}]
)
def test_what_must_be_mended_is_for_the_view(edition_en: Edition, changes: dict[str, Any]) -> None:
    raw = body(edition_en, **changes)
    assert Asking(edition_en.pk, raw).behind.body == raw
    assert not Action.objects.exists()


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"a=1&" * 5000, b"rubbish"])
def test_what_is_no_form_is_for_the_view(edition_en: Edition, raw: bytes) -> None:
    assert Asking(edition_en.pk, raw).behind.body == raw


def test_a_campaign_that_is_not_open_is_for_the_view(campaign_closed: Campaign) -> None:
    edition = an_edition(campaign_closed)
    assert Asking(edition.pk, body(edition)).passed_on


def test_a_database_that_is_away_is_for_the_view(edition_en: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_rows: object) -> None:
        raise OperationalError

    monkeypatch.setattr(take, "_insert", away)
    raw = body(edition_en)
    assert Asking(edition_en.pk, raw).behind.body == raw


def test_a_locked_letter_goes_straight(campaign_open: Campaign) -> None:
    locked = an_edition(campaign_open, letter=letter_words(mode="locked"))
    assert not Asking(locked.pk, body(locked)).passed_on
