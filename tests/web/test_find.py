"""The step that finds who gets a letter: never in the accepting request, nothing typed is lost, nothing is stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.cast import an_edition, sign, valid_post
from tests.look.markup import Markup
from tests.lookups import CENTRE, VANIER, Provider, an_edition_by_postal_code, provider, variant
from tests.web.test_act import act_of
from tests.web.test_straight import Asking, body
from tocsin.actions.models import Action
from tocsin.actions.standing import forget
from tocsin.campaigns.models import Campaign, Edition, Target
from tocsin.web import find as step
from tocsin.web import guests

__all__ = ["provider"]
pytestmark = pytest.mark.django_db
UNKNOWN = "V0V 0V0"


@pytest.fixture
def edition(db: None) -> Edition:
    return an_edition_by_postal_code()


def find(client: Client, edition: Edition, **changes: Any) -> Any:
    """Posts the form to the step, as the browser does after 307."""
    posted = valid_post(edition, **changes)
    return client.post(f"/find/{edition.pk}/", posted, headers={"sec-fetch-site": "same-origin"})


def shown(response: Any) -> Markup:
    return Markup(response.content.decode())


def field(page: Markup, name: str) -> list[str]:
    return [one["value"] for one in page.named("input") if one["name"] == name]


# ── the way there ───────────────────────────────────────────────────────────────────────────────────────────────
def test_it_works(client: Client, edition: Edition, provider: Provider) -> None:
    """Without script: send, be shown who it is, send."""
    first = client.post(
        f"/act/{edition.pk}/", valid_post(edition), headers={"sec-fetch-site": "same-origin"}, follow=True
    )
    assert first.redirect_chain == [(f"/find/{edition.pk}/", 307)]
    page = shown(first)
    assert "Jane Doe, Member of Parliament" in page.with_id("finding").text
    assert "Ottawa Centre" in page.with_id("finding").text
    found = {name: field(page, name)[0] for name in ("division", "division_of")}
    assert found == {"division": CENTRE.division, "division_of": "K1A 0A6"}
    assert not Action.objects.exists()
    assert sign(client, edition, **found).status_code == 303
    assert act_of(Action.objects.get())["division"] == CENTRE.division


def test_accepting_never_looks_up(client: Client, edition: Edition, provider: Provider) -> None:
    assert sign(client, edition).status_code == 307
    assert sign(client, edition, division=CENTRE.division).status_code == 303
    assert sign(client, edition, division="later", email="b@example.org").status_code == 303
    assert provider.asked == []


def test_the_hot_path_still_costs_one_statement(
    client: Client, edition: Edition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sign(client, edition, division="later", email="first@example.org")
    with django_assert_num_queries(1):
        sign(client, edition, division=CENTRE.division)


def test_the_straight_way_takes_what_was_found_and_passes_on_the_rest(edition: Edition) -> None:
    raw = body(edition)
    assert Asking(edition.pk, raw).behind.body == raw
    assert Asking(edition.pk, body(edition, division=CENTRE.division)).said[0] == "303 See Other"


def test_the_browser_is_told_to_take_the_form_along(client: Client, edition: Edition) -> None:
    response = sign(client, edition)
    assert (response.status_code, response.headers["Location"]) == (307, f"/find/{edition.pk}/")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert not Action.objects.exists()


def test_everything_typed_is_kept(client: Client, edition: Edition, provider: Provider) -> None:
    page = shown(
        find(client, edition, given_name="Zoé", text="My <b>own</b> words", consent_news="yes", came_from="a=1")
    )
    assert field(page, "given_name") == ["Zoé"]
    assert page.with_id("text").text.strip() == "My <b>own</b> words"
    assert "checked" in page.with_id("consent_news").attributes
    assert field(page, "came_from") == ["a=1"]


def test_a_form_that_is_not_whole_yet_is_kept_without_reproach(
    client: Client, edition: Edition, provider: Provider
) -> None:
    """The button beside the form asks before everything is filled in."""
    response = find(client, edition, given_name="", email="", text="")
    page = shown(response)
    assert response.status_code == 200
    assert "Jane Doe, Member of Parliament" in page.with_id("finding").text
    assert not [one for one in page.all if one["id"] == "problems"]
    assert "Or look it over" not in page.with_id("finding").text


@pytest.mark.parametrize("code", ["", "K1A"])
def test_without_a_postal_code_that_is_what_it_asks_for(
    client: Client, edition: Edition, provider: Provider, code: str
) -> None:
    response = find(client, edition, postal_code=code, given_name="")
    assert response.status_code == 422
    links = [link["href"] for link in shown(response).named("a") if link["href"].startswith("#")]
    assert "#postal_code" in links
    assert "#given_name" not in links
    assert provider.asked == []


# ── what can be found ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_letter_is_shown_to_whom_it_goes(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(letter={"header": "I live in {riding}, {city}, {target}, {office}."})
    text = " ".join(shown(find(client, edition)).named("form")[0].text.split())
    assert "Dear Jane Doe," in text
    assert "I live in Ottawa Centre, Ottawa, Jane Doe, Member of Parliament, Member of Parliament." in text


def test_several_are_to_choose_from_and_none_is_chosen(client: Client, edition: Edition, provider: Provider) -> None:
    response = find(client, edition, postal_code="K1N 5Y3")
    page = shown(response)
    radios = [one for one in page.named("input") if one["name"] == "division"]
    assert response.status_code == 200
    assert [one["value"] for one in radios] == [CENTRE.division, VANIER.division]
    assert not any("checked" in one.attributes for one in radios)
    assert "Your postal code lies in more than one riding" in page.with_id("finding").text
    assert "Joan Roe" in page.with_id("finding").text


def test_who_sends_without_choosing_is_told(client: Client, edition: Edition, provider: Provider) -> None:
    response = find(client, edition, postal_code="K1N 5Y3", division_of="K1N 5Y3")
    page = shown(response)
    assert response.status_code == 422
    assert '<a href="#division-1">Choose where you live.</a>' in response.content.decode()
    assert page.with_id("division-1")["aria-describedby"] == "division-error"


def test_what_was_chosen_stays_chosen(client: Client, edition: Edition, provider: Provider) -> None:
    page = shown(find(client, edition, postal_code="K1N 5Y3", division=VANIER.division, division_of="K1N 5Y3"))
    assert "checked" in page.with_id("division-2").attributes
    assert "Dear Joan Roe," in page.named("form")[0].text


def test_an_unknown_code_is_to_be_checked_and_the_second_time_there_is_a_way_on(
    client: Client, edition: Edition, provider: Provider
) -> None:
    first = find(client, edition, postal_code=UNKNOWN)
    assert first.status_code == 422
    assert "Check it, and correct it if it is mistyped." in shown(first).with_id("postal_code-error").text
    assert field(shown(first), "division") == []
    second = shown(find(client, edition, postal_code=UNKNOWN, not_found=field(shown(first), "not_found")[0]))
    assert "send your letter all the same" in second.with_id("postal_code-error").text
    way_on = {name: field(second, name)[0] for name in ("not_found", "division", "division_of")}
    corrected = sign(client, edition, postal_code="K1A 0A6", **way_on)
    assert (corrected.status_code, Action.objects.count()) == (307, 0)  # of this code somebody may be found
    assert sign(client, edition, postal_code=UNKNOWN, **way_on).status_code == 303


def test_while_nobody_can_say_the_letter_can_be_sent(client: Client, edition: Edition, provider: Provider) -> None:
    provider.is_away = True
    response = find(client, edition)
    assert response.status_code == 200
    assert field(shown(response), "division") == ["later"]
    assert "we find out later" in shown(response).with_id("finding").text


def test_an_empty_seat_is_said(client: Client, edition: Edition, provider: Provider) -> None:
    said = shown(find(client, edition, postal_code="L1S 1A1")).with_id("finding").text
    assert "Ajax" in said
    assert "Nobody holds that office just now" in said


def test_who_has_left_office_is_not_found(client: Client, edition: Edition, provider: Provider) -> None:
    Target.objects.filter(division=CENTRE.division).update(status=Target.Status.AWAY)
    assert "Nobody holds that office" in shown(find(client, edition)).with_id("finding").text


# ── forged, outdated ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_corrected_postal_code_is_looked_up_anew(client: Client, edition: Edition) -> None:
    carried = {"division": CENTRE.division, "division_of": "K1A 0A6"}
    assert sign(client, edition, postal_code="K1N 5Y3", **carried).status_code == 307
    assert sign(client, edition, postal_code="k1a0a6", **carried).status_code == 303


def test_a_form_to_mend_carries_what_was_found(client: Client, edition: Edition) -> None:
    carried = {"division": CENTRE.division, "division_of": "K1A 0A6"}
    page = shown(sign(client, edition, email="wrong", **carried))
    assert {name: field(page, name) for name in carried} == {name: [value] for name, value in carried.items()}


@pytest.mark.parametrize(
    "division", ["35075", "<b>", "ocd-division/country:ca/../x", "later\n", "ocd-division/country:ca/ed:" + "1" * 200]
)
def test_garbage_is_refused(client: Client, edition: Edition, division: str) -> None:
    response = sign(client, edition, division=division)
    assert response.status_code == 422
    assert '<a href="#finding">Choose where you live from the list.</a>' in response.content.decode()
    assert not Action.objects.exists()


def test_two_divisions_are_never_both(client: Client, edition: Edition) -> None:
    assert sign(client, edition, division=[CENTRE.division, VANIER.division]).status_code == 422


def test_where_nobody_is_looked_up_a_division_is_ignored(client: Client, edition_en: Edition) -> None:
    assert sign(client, edition_en, division="rubbish").status_code == 303
    assert "division" not in act_of(Action.objects.get())
    assert find(client, edition_en).status_code == 404


def test_what_is_no_form_of_ours(client: Client, edition: Edition) -> None:
    address = f"/find/{edition.pk}/"
    assert client.get(address).headers["Location"] == edition.words["page_path"]
    assert client.post(address, valid_post(edition), headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/find/999/", valid_post(edition)).status_code == 404


def test_a_closed_campaign_is_closed_here_too(client: Client, campaign_closed: Campaign, edition: Edition) -> None:
    closed = an_edition(campaign_closed, targeting=edition.words["targeting"])
    response = find(client, closed, text="Precious words.")
    assert response.status_code == 410
    assert "Precious words." in response.content.decode()


# ── other words for some ────────────────────────────────────────────────────────────────────────────────────────
def test_other_words_are_offered_to_whoever_left_the_letter_as_it_was(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(letter={"variants": [variant(text="You have long said so yourself.")]})
    assert shown(find(client, edition)).with_id("text").text.strip() == "You have long said so yourself."
    assert shown(find(client, edition, text="My own.")).with_id("text").text.strip() == "My own."
    sign(client, edition, division=CENTRE.division, text="You have long said so yourself.")
    assert act_of(Action.objects.get())["own_words"] is False


def test_where_no_letter_is_needed_the_campaigners_text_is_shown(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(letter={"variants": [variant(excluded="She supports this already.")]})
    html = find(client, edition, text="Precious words.").content.decode()
    assert "She supports this already." in html
    assert "Precious words." in html
    assert "<form" not in html


def test_who_chooses_one_without_a_letter_is_told_so(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(letter={"variants": [variant(excluded="She supports this already.")]})
    page = shown(find(client, edition, postal_code="K1N 5Y3"))
    values = field(page, "division")
    assert values == [f"look:{CENTRE.division}", VANIER.division]
    assert sign(client, edition, postal_code="K1N 5Y3", division=values[0]).status_code == 307
    assert (
        "She supports this already."
        in find(client, edition, postal_code="K1N 5Y3", division=values[0]).content.decode()
    )


# ── for the script ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_script_gets_the_same_answer_and_caches_may_keep_it(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(provider="represent")
    for code, outcome, kept in (("K1A0A6", "found", 86400), ("K1N5Y3", "several", 86400), ("V0V0V0", "none", 60)):
        response = client.get(f"/find/{edition.pk}/{code}.json")
        assert response.json()["outcome"] == outcome
        assert response.headers["Cache-Control"] == f"public, max-age={kept}"
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(("code", "kept"), [("K1A0A6", 300), ("K1N5Y3", 300), ("V0V0V0", 60)])
def test_what_a_table_says_is_kept_for_minutes_since_another_may_be_used_any_moment(
    client: Client, edition: Edition, provider: Provider, code: str, kept: int
) -> None:
    response = client.get(f"/find/{edition.pk}/{code}.json")
    assert response.headers["Cache-Control"] == f"public, max-age={kept}"


def test_it_has_all_that_the_form_needs(client: Client, provider: Provider) -> None:
    edition = an_edition_by_postal_code(letter={"header": "Of {riding}.", "variants": [variant(text="Other.")]})
    answer = client.get(f"/find/{edition.pk}/K1A0A6.json").json()
    page = Markup(answer["html"])
    assert field(page, "division") == [CENTRE.division]
    assert field(page, "division_of") == ["K1A 0A6"]
    letter = answer["letters"][CENTRE.division]
    assert "Dear Jane Doe," in letter["greeting"]
    assert "Ottawa Centre" in letter["header"]
    assert letter["text"] == "Other."


def test_what_nobody_can_say_now_is_not_kept(client: Client, edition: Edition, provider: Provider) -> None:
    provider.is_away = True
    response = client.get(f"/find/{edition.pk}/K1A0A6.json")
    assert response.headers["Cache-Control"] == "private, no-store"
    assert field(Markup(response.json()["html"]), "division") == ["later"]


@pytest.mark.parametrize("code", ["k1a0a6", "K1A 0A6", "K1A", "D1A0A6", "K1A0A6K", "..", "90210"])
def test_there_is_one_address_for_each_postal_code(
    client: Client, edition: Edition, provider: Provider, code: str
) -> None:
    assert client.get(f"/find/{edition.pk}/{code}.json").status_code == 404
    assert provider.asked == []


def test_only_where_somebody_is_looked_up(client: Client, edition_en: Edition, provider: Provider) -> None:
    assert client.get(f"/find/{edition_en.pk}/K1A0A6.json").status_code == 404
    assert client.get("/find/999/K1A0A6.json").status_code == 404
    assert provider.asked == []


def test_nobody_is_looked_up_once_it_is_retired(client: Client, edition: Edition, provider: Provider) -> None:
    Edition.objects.update(retired_at=timezone.now())
    forget()
    assert client.get(f"/find/{edition.pk}/K1A0A6.json").status_code == 404
    assert provider.asked == []


def test_when_the_database_is_away_the_letter_is_kept_on_screen(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object, **_chosen: object) -> None:
        raise OperationalError

    monkeypatch.setattr(step, "find_recipients", away)
    response = find(client, edition, text="My own words")
    assert response.status_code == 503
    assert 5 <= int(response.headers["Retry-After"]) <= 30
    assert "My own words" in response.content.decode()


def test_when_the_database_is_away_the_script_is_told_to_come_later(
    client: Client, edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object, **_chosen: object) -> None:
        raise OperationalError

    monkeypatch.setattr(step, "find_recipients", away)
    response = client.get(f"/find/{edition.pk}/K1A0A6.json")
    assert response.status_code == 503
    assert 5 <= int(response.headers["Retry-After"]) <= 30


def test_one_visitor_cannot_use_up_what_everybody_shares(
    client: Client, edition: Edition, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "_look_ups", guests.Share(2))
    asked = [client.get(f"/find/{edition.pk}/K1A0A{number}.json").json()["outcome"] for number in range(3)]
    assert (len(provider.asked), asked[2]) == (2, "unavailable")
    page = shown(find(client, edition))
    assert field(page, "division") == ["later"]  # their letter is taken all the same
    other = client.get(f"/find/{edition.pk}/K1A0A6.json", REMOTE_ADDR="203.0.113.9")
    assert other.json()["outcome"] == "found"


def test_an_empty_seat_is_kept_for_a_minute_only(client: Client, edition: Edition, provider: Provider) -> None:
    response = client.get(f"/find/{edition.pk}/L1S1A1.json")
    assert response.json()["outcome"] == "found"
    assert response.headers["Cache-Control"] == "public, max-age=60"
