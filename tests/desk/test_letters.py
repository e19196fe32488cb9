"""Letters: filtered, paged without counting, shown with every attempt, opened with a line in the log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from tests.desk.conftest import Write, sqlite_plans
from tocsin.actions.models import Letter
from tocsin.campaigns.models import Campaign, Target
from tocsin.desk import letter_list
from tocsin.desk.letter_history import MOST_DECISIONS
from tocsin.outbox.controls import STOPPED
from tocsin.outbox.decide import TAKEN_OUT
from tocsin.outbox.models import Bucket, Lane, Message, State
from tocsin.outbox.models import Kind as MessageKind
from tocsin.outbox.pace import is_day
from tocsin.outbox.post import address_digest
from tocsin.outbox.restore import RESTORED
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


def test_a_letter_says_who_decided_what_about_it(admin: Client, write: Write, target: Target) -> None:
    """About itself, and about all of which it is one; not about letters to somebody else, nor before it was there."""
    letter = write(State.WAITING)
    campaign, other = letter.action.campaign, Target.objects.create(name="Another", email="another@target.example")
    campaign.targets.add(other)
    address = reverse("campaign:letter", args=[campaign.pk, letter.pk])
    admin.post(reverse("campaign:letter_step", args=[campaign.pk, letter.pk, "hold"]))
    admin.post(reverse("campaign:control", args=[campaign.pk, "release"]))
    admin.post(reverse("campaign:target_control", args=[campaign.pk, letter.target_id, "pause"]))
    admin.post(reverse("desk_target_control", args=[letter.target_id, "schedule"]), {"at": "2099-01-01 10:00"})
    admin.post(reverse("campaign:target_control", args=[campaign.pk, other.pk, "resume"]))
    page = admin.get(address).content.decode()
    for said in ("Held a letter back", "Released what was held", "Paused letters", "Had what waits leave later"):
        assert f"{said}<small>Jane Doe</small>" in page, said
    assert "Resumed paused letters" not in page
    assert (
        "Paused letters"
        not in admin.get(address.replace(str(letter.pk), str(write(State.WAITING).pk))).content.decode()
    )


def test_a_letter_that_was_written_anew_keeps_what_was_decided_before(admin: Client, write: Write) -> None:
    """Its message is younger than the decision; its action is not."""
    letter = write(State.WAITING)
    admin.post(reverse("campaign:letter_step", args=[letter.action.campaign_id, letter.pk, "hold"]))
    long_ago = timezone.now() - timedelta(days=9)
    type(letter.action).objects.update(accepted_at=long_ago)
    Message.objects.update(created_at=timezone.now() + timedelta(days=9))
    page = admin.get(reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])).content.decode()
    assert "Held a letter back<small>" in page


@pytest.mark.once  # PostgreSQL scans tables this small whatever their indexes
def test_of_the_audit_log_only_lines_since_a_letter_was_there_are_read(admin: Client, write: Write) -> None:
    letter = write(State.WAITING)
    with CaptureQueriesContext(connection) as queries:
        admin.get(reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk]))
    plans = sqlite_plans(queries, f"LIMIT {MOST_DECISIONS}")
    assert len(plans) == 3
    assert [plan for plan in plans if not re.search(r"\b(row)?id>\?", plan) or "TEMP B-TREE" in plan] == []


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


def in_a_digest(letter: Letter, state: State) -> Message:
    """As if a digest carried the letter."""
    digest = Message.objects.create(
        key="digest:1",
        ref="digest1",
        kind=MessageKind.DIGEST,
        campaign_ref=letter.action.campaign_id,
        target_ref=letter.target_id,
        domain="target.example",
        sealed=b"x",
        sha256="0" * 64,
        state=state,
    )
    Message.objects.filter(pk=letter.message_id).update(carrier=digest, gathered=True, due_at=None, state=state)
    return digest


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        (State.UNCERTAIN, "again", State.WAITING),
        (State.WAITING, "hold", State.HELD),
        (State.HELD, "release", State.WAITING),
    ],
)
def test_what_is_decided_of_a_letter_in_a_digest_is_decided_of_the_digest(
    admin: Client, write: Write, before: State, step: str, after: State
) -> None:
    letter = write(before)
    digest = in_a_digest(letter, before)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    html = admin.get(address).content.decode()
    assert "What you decide here holds for that whole mail." in html
    assert f"{address}cancel/" not in html
    page = admin.post(f"{address}{step}/", follow=True).content.decode()
    assert "no longer possible" not in page
    assert set(Message.objects.values_list("state", flat=True)) == {after}
    digest.refresh_from_db()
    assert (digest.due_at is not None) == (after == State.WAITING)


def test_a_letter_taken_out_of_the_number_is_not_offered_its_release(admin: Client, write: Write) -> None:
    letter = write(State.HELD, TAKEN_OUT)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    html = admin.get(address).content.decode()
    assert f"{address}release/" not in html
    assert "It can leave when that set is put back" in html
    assert html.partition("<dl")[0].count("Its action was taken out of the number.") == 1


def test_a_letter_without_an_address_is_not_sent_to_ourselves(
    admin: Client, campaign: Campaign, write: Write, settings: Any
) -> None:
    letter = write(State.HELD, "")
    Message.objects.update(to_digest=address_digest(settings.TOCSIN_MAIL_FROM))
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    html = admin.get(address).content.decode()
    assert f"{address}release/" not in html
    assert "Its target has no e-mail address." in html
    admin.post(reverse("campaign:control", args=[campaign.pk, "release"]))
    letter.message.refresh_from_db()
    assert letter.message.state == State.HELD


TOMORROW = timezone.now() + timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "case"),
    [
        ("It leaves as soon as its turn comes.", "nothing"),
        ("The letters of this campaign are paused.", "campaign"),
        ("The letters of this campaign to this target are paused.", "pair"),
        ("All letters to this target are paused.", "target"),
        ("Mail to target.example is paused", "domain"),
        ("It does not leave before", "later"),
        ("It does not leave before", "lane"),
        ("It does not leave before", "alone"),
        ("It leaves with the next daily mail to this target.", "daily"),
        ("It waits to be handed in.", "hand_in"),
    ],
)
def test_a_letter_that_waits_says_what_for(  # noqa: PLR0917  (two of them are the case)
    admin: Client, campaign: Campaign, target: Target, write: Write, said: str, case: str
) -> None:
    letter = write(State.WAITING, "")
    domain = Bucket.objects.create(key="domain:target.example", paused=case == "domain")
    later = TOMORROW if case == "lane" else None
    lane = Lane.objects.create(key="x", target_ref=target.pk, kind=MessageKind.LETTER, domain=domain, not_before=later)
    Message.objects.update(lane=lane)
    changed: dict[str, Callable[[], object]] = {
        "campaign": lambda: Campaign.objects.update(letters_paused=True),
        "pair": lambda: Bucket.objects.create(key=f"pair:{campaign.pk}:{target.pk}", paused=True),
        "target": lambda: Target.objects.update(paused=True),
        "later": lambda: Campaign.objects.update(letters_not_before=TOMORROW),
        "alone": lambda: Message.objects.update(due_at=TOMORROW),
        "daily": lambda: (Target.objects.update(mode="daily"), Message.objects.update(gathered=True, due_at=None)),
        "hand_in": lambda: (Target.objects.update(mode="hand_in"), Message.objects.update(gathered=True, due_at=None)),
    }
    changed.get(case, lambda: None)()
    html = admin.get(reverse("campaign:letter", args=[campaign.pk, letter.pk])).content.decode()
    assert said in html
    assert ("as soon as its turn comes" in html) == (case == "nothing")


def test_a_letters_schedule_is_lifted(admin: Client, write: Write) -> None:
    letter = write(State.WAITING)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    assert f"{address}unschedule/" not in admin.get(address).content.decode()
    Message.objects.update(due_at=TOMORROW)
    assert f"{address}unschedule/" in admin.get(address).content.decode()
    admin.post(f"{address}unschedule/")
    letter.message.refresh_from_db()
    assert letter.message.due_at is not None
    assert letter.message.due_at <= timezone.now()
    assert ModelLogEntry.objects.filter(action="tocsin.letter_unscheduled").exists()


def test_a_letters_moment_is_meant_in_the_campaigns_time_zone(admin: Client, write: Write) -> None:
    Campaign.objects.update(time_zone="America/Vancouver")
    letter = write(State.WAITING)
    address = reverse("campaign:letter", args=[letter.action.campaign_id, letter.pk])
    assert "Pacific time" in admin.get(address).content.decode()
    admin.post(f"{address}schedule/", {"at": "2099-07-01 09:00"})
    letter.message.refresh_from_db()
    assert letter.message.due_at is not None
    assert letter.message.due_at.isoformat() == "2099-07-01T16:00:00+00:00"


@pytest.mark.parametrize(
    ("words", "said"), [(STOPPED, "Staff stopped it"), (RESTORED, "Held since the database was restored")]
)
def test_our_own_words_are_not_given_for_a_servers(
    admin: Client, campaign: Campaign, write: Write, words: str, said: str
) -> None:
    letter = write(State.HELD, words)
    html = admin.get(reverse("campaign:letter", args=[campaign.pk, letter.pk])).content.decode()
    assert said in html
    assert "The server&#x27;s own words" not in html.replace("'", "&#x27;")
    assert said in _list(admin, campaign)


def test_the_list_counts_nothing(
    admin: Client, campaign: Campaign, write: Write, django_assert_max_num_queries: Any
) -> None:
    write()
    with django_assert_max_num_queries(40) as asked:
        _list(admin, campaign)
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
    assert not [sql for sql in counts if "outbox_message" in sql]


def test_no_filter_makes_the_list_slow(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many mails are looked through at once; each letter like this is met once all the same, there and back."""
    monkeypatch.setattr(letter_list, "A_SCREENFUL", 2)
    monkeypatch.setattr(letter_list, "LOOKED_THROUGH", 4)
    letters = [write(own_words=number in {0, 1, 2, 8}) for number in range(14)]
    rare = [letters[number].pk for number in (8, 2, 1, 0)]
    html = _list(admin, campaign, "?own=yes")
    assert "None among those looked through so far." in html
    pages = [html]
    while older := re.search(r'href="(\?own=yes&amp;older=\d+)"', pages[-1]):
        pages.append(_list(admin, campaign, older[1].replace("&amp;", "&")))
    assert [pk for page in pages for pk in _numbers(page)] == rare
    assert "No letter is like this" in _list(admin, campaign, "?own=yes&state=held")
    back = [pages[-1]]
    while newer := re.search(r'href="(\?own=yes&amp;newer=\d+)"', back[-1]):
        back.append(_list(admin, campaign, newer[1].replace("&amp;", "&")))
    assert [pk for page in reversed(back) for pk in _numbers(page)] == rare


