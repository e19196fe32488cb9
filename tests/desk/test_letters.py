"""Letters: filtered, paged without counting, shown with every attempt, opened with a line in the log."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Write
from tocsin.campaigns.models import Campaign
from tocsin.desk import letter_list
from tocsin.outbox.models import Message, State
from tocsin.staff import audit


def _list(client: Client, campaign: Campaign, query: str = "") -> str:
    response = client.get(reverse("campaign:letters", args=[campaign.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def _numbers(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r"/letters/(\d+)/\"", html)]


def test_it_works(admin: Client, campaign: Campaign, write: Write) -> None:
    sent, refused = write(), write(State.REFUSED, "550 no such box")
    assert _numbers(_list(admin, campaign)) == [refused.pk, sent.pk]
    assert _numbers(_list(admin, campaign, "?state=refused")) == [refused.pk]
    assert _numbers(_list(admin, campaign, "?language=fr")) == []
    assert _numbers(_list(admin, campaign, f"?target={sent.target_id}")) == [refused.pk, sent.pk]
    assert "No letter is like this" in _list(admin, campaign, "?state=bounced")


@pytest.mark.parametrize("odd", ["?state=nonsense", "?target=x", "?older=-1", "?older=٣", "?target=" + "9" * 40])
def test_odd_questions_are_left_out(admin: Client, campaign: Campaign, write: Write, odd: str) -> None:
    assert _numbers(_list(admin, campaign, odd)) == [write().pk] or _numbers(_list(admin, campaign, odd))


def test_every_letter_is_met_once_there_and_back(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_list, "A_SCREENFUL", 3)
    all_of_them = [write().pk for _ in range(8)][::-1]
    there, query = [], ""
    while True:
        html = _list(admin, campaign, query)
        there += _numbers(html)
        if not (older := re.search(r'href="(\?older=\d+)"', html)):
            break
        query = older[1]
    assert there == all_of_them
    back = _numbers(html)
    while newer := re.search(r'href="(\?newer=\d+)"', html):
        html = _list(admin, campaign, newer[1])
        back = [*_numbers(html), *back]
    assert back == all_of_them


def test_the_list_takes_the_same_queries_however_long(
    admin: Client, campaign: Campaign, write: Write, django_assert_max_num_queries: Any
) -> None:
    write()
    _list(admin, campaign)
    with django_assert_max_num_queries(40) as first:
        _list(admin, campaign)
    for _ in range(9):
        write()
    with django_assert_max_num_queries(len(first.captured_queries)):
        _list(admin, campaign)


def test_a_letter_shows_its_way_and_not_its_writer(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write(State.DEFERRED, "451 later, please")
    html = admin.get(reverse("campaign:letter", args=[campaign.pk, letter.pk])).content.decode()
    for expected in ["451 later, please", "mx.target.example", "Deferred", letter.message.ref]:
        assert expected in html
    assert "Secret" not in html


def test_opening_shows_the_letter_as_it_leaves_and_is_logged(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write()
    html = admin.get(reverse("campaign:letter_words", args=[campaign.pk, letter.pk])).content.decode()
    for expected in ["Dear Minister,", "Please.", "Sincerely,", "Jane Secret", "Send me news."]:
        assert expected in html
    logged = ModelLogEntry.objects.get(action="tocsin.letter_opened")
    assert logged.object_id == str(letter.pk)
    assert "Secret" not in f"{logged.label} {logged.data}"


def test_a_step_is_posted_and_known(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write()
    assert admin.get(reverse("campaign:letter_step", args=[campaign.pk, letter.pk, "cancel"])).status_code == 405
    assert (
        admin.post(reverse("campaign:letter_step", args=[campaign.pk, letter.pk, "eat"]), follow=True).status_code
        == 404
    )


STEPS = [
    (State.WAITING, "hold", State.HELD),
    (State.SENDING, "hold", State.HELD),
    (State.SENDING, "cancel", State.CANCELLED),
    (State.HELD, "release", State.WAITING),
    (State.DEFERRED, "cancel", State.CANCELLED),
    (State.UNCERTAIN, "again", State.WAITING),
    (State.SENT, "again", State.SENT),
    (State.SENT, "cancel", State.SENT),
]


def test_a_letter_is_scheduled(admin: Client, write: Write) -> None:
    letter = write(State.WAITING)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    for passed in ("", "soon", "2020-01-01 10:00"):
        answer = admin.post(f"{address}schedule/", {"at": passed})
        assert (answer.status_code, b'<details class="desk-sure" open>' in answer.content) == (422, True)
    answer = admin.post(f"{address}schedule/", {"at": "2100-01-01 10:00"}, follow=True)
    assert "Scheduled." in answer.content.decode()
    letter.message.refresh_from_db()
    assert letter.message.state == State.WAITING
    assert letter.message.due_at is not None
    assert letter.message.due_at.year in {2099, 2100}
    assert ModelLogEntry.objects.get(action="tocsin.letter_scheduled").data["at"].startswith("2100-01-01T")


def test_nothing_is_done_that_cannot_be_written_down(
    admin: Client, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = write(State.WAITING)
    monkeypatch.setattr(audit, "write", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admin.post(reverse("campaign:letter_step", args=[letter.action.campaign_id, letter.pk, "cancel"]))
    letter.message.refresh_from_db()
    assert letter.message.state == State.WAITING


def test_a_letter_of_a_digest_offers_no_schedule(admin: Client, write: Write) -> None:
    letter = write(State.WAITING)
    Message.objects.update(gathered=True, due_at=None)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    html = admin.get(address).content.decode()
    assert f"{address}hold/" in html
    assert f"{address}schedule/" not in html


@pytest.mark.parametrize(("before", "step", "after"), STEPS)
def test_a_step_is_taken_where_it_may_and_logged(
    admin: Client, write: Write, before: State, step: str, after: State
) -> None:
    letter = write(before)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    offered = f"{address}{step}/" in admin.get(address).content.decode()
    admin.post(f"{address}{step}/")
    letter.message.refresh_from_db()
    moved = before != after
    assert (letter.message.state, offered) == (after, moved)
    assert ModelLogEntry.objects.filter(object_id=str(letter.pk), action__startswith="tocsin.letter_").exists() == moved


def test_a_letters_moment_is_meant_in_the_campaigns_time_zone(admin: Client, write: Write) -> None:
    Campaign.objects.update(time_zone="America/Vancouver")
    letter = write(State.WAITING)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    assert "Pacific time" in admin.get(address).content.decode()
    admin.post(f"{address}schedule/", {"at": "2099-07-01 09:00"})
    letter.message.refresh_from_db()
    assert letter.message.due_at is not None
    assert letter.message.due_at.isoformat() == "2099-07-01T16:00:00+00:00"
