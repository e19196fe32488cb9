"""The ledger of letters: found, filtered by day and way, taken along as CSV, with everything that happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Write, a_hand_in
from tocsin.actions.letters_wanted import Wanted, letters_like
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk import letter_search, letters, remembered
from tocsin.desk.target_numbers import numbers_of
from tocsin.outbox.models import Event, Kind, Message, State


def find(client: Client, campaign: Campaign, text: str) -> Any:
    return client.post(reverse("campaign:letters_find", args=[campaign.pk]), {"text": text})


# ── found ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("how", ["{campaign}-{action}", "<{ref}@tocsin.example>", " {ref} ", "jane0@example.org"])
def test_a_letter_is_found(admin: Client, campaign: Campaign, write: Write, how: str) -> None:
    letter = write()
    write()
    ref = "abcdefghijklmnopqrstuvwxyz"
    Message.objects.filter(pk=letter.message_id).update(ref=ref)
    text = how.format(campaign=campaign.pk, action=letter.action_id, ref=ref)
    response = find(admin, campaign, text)
    assert response.headers["Location"] == reverse("campaign:letter", args=[campaign.pk, letter.pk])


@pytest.mark.parametrize("text", ["", "0-0", "nobody@example.org", "not an @ address", "9" * 300, "<>", "%", "a\x00b"])
def test_nothing_is_found_and_said_so(admin: Client, campaign: Campaign, write: Write, text: str) -> None:
    write()
    assert b"No letter was found" in find(admin, campaign, text).content


def test_the_letters_of_a_digest_are_found_by_its_message_id(admin: Client, campaign: Campaign, write: Write) -> None:
    carried, digest = [write(), write()], write()
    ref = "abcdefghijklmnopqrstuvwxyz"
    Message.objects.filter(pk=digest.message_id).update(kind=Kind.DIGEST, ref=ref)
    digest.delete()
    Message.objects.exclude(ref=ref).update(carrier=Message.objects.get(ref=ref))
    page = find(admin, campaign, f"<{ref}@tocsin.example>").content.decode()
    for letter in carried:
        assert reverse("campaign:letter", args=[campaign.pk, letter.pk]) in page


def test_that_more_were_found_than_are_shown_is_said(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MOST_FOUND", 2)
    monkeypatch.setattr(letter_search, "MOST_FOUND", 2)
    message = write().message
    for _ in range(3):
        Message.objects.filter(pk=write().message_id).update(carrier=message)
    Letter.objects.filter(message=message).delete()
    assert "These are the newest 2." in find(admin, campaign, message.ref).content.decode()


def test_looking_for_an_address_needs_the_right_and_is_logged_without_it(
    admin: Client, colleague: Callable[..., Client], campaign: Campaign, write: Write
) -> None:
    write()
    viewer = colleague("campaigns.view_campaign")
    assert find(viewer, campaign, "jane0@example.org").headers["Location"] == reverse("wagtailadmin_home")
    assert not ModelLogEntry.objects.filter(action="tocsin.letters_searched").exists()
    find(admin, campaign, "jane0@example.org")
    [entry] = ModelLogEntry.objects.filter(action="tocsin.letters_searched")
    assert "jane0" not in str(entry.data)


# ── filtered ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_by_day(campaign: Campaign, write: Write) -> None:
    letters = [write() for _ in range(9)]
    noon = timezone.localtime().replace(hour=12, minute=0)
    for days, letter in enumerate(reversed(letters)):
        Message.objects.filter(pk=letter.message_id).update(created_at=noon - timedelta(days=days))
    for first in range(9):
        for last in range(first + 1):
            since, until = ((noon - timedelta(days=days)).date() for days in (first, last))
            found = letters_like(campaign.pk, Wanted(since=since, until=until))
            assert {letter.pk for letter in found} == {letter.pk for letter in letters[8 - first : 9 - last]}


def test_by_words_and_way(campaign: Campaign, target: Target, write: Write) -> None:
    own, same, digest, by_hand = write(), write(own_words=False), write(), write()
    Message.objects.filter(pk=digest.message_id).update(carrier=same.message)
    Letter.objects.filter(pk=by_hand.pk).update(hand_in=a_hand_in(campaign, target))
    assert set(letters_like(campaign.pk, Wanted(own="no"))) == {same}
    assert set(letters_like(campaign.pk, Wanted(way="digest"))) == {digest}
    assert set(letters_like(campaign.pk, Wanted(way="hand_in"))) == {by_hand}
    assert set(letters_like(campaign.pk, Wanted(way="itself"))) == {own, same}


@pytest.mark.parametrize("odd", ["?since=2026-02-31", "?since=x", "?until=9999-12-31", "?own=maybe", "?way=pigeon"])
def test_odd_questions_are_left_out(admin: Client, campaign: Campaign, write: Write, odd: str) -> None:
    letter = write()
    page = admin.get(reverse("campaign:letters", args=[campaign.pk]) + odd).content.decode()
    assert reverse("campaign:letter", args=[campaign.pk, letter.pk]) in page


# ── one letter ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_letter_shows_all_that_happened(admin: Client, campaign: Campaign, write: Write) -> None:
    letter = write(State.BOUNCED, "250 2.0.0 queued as F1")
    Event.objects.create(
        message=letter.message, kind=Event.Kind.BOUNCED, source="dsn", event_id="1", words="550 5.1.1 gone"
    )
    page = admin.get(reverse("campaign:letter", args=[campaign.pk, letter.pk])).content.decode()
    expected = ["queued as F1", "550 5.1.1 gone", "TLSv1.3", "mx.target.example", letter.message.sha256]
    for word in [*expected, f"{campaign.pk}-{letter.action_id}", f"&lt;{letter.message.ref}@tocsin.example&gt;"]:
        assert word in page, word


def test_a_letter_in_a_digest_shows_the_digests_way(admin: Client, campaign: Campaign, write: Write) -> None:
    letter, digest = write(), write(State.SENT, "250 the digest was taken")
    Message.objects.filter(pk=digest.message_id).update(kind=Kind.DIGEST)
    Message.objects.filter(pk=letter.message_id).update(carrier=digest.message)
    page = admin.get(reverse("campaign:letter", args=[campaign.pk, letter.pk])).content.decode()
    assert "250 the digest was taken" in page
    assert f"in a digest ({digest.message.ref})" in page


# ── a target ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_the_server_took(admin: Client, campaign: Campaign, target: Target, write: Write) -> None:
    write(State.SENT, "250 2.0.0 Ok: queued as F175")
    write(State.DEFERRED, "451 later")
    other = Target.objects.create(name="Premier", email="premier@other.example")
    write(State.SENT, "250 somewhere else", target=other)
    for address in [
        reverse("campaign:target_proof", args=[campaign.pk, target.pk]),
        reverse("desk_target_proof", args=[target.pk]),
    ]:
        page = admin.get(address).content.decode()
        assert "queued as F175" in page
        assert "451 later" in page
        assert "somewhere else" not in page
        assert page.count('<rect class="is-sent" x="29.1"') == 1
    rows = admin.get(reverse("desk_target_proof_csv", args=[target.pk]))
    assert isinstance(rows, StreamingHttpResponse)
    lines = rows.getvalue().decode("utf-8-sig").splitlines()
    assert "state,sent,1" in lines
    assert f"taken_on,{timezone.localdate().isoformat()},1" in lines


def test_never_read(admin: Client, campaign: Campaign, target: Target, write: Write) -> None:
    write()
    page = admin.get(reverse("campaign:target_proof", args=[campaign.pk, target.pk])).content.decode()
    assert "Whether anybody read it, no server tells." in page


def test_all_targets_of_a_campaign(admin: Client, campaign: Campaign, target: Target, write: Write) -> None:
    write(State.SENT)
    page = admin.get(reverse("campaign:targets", args=[campaign.pk])).content.decode()
    assert reverse("campaign:target_proof", args=[campaign.pk, target.pk]) in page
    assert "Sent 1" in page


# ── how alike ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_sameness_says_what_to_do(admin: Client, campaign: Campaign, write: Write) -> None:
    for number in range(10):
        letter = write(own_words=number == 0)
        sketch = bytes([number, 1]) * 64 if number == 0 else bytes([0, 2])
        Letter.objects.filter(pk=letter.pk).update(sketch=sketch)
    page = admin.get(reverse("campaign:alike", args=[campaign.pk])).content.decode()
    assert "Nine in ten letters are the same, or nearly. Offices set such mail aside" in page


def test_sameness_of_few_says_little(admin: Client, campaign: Campaign, write: Write) -> None:
    write()
    page = admin.get(reverse("campaign:alike", args=[campaign.pk])).content.decode()
    assert "From five letters on" in page


def test_numbers_that_take_long_say_as_of_when_they_are(
    admin: Client, campaign: Campaign, target: Target, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remembered, "SLOW", -1.0)
    monkeypatch.setattr(remembered, "TIMES_AS_LONG", 1_000_000)
    cache.clear()
    write()
    screens = [
        reverse("campaign:target_proof", args=[campaign.pk, target.pk]),
        reverse("campaign:targets", args=[campaign.pk]),
    ]
    for screen in screens:
        admin.get(screen)
        with CaptureQueriesContext(connection) as asked:
            admin.get(screen)
        counts = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"] and "GROUP BY" in one["sql"]]
        assert not [sql for sql in counts if "outbox_message" in sql or "outbox_delivery" in sql], screen
    first = numbers_of(target, campaign)
    assert numbers_of(target, campaign).as_of == first.as_of
    write()
    csv = admin.get(reverse("campaign:target_proof_csv", args=[campaign.pk, target.pk]))
    assert isinstance(csv, StreamingHttpResponse)
    assert b"state,sent,2" in csv.getvalue()
    cache.clear()


@pytest.mark.parametrize("screen", ["target_proof", "target_proof_csv", "new_hand_in"])
def test_a_target_is_found_only_in_a_campaign_that_writes_to_it(
    admin: Client, campaign: Campaign, target: Target, screen: str
) -> None:
    """Whoever has a role for one campaign reads no addresses of other targets there."""
    other = Target.objects.create(name="Other", email="other@target.example")
    assert admin.get(reverse(f"campaign:{screen}", args=[campaign.pk, target.pk])).status_code == 200
    assert admin.get(reverse(f"campaign:{screen}", args=[campaign.pk, other.pk]), follow=True).status_code == 404
