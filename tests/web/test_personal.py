"""A link for one person: the form filled in with what it holds, for one campaign, until it ends; and no word more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from tests.cast import a_campaign, an_edition, follow_everything, sign
from tests.web.test_onward import value
from tests.web.test_straight import Asking, body
from tocsin.actions.models import Action
from tocsin.actions.standing import forget
from tocsin.campaigns.models import Campaign, Edition
from tocsin.web import personal as room
from tocsin.web.personal_links import CannotSeal, sealed_link

pytestmark = pytest.mark.django_db
JANE = {
    "given_name": "Kanarie",
    "family_name": "Doe",
    "email": "kanarie@example.org",
    "city": "Ottawa",
    "province": "QC",
    "postal_code": "K1A 0A6",
    "country": "FR",
    "phone": "613 555-0100",
}
SOURCE = {"utm_source": "letter", "utm_medium": "mail", "source": "spring", "appeal": "A-7"}
ENDED = "this link no longer does it"


def link(edition: Edition, details: dict[str, str] = JANE, **more: Any) -> str:
    """The path of one."""
    address = sealed_link(edition.campaign, edition.language, details, more.pop("source", SOURCE), **more)
    return "/for/" + address.partition("/for/")[2]


def opened(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def is_empty(html: str) -> bool:
    return ENDED in html and not any(trace in html for trace in ("Kanarie", "kanarie", "613 555"))


def test_it_works(client: Client, edition_en: Edition) -> None:
    html = opened(client, link(edition_en))
    texts = ("given_name", "family_name", "email", "city", "postal_code", "phone")
    assert [value(html, name) for name in texts] == [JANE[name] for name in texts]
    assert '<option value="QC" selected>' in html
    assert '<option value="FR" selected>' in html
    assert f'action="/act/{edition_en.pk}/"' in html
    assert "Nothing is sent before you press the button." in html
    assert "checked" not in html  # no consent
    assert not Action.objects.exists()


def test_it_is_for_one_persons_eyes(client: Client, edition_en: Edition) -> None:
    answer = client.get(link(edition_en))
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert not answer.cookies
    assert "Disallow: /for/" in client.get("/robots.txt").content.decode()


def test_the_address_tells_nothing(edition_en: Edition) -> None:
    path = link(edition_en)
    assert not any(trace in path for trace in ("Kanarie", "kanarie", "Ottawa", "K1A", "spring", "letter"))


def test_where_it_was_sent_from_is_kept_with_the_action(client: Client, edition_en: Edition) -> None:
    html = opened(client, link(edition_en) + "?utm_content=button&utm_source=other&email=x@example.org")
    came_from = html.partition('name="came_from" value="')[2].partition('"')[0].replace("&amp;", "&")
    assert "x@example.org" not in html
    sign(client, edition_en, came_from=came_from)
    assert Action.objects.get().source == {**SOURCE, "utm_content": "button"}


def test_the_straight_way_keeps_it_too(client: Client, edition_en: Edition) -> None:
    html = opened(client, link(edition_en, source={"source": "spring"}))
    assert 'name="came_from" value="source=spring"' in html
    referer = {"HTTP_REFERER": "http://testserver/"}  # all that its page lets out
    assert Asking(edition_en.pk, body(edition_en, came_from="source=spring"), **referer).said[0] == "303 See Other"
    assert Action.objects.get().source == {"source": "spring"}


def test_something_to_mend_keeps_details_and_source(client: Client, edition_en: Edition) -> None:
    html = sign(client, edition_en, **(JANE | {"email": "x"}), came_from="source=spring").content.decode()
    assert value(html, "given_name") == "Kanarie"
    assert 'name="came_from" value="source=spring"' in html


def test_it_ends_after_two_weeks_or_when_it_was_told_to(client: Client, edition_en: Edition, noon: Traveller) -> None:
    usual, short = link(edition_en), link(edition_en, ends_at=timezone.now() + timedelta(hours=1))
    noon.shift(timedelta(minutes=59))
    assert "Kanarie" in opened(client, short)
    noon.shift(timedelta(minutes=1))
    assert is_empty(opened(client, short))
    noon.shift(timedelta(days=13, hours=22))
    assert "Kanarie" in opened(client, usual)
    noon.shift(timedelta(hours=1))
    assert is_empty(opened(client, usual))


@pytest.mark.parametrize("days", [-1, 0, 61])
def test_none_is_made_that_has_ended_or_lasts_too_long(edition_en: Edition, noon: object, days: int) -> None:
    with pytest.raises(CannotSeal):
        link(edition_en, ends_at=timezone.now() + timedelta(days=days))
    assert link(edition_en, ends_at=timezone.now() + timedelta(days=60))


@pytest.mark.parametrize("wrong", ["x", "é", "A" * 5000, "%00"])
def test_what_was_changed_opens_nothing_and_says_not_what_is_wrong(
    client: Client, edition_en: Edition, noon: Traveller, wrong: str
) -> None:
    path = link(edition_en)
    start, _slash, key = path.rstrip("/").rpartition("/")
    changed = opened(client, f"{start}/{key[:-2]}{wrong}/")
    noon.shift(timedelta(days=15))
    assert is_empty(changed)
    assert changed == opened(client, path)


def test_it_opens_for_its_own_campaign_and_language_alone(
    client: Client, campaign_open: Campaign, edition_en: Edition
) -> None:
    french = an_edition(campaign_open, "fr")
    other = an_edition(a_campaign(slug="other", name="Other", targets=[]), "en")
    key = link(edition_en).rstrip("/").rpartition("/")[2]
    assert is_empty(opened(client, f"/for/{other.campaign_id}/en/{key}/"))
    assert "Kanarie" not in opened(client, f"/for/{french.campaign_id}/fr/{key}/")
    html = opened(client, link(french))
    assert "Vos coordonnées sont déjà" in html
    assert '<html lang="fr"' in html


@pytest.mark.parametrize(
    "path", ["/for/999/en/x/", "/for/99999999999999999999/en/x/", "/for/{0}/xx/x/", "/for/{0}/en/"]
)
def test_what_never_was_is_not_found(client: Client, edition_en: Edition, path: str) -> None:
    assert client.get(path.format(edition_en.campaign_id)).status_code == 404


def test_nothing_that_is_stored_is_ever_shown(client: Client, edition_en: Edition) -> None:
    """B71: who makes a link for somebody's address learns nothing of them."""
    sign(client, edition_en, email="kanarie@example.org", given_name="Secret", city="Hidden")
    follow_everything()
    html = opened(client, link(edition_en, {"email": "kanarie@example.org"}))
    assert value(html, "email") == "kanarie@example.org"
    assert (value(html, "given_name"), value(html, "city")) == ("", "")