@pytest.mark.once  # PostgreSQL scans tables this small whatever their indexes
@pytest.mark.parametrize("way", ["", "&newer=0"])
@pytest.mark.parametrize(
    "asked",
    ["language=en", "own=yes", "own=no&target={}", "way=digest", "way=hand_in", "way=itself", "since=2020-01-01"],
)
def test_only_the_letters_looked_through_are_read(
    admin: Client, campaign: Campaign, write: Write, asked: str, way: str
) -> None:
    """By their numbers, in their order: else SQLite reads and sorts all letters of the campaign, of the target, …"""
    target = write().target_id
    with CaptureQueriesContext(connection) as queries:
        _list(admin, campaign, f"?{asked.format(target)}{way}")
    (plan,) = sqlite_plans(queries, f"LIMIT {letter_list.A_SCREENFUL + 1}")
    assert re.match(r"SEARCH actions_letter USING INDEX \w+ \(message_id>\? AND message_id<\?\)", plan), plan
    assert "TEMP B-TREE" not in plan


def test_a_small_campaign_among_large_ones_is_found(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its letters lie far below the newest of all, and are looked for where they are."""
    monkeypatch.setattr(letter_list, "LOOKED_THROUGH", 2)
    ours = [write() for _ in range(2)]
    Message.objects.filter(pk__in=[write().message_id for _ in range(6)]).update(campaign_ref=campaign.pk + 1)
    html = _list(admin, campaign, "?own=yes")
    assert _numbers(html) == [ours[1].pk, ours[0].pk]
    assert "older=" not in html


def test_a_filter_by_day_begins_at_its_day(
    admin: Client, campaign: Campaign, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_list, "LOOKED_THROUGH", 2)
    letters = [write() for _ in range(9)]
    noon = timezone.localtime().replace(hour=12, minute=0)
    for days, letter in enumerate(reversed(letters)):
        Message.objects.filter(pk=letter.message_id).update(created_at=noon - timedelta(days=days))
    day = (noon - timedelta(days=7)).date()
    html = _list(admin, campaign, f"?since={day}&until={day}")
    assert _numbers(html) == [letters[1].pk]
    assert "older=" not in html


@pytest.mark.parametrize("of", ["step", "find"])
def test_a_screen_that_answers_a_form_stands_in_its_room(
    admin: Client, campaign: Campaign, write: Write, of: str
) -> None:
    letter = write(State.WAITING)
    addresses = {
        "step": reverse("campaign:letter_step", args=[campaign.pk, letter.pk, "schedule"]),
        "find": reverse("campaign:letters_find", args=[campaign.pk]),
    }
    html = admin.post(addresses[of], {"at": "2001-01-01 10:00", "text": "nobody-wrote-this"}).content.decode()
    bar = html.partition('<nav class="desk-rooms"')[2].partition("</nav>")[0]
    assert 'aria-current="page">Letters</a>' in bar
    assert "Hand-ins" in bar


@pytest.mark.parametrize(
    ("now", "else_", "said", "when"),
    [
        (1, 1, "Its office accepts 1 letter an hour now.", "It leaves around "),
        (20, 0, "Its office accepts 20 letters an hour now.", "It leaves around "),
        (0, 5, "Its office accepts no letters at this hour.", "It leaves around "),
        (0, 0, "It does not leave by itself at the pace that its target has now.", ""),
    ],
)
def test_a_letter_that_waits_for_its_offices_pace_says_about_when_it_leaves(  # noqa: PLR0917  (four are the case)
    admin: Client, campaign: Campaign, target: Target, write: Write, now: int, else_: int, said: str, when: str
) -> None:
    first, second = write(State.WAITING), write(State.WAITING)
    by_day, by_night = (now, else_) if is_day(timezone.now(), "UTC") else (else_, now)
    office = Bucket(key=f"target:{target.pk}", per_hour_by_day=by_day, per_hour_by_night=by_night)
    office.save()
    domain = Bucket.objects.create(key="domain:target.example")
    lane = Lane.objects.create(key="x", target_ref=target.pk, kind=MessageKind.LETTER, domain=domain, target=office)
    Message.objects.update(lane=lane, due_at=timezone.now())
    htmls = [
        admin.get(reverse("campaign:letter", args=[campaign.pk, one.pk])).content.decode() for one in (first, second)
    ]
    assert said in htmls[1]
    assert when in htmls[1]
    assert ("as soon as its turn comes" in htmls[0]) == bool(now)
