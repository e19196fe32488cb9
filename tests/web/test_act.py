"""Posting an action page's form, as browsers, robots and enemies do (requirements B01–B62, faults §2.3)."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.cast import a_campaign, an_edition, letter_words, sign, valid_post
from tocsin.actions import accept as accepting
from tocsin.actions import take as room
from tocsin.actions.models import Action
from tocsin.actions.standing import forget
from tocsin.campaigns.editions import demand_new_signatures
from tocsin.campaigns.models import Campaign, Edition
from tocsin.lib.vault import vault
from tocsin.web.asked import comes_from_us

pytestmark = pytest.mark.django_db


def act_of(action: Action) -> dict[str, Any]:
    opened: dict[str, Any] = vault().open(action.sealed, room.action_context(action.email_digest))
    return opened


def page(response: Any) -> str:
    html: str = response.content.decode()
    return html


def same(one: HttpResponse, other: HttpResponse) -> bool:
    return (one.status_code, dict(one.headers), one.content) == (other.status_code, dict(other.headers), other.content)


def test_it_works(client: Client, edition_en: Edition) -> None:
    response = sign(client, edition_en)
    assert response.status_code == 303
    assert response.headers["Location"].startswith("/thanks/")
    assert act_of(Action.objects.get())["given_name"] == "Jane"


def test_the_hot_path_costs_one_statement(
    client: Client, edition_en: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign(client, edition_en, email="first@example.org")
    with django_assert_num_queries(1):
        sign(client, edition_en)


def test_no_cookie_is_set_and_nothing_is_kept(client: Client, edition_en: Edition) -> None:
    response = sign(client, edition_en)
    assert not response.cookies
    assert response.headers["Cache-Control"] == "private, no-store"


# ── the same answer for everybody ───────────────────────────────────────────────────────────────────────────────
def test_a_repeated_act_gets_the_same_answer_byte_for_byte(client: Client, edition_en: Edition, noon: object) -> None:
    first = sign(client, edition_en)
    assert same(first, sign(client, edition_en))
    assert same(first, sign(client, edition_en, text="Quite other words.", given_name="Joan"))
    assert Action.objects.count() == 1


@pytest.mark.parametrize("changes", [{"homepage": "https://spam.example"}, {"text": "http://a.ca " * 20}])
def test_a_suspected_act_gets_the_answer_of_any_other(
    client: Client, edition_en: Edition, noon: object, changes: dict[str, str]
) -> None:
    suspected = sign(client, edition_en, **changes)
    Action.objects.all().delete()
    assert same(suspected, sign(client, edition_en))


def test_fifty_spellings_of_one_mailbox_are_one_person(client: Client, edition_en: Edition) -> None:
    answers = {sign(client, edition_en, email=f"a+{n}@example.org").status_code for n in range(50)}
    assert answers == {303}
    assert Action.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_one_action() -> None:
    edition = an_edition(a_campaign())
    sign(Client(), edition, email="warm.up@example.org")
    answers: list[tuple[int, str]] = []
    start = threading.Barrier(20)

    def post() -> None:
        client = Client()
        start.wait()
        response = sign(client, edition)
        answers.append((response.status_code, response.headers.get("Location", "")))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert answers[0][0] == 303
    assert Action.objects.count() == 2


def test_the_same_person_may_act_on_two_campaigns(client: Client, edition_en: Edition) -> None:
    sign(client, edition_en)
    sign(client, an_edition(a_campaign(slug="other")))
    assert Action.objects.count() == 2


# ── the form to mend ────────────────────────────────────────────────────────────────────────────────────────────
def test_an_empty_form_comes_back_with_everything_it_lacks(client: Client, edition_en: Edition) -> None:
    response = client.post(f"/act/{edition_en.pk}/", {}, headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 422
    html = page(response)
    assert "<title>Error: " in html
    for field in ("given_name", "family_name", "email", "postal_code", "text", "consent_calls"):
        assert f'href="#{field}' in html
        assert f'id="{field}' in html
    assert not Action.objects.exists()


def test_everything_typed_is_kept(client: Client, edition_en: Edition) -> None:
    typed = {
        "given_name": "Zoé",
        "email": "wrong",
        "text": "My own <b>words</b> & more",
        "city": "Montréal",
        "province": "QC",
    }
    html = page(sign(client, edition_en, **typed))
    assert 'value="Zoé"' in html
    assert 'value="wrong"' in html
    assert "My own &lt;b&gt;words&lt;/b&gt; &amp; more" in html
    assert 'value="Montréal"' in html
    assert '<option value="QC" selected' in html


def test_an_emptied_subject_is_said_at_the_top_and_stays_empty(client: Client, edition_en: Edition) -> None:
    response = sign(client, edition_en, subject=" ")
    assert response.status_code == 422
    assert re.search(r'<a href="#subject">[^<]*Write a subject', page(response))
    assert re.search(r'id="subject" name="subject" value=" ?"', page(response))


def test_it_speaks_the_language_of_the_edition(client: Client, edition_fr: Edition) -> None:
    response = client.post(
        f"/act/{edition_fr.pk}/", {}, headers={"sec-fetch-site": "same-origin", "accept-language": "en"}
    )
    assert '<html lang="fr"' in page(response)
    assert "Enter your" not in page(response)


def test_the_source_outlives_an_error(client: Client, edition_en: Edition) -> None:
    came = {"sec-fetch-site": "same-origin", "referer": "http://testserver/en/x/?utm_source=radio&utm_medium=spot&x=y"}
    response = client.post(f"/act/{edition_en.pk}/", valid_post(edition_en, email="wrong"), headers=came)
    assert "utm_source=radio" in page(response)
    sign(client, edition_en, came_from="utm_source=radio&utm_medium=spot&x=y")
    assert Action.objects.get().source == {"utm_source": "radio", "utm_medium": "spot"}


def test_where_they_came_from_is_kept(client: Client, edition_en: Edition) -> None:
    client.post(
        f"/act/{edition_en.pk}/",
        valid_post(edition_en),
        headers={
            "sec-fetch-site": "same-origin",
            "referer": "http://testserver/en/x/?utm_source=news%20letter&source=7",
        },
    )
    assert Action.objects.get().source == {"utm_source": "news letter", "source": "7"}


# ── what is no form of ours ─────────────────────────────────────────────────────────────────────────────────────
def test_malformed_multipart(client: Client, edition_en: Edition) -> None:
    response = client.generic("POST", f"/act/{edition_en.pk}/", b"rubbish", "multipart/form-data; boundary=x")
    assert response.status_code in {400, 422}
    response = client.generic("POST", f"/act/{edition_en.pk}/", b"rubbish", "multipart/form-data")
    assert response.status_code == 400


def test_ten_megabytes(client: Client, edition_en: Edition) -> None:
    assert sign(client, edition_en, text="x" * 10_000_000).status_code == 413


def test_five_thousand_fields(client: Client, edition_en: Edition) -> None:
    body = urlencode({f"x{n}": "1" for n in range(5000)})
    response = client.post(f"/act/{edition_en.pk}/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


def test_a_file_in_a_text_field(client: Client, edition_en: Edition) -> None:
    response = sign(client, edition_en, given_name=SimpleUploadedFile("a.txt", b"x"))
    assert response.status_code == 422
    assert not Action.objects.exists()


def test_json_is_no_form(client: Client, edition_en: Edition) -> None:
    response = client.post(f"/act/{edition_en.pk}/", {}, content_type="application/json")
    assert response.status_code == 415


def test_bytes_that_are_no_text(client: Client, edition_en: Edition) -> None:
    response = client.generic(
        "POST", f"/act/{edition_en.pk}/", b"given_name=%ff%fe&email=\xff", "application/x-www-form-urlencoded"
    )
    assert response.status_code == 422


def test_nul(client: Client, edition_en: Edition) -> None:
    assert sign(client, edition_en, city="a\0b").status_code == 422


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PATCH", "OPTIONS"])
def test_other_methods(client: Client, edition_en: Edition, method: str) -> None:
    assert client.generic(method, f"/act/{edition_en.pk}/").status_code == 405


def test_reading_the_forms_address_leads_to_the_page(client: Client, edition_en: Edition) -> None:
    response = client.get(f"/act/{edition_en.pk}/?given_name=Jane&utm_source=news&email=a@b.ca")
    assert (response.status_code, response.headers["Location"]) == (303, "/en/fair-hearing/?utm_source=news")
    assert not Action.objects.exists()


@pytest.mark.parametrize("address", ["/act/1 or 1=1/", "/act/../", "/act/9999999999/", "/act/x/", "/act/"])
def test_addresses_that_lead_nowhere(client: Client, address: str) -> None:
    assert client.post(address, headers={"sec-fetch-site": "same-origin"}).status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "a b"])
def test_another_host(client: Client, edition_en: Edition, host: str) -> None:
    assert sign(Client(headers={"host": host}), edition_en).status_code == 400
    assert not Action.objects.exists()


# ── from where ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://testserver"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://testserver"}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({}, None),
    ],
)
def test_comes_from_us(headers: dict[str, str], answer: bool | None) -> None:  # noqa: FBT001
    assert comes_from_us(RequestFactory(headers=headers).post("/act/1/").META | {"HTTP_HOST": "testserver"}) is answer


def test_a_form_from_another_site_is_refused(client: Client, edition_en: Edition) -> None:
    response = client.post(f"/act/{edition_en.pk}/", valid_post(edition_en), headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert not Action.objects.exists()


def test_a_browser_that_says_nothing_may_act_and_is_marked(client: Client, edition_en: Edition) -> None:
    assert client.post(f"/act/{edition_en.pk}/", valid_post(edition_en)).status_code == 303
    assert Action.objects.get().signs == ["no_origin"]


# ── too early, too late ─────────────────────────────────────────────────────────────────────────────────────────
def test_closed_between_reading_and_sending(client: Client, edition_en: Edition) -> None:
    edition_en.campaign.closes_at = timezone.now() - timedelta(seconds=1)
    edition_en.campaign.save()
    response = sign(client, edition_en, text="My own words")
    assert response.status_code == 410
    assert "My own words" in page(response)
    assert not Action.objects.exists()


def test_not_yet_open(client: Client, campaign_not_yet_open: Campaign) -> None:
    response = sign(client, an_edition(campaign_not_yet_open), text="My own words")
    assert response.status_code == 403
    assert "My own words" in page(response)


def test_a_form_from_a_page_cached_for_a_week(client: Client, edition_en: Edition) -> None:
    an_edition(edition_en.campaign, title="A newer title")
    assert sign(client, edition_en).status_code == 303
    assert Action.objects.get().edition_id == edition_en.pk


def test_unless_the_change_needs_new_signatures(client: Client, edition_en: Edition) -> None:
    newer = an_edition(edition_en.campaign, title="Another demand")
    assert demand_new_signatures(campaign=edition_en.campaign) == 1
    forget()
    assert sign(client, edition_en).status_code == 410
    assert sign(client, newer).status_code == 303


def test_when_the_database_is_away_the_letter_is_kept_on_screen(
    client: Client, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign(client, edition_en, email="warm.up@example.org")

    def away(_rows: object) -> None:
        raise OperationalError

    monkeypatch.setattr(room, "_insert", away)
    response = sign(client, edition_en, text="My own words", came_from="source=radio")
    assert response.status_code == 503
    assert 5 <= int(response.headers["Retry-After"]) <= 30
    assert "My own words" in page(response)
    assert 'name="came_from" value="source=radio"' in page(response)


def test_when_not_even_the_edition_can_be_read_it_is_said_so(
    client: Client, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_edition_id: int) -> Edition:
        raise OperationalError

    monkeypatch.setattr(accepting, "frozen", away)
    response = sign(client, edition_en)
    assert response.status_code == 503
    assert 5 <= int(response.headers["Retry-After"]) <= 30
    assert not Action.objects.exists()


# ── the letter is text, everywhere ──────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ settings }}{% load x %}{{#open", "a\n.\nFrom b"])
def test_words_are_kept_as_they_are(client: Client, edition_en: Edition, text: str) -> None:
    sign(client, edition_en, text=text)
    assert act_of(Action.objects.get())["text"] == text


def test_a_locked_letter_needs_no_text_from_the_form(client: Client, campaign_open: Campaign) -> None:
    locked = an_edition(campaign_open, letter=letter_words(mode="locked"))
    assert sign(client, locked).status_code == 303
    assert act_of(Action.objects.get())["text"] == letter_words()["text"]


def test_a_petition_is_signed_without_a_letter(client: Client, petition: Edition) -> None:
    assert sign(client, petition).status_code == 303