def test_only_details_are_held_cut_and_cleaned(client: Client, edition_en: Edition) -> None:
    details = {
        "given_name": " Ka\x00na\u202erie ",
        "family_name": "é" * 300,
        "text": "My letter",
        "consent_news": "yes",
    }
    html = opened(client, link(edition_en, details))
    assert (value(html, "given_name"), len(value(html, "family_name"))) == ("Kanarie", 100)
    assert "My letter" not in html
    assert "checked" not in html


def test_what_is_too_long_for_an_address_is_refused(edition_en: Edition) -> None:
    with pytest.raises(CannotSeal):
        link(edition_en, dict.fromkeys(JANE, "\U00010437" * 254))


def test_the_newest_words_are_shown(client: Client, campaign_open: Campaign, edition_en: Edition) -> None:
    path = link(edition_en)
    newer = an_edition(campaign_open, "en", demand="Hear everyone.")
    assert f'action="/act/{newer.pk}/"' in opened(client, path)


def test_a_closed_campaign_leads_to_its_page_and_says_where_from(client: Client, edition_en: Edition) -> None:
    path = link(edition_en, source={"source": "spring"})
    Campaign.objects.update(closes_at=timezone.now() - timedelta(hours=1))
    forget()
    answer = client.get(path)
    page = f"{edition_en.words['page_path']}?source=spring"
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_nothing_is_posted_to_it(client: Client, edition_en: Edition) -> None:
    assert client.post(link(edition_en)).status_code == 405
    assert client.head(link(edition_en)).status_code == 200


def test_while_the_database_is_away_it_says_to_come_again(
    client: Client, edition_en: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> HttpResponse:
        raise OperationalError

    path = link(edition_en)
    monkeypatch.setattr(room, "newest_edition", away)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "private, no-store")
    assert 5 <= int(answer.headers["Retry-After"]) <= 30
