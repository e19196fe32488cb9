"""Carrying one's letter oneself: the whole letter, nothing stored; counted when its writer says that it is sent."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.db import InterfaceError
from django.test import Client

from tests.cast import a_campaign, a_target, an_edition, letter_words, sign, valid_post
from tests.look.markup import Markup
from tests.lookups import CENTRE, Provider, an_edition_by_postal_code, provider, variant
from tests.web.test_act import act_of
from tocsin.actions.models import Action
from tocsin.campaigns.models import Campaign, Edition, ListMember, Target, TargetList
from tocsin.web import own as step

__all__ = ["provider"]
pytestmark = pytest.mark.django_db
WAYS = ["own_mail", "print"]


@pytest.fixture
def edition(campaign_open: Campaign) -> Edition:
    return an_edition(campaign_open, ways=WAYS)


def own(client: Client, edition: Edition, way: str = "own_mail", **changes: Any) -> Any:
    posted = valid_post(edition, **changes)
    return client.post(f"/own/{edition.pk}/?way={way}", posted, headers={"sec-fetch-site": "same-origin"})


def link(response: Any) -> str:
    links = [one["href"] for one in Markup(response.content.decode()).named("a")]
    return next(one for one in links if one.startswith("mailto:"))


def carried(response: Any) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for one in Markup(response.content.decode()).named("input"):
        if one["type"] == "hidden":
            fields.setdefault(one["name"], []).append(one["value"])
    return fields


def test_it_works(client: Client, edition: Edition) -> None:
    response = own(client, edition)
    mail = urlsplit(link(response))
    assert mail.path == "minister@hearings.example"
    said = {name: values[0] for name, values in parse_qs(mail.query).items()}
    assert said["subject"] == "A fair hearing for every family"
    assert said["body"].startswith("Dear Minister,\r\n\r\nDear readers of the file,")
    assert said["body"].endswith(
        "Yours sincerely,\r\nJane Doe\r\nOttawa, Ontario\r\nK1A 0A6\r\njane.doe@example.org\r\n"
    )
    assert not Action.objects.exists()
    assert response.headers["Cache-Control"] == "private, no-store"


def test_what_it_carries_is_accepted_with_the_way(client: Client, edition: Edition) -> None:
    """The button below the letter: the same form, with who carries it."""
    typed = {"text": "Line one & <two>\r\n\r\n“three”", "consent_news": None}
    fields = carried(own(client, edition, "print", **typed))
    response = client.post(f"/act/{edition.pk}/", fields, headers={"sec-fetch-site": "same-origin"})
    assert response.status_code == 303
    act = act_of(Action.objects.get())
    assert act["way"] == "print"
    assert act["text"] == "Line one & <two>\n\n“three”"
    assert act["consents"] == {"news": False, "calls": True}
    thanks = client.get(response.headers["Location"]).content.decode()
    assert "You are counted. Your letter is yours to send" in thanks
    assert "We carry your letter" not in thanks


def test_a_repeated_act_gets_the_same_answer(client: Client, edition: Edition, noon: object) -> None:
    first = sign(client, edition, way="own_mail")
    assert first.headers["Location"].endswith("/?way=own_mail")
    assert sign(client, edition, way="own_mail", text="Other words.").headers["Location"] == first.headers["Location"]


def test_spaces_are_no_pluses_and_a_question_mark_is_only_a_character(client: Client, edition: Edition) -> None:
    address = link(own(client, edition, subject="Why? A & B + C", text="Is it so? 100 % = all"))
    assert "+" not in address
    assert "subject=Why%3F%20A%20%26%20B%20%2B%20C&body=" in address
    assert "Is it so? 100 % = all" in unquote(address)


def test_a_long_letter_is_copied_not_linked(client: Client, edition: Edition) -> None:
    response = own(client, edition, text="Please listen to me. " * 120)
    html = response.content.decode()
    assert len(link(response)) < 200
    assert "too long for a link" in html
    assert "Please listen to me." in html


def test_on_paper(client: Client, campaign_open: Campaign) -> None:
    campaign_open.targets.update(postal_address="House of Commons\nOttawa")
    html = own(client, an_edition(campaign_open, ways=WAYS), "print", text="<i>Mine</i>").content.decode()
    assert "House of Commons<br>Ottawa" in html
    assert "&lt;i&gt;Mine&lt;/i&gt;" in html
    assert "mailto:minister" not in html


@pytest.mark.parametrize("way", ["us", "", "pigeon", "print"])
def test_only_the_ways_that_the_campaign_offers(client: Client, campaign_open: Campaign, way: str) -> None:
    edition = an_edition(campaign_open, ways=["own_mail"])
    assert own(client, edition, way).status_code == 404
    sign(client, edition, way=way)
    assert act_of(Action.objects.get())["way"] == "us"


def test_where_no_way_is_offered_there_is_none(client: Client, edition_en: Edition) -> None:
    assert own(client, edition_en).status_code == 404
    response = sign(client, edition_en, way="print")
    assert "way" not in act_of(Action.objects.get())
    assert response.headers["Location"].endswith("/")
    assert (
        "You are counted. Your letter" not in client.get(response.headers["Location"] + "?way=print").content.decode()
    )


def test_what_must_be_mended_is_mended_first(client: Client, edition: Edition) -> None:
    response = own(client, edition, email="wrong")
    assert response.status_code == 422
    assert f'formaction="/own/{edition.pk}/?way=own_mail"' in response.content.decode()


def test_who_gets_it_is_found_first(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(ways=WAYS, letter={"header": "I live in {riding}."})
    response = own(client, edition)
    assert (response.status_code, response.headers["Location"]) == (307, f"/find/{edition.pk}/?way=own_mail")
    step = client.post(
        response.headers["Location"], valid_post(edition), headers={"sec-fetch-site": "same-origin"}
    ).content.decode()
    assert step.index(f'formaction="/own/{edition.pk}/?way=own_mail"') < step.index("Or look it over once more")
    address = link(own(client, edition, division=CENTRE.division))
    assert address.startswith("mailto:jane@parl.example?")
    assert "Dear Jane Doe,\r\n\r\nI live in Ottawa Centre." in unquote(address)


def test_while_nobody_knows_who_it_is_they_enter_it(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(ways=WAYS)
    assert link(own(client, edition, division="later")).startswith("mailto:?subject=")
    # A division that the postal code does not lie in is nobody's.
    assert link(own(client, edition, division="ocd-division/country:ca/ed:1-2023")).startswith("mailto:?")


def test_other_words_for_some_and_answers_to_questions(client: Client) -> None:
    letter = letter_words(prompts=["Why?"], variants=[variant(text="Other words.", closing="Hopefully,\n{name}")])
    campaign = a_campaign(targets=[a_target(party="Green")])
    edition = an_edition(campaign, ways=WAYS, letter=letter)
    body = unquote(link(own(client, edition)))
    assert "Dear Minister,\r\n\r\nOther words.\r\n\r\nHopefully,\r\nJane Doe\r\nJane Doe\r\n" in body
    body = unquote(link(own(client, edition, prompt_0="My {name} waits.")))
    assert "Dear readers of the file,\r\n\r\nMy {name} waits.\r\n\r\nPlease give" in body


def test_each_target_has_its_letter_also_by_an_answer(client: Client) -> None:
    premiers, target = TargetList.objects.create(name="Premiers"), a_target(email="premier@on.example")
    ListMember.objects.create(target_list=premiers, target=target, match="ON")
    targeting = {
        "by": "answer",
        "field": "province",
        "target_list": premiers.pk,
        "provider": "",
        "said": "your premier",
    }
    edition = an_edition(a_campaign(targets=[]), ways=WAYS, targets=[], targeting=targeting)
    assert link(own(client, edition)).startswith("mailto:premier@on.example?")
    assert link(own(client, edition, province="QC")).startswith("mailto:?")
    assert sign(client, edition).status_code == 303


def test_a_letter_whose_target_was_removed_is_to_nobody(client: Client, edition: Edition) -> None:
    Target.objects.all().delete()
    response = own(client, edition, text="My own words")
    assert response.status_code == 200
    assert "My own words" in response.content.decode()


def test_when_the_database_is_away_the_letter_is_kept_on_screen(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> None:
        raise InterfaceError

    monkeypatch.setattr(step, "own_letters", away)
    response = own(client, edition, text="My own words")
    assert response.status_code == 503
    assert "My own words" in response.content.decode()
