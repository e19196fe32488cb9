"""Calls leave signed, once for each endpoint, again where they failed; and none holds up another (requirement F26)."""

from __future__ import annotations

import logging
import socket
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection

from tests.outbox.calls.conftest import an_endpoint, call_everybody, happen, make_due, say_numbers
from tests.outbox.calls.receiver import Receiver, running
from tocsin.lib.outward import Allowed
from tocsin.lib.sql import database_now
from tocsin.outbox.calls import request, send
from tocsin.outbox.calls.claims import Result, claim, note
from tocsin.outbox.calls.endpoints import (
    change,
    give_another_secret,
    send_again,
    send_test,
    switch_off,
    switch_on,
    words_of,
)
from tocsin.outbox.calls.kinds import EventKind
from tocsin.outbox.calls.request import Answer
from tocsin.outbox.calls.send import Calls
from tocsin.outbox.calls.verdict import WAITS
from tocsin.outbox.models import Call, Endpoint, Notice

# Threads write to the database beside the test's own.
pytestmark = pytest.mark.django_db(transaction=True)
type Made = tuple[Endpoint, str]


def the_call() -> Call:
    return Call.objects.select_related("endpoint").get()


def test_it_works(receiver: Receiver, endpoint: Made) -> None:
    [call] = happen(12)
    assert call_everybody() == 1
    [heard] = receiver.heard
    said = heard.verified(endpoint[1])
    assert (said["type"], said["data"]) == ("action.counted", {"id": 12})
    assert heard.id == call.ref
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["host"] == f"127.0.0.1:{receiver.port}"
    done = the_call()
    assert (done.standing, done.due_at, done.status, words_of(done)) == ("done", None, 200, "thanks")
    assert done.endpoint.last_well_at is not None
    assert call_everybody() == 0


def test_every_event_leaves_once_on_few_connections(receiver: Receiver, endpoint: Made) -> None:
    happen(*range(1, 101))
    assert call_everybody() == 100
    assert sorted(heard.said["data"]["id"] for heard in receiver.heard) == list(range(1, 101))
    assert receiver.most_busy <= send.THREADS_OF_AN_ENDPOINT


def test_a_changed_body_or_another_secret_does_not_verify(receiver: Receiver, endpoint: Made) -> None:
    happen(1)
    call_everybody()
    [heard] = receiver.heard
    heard.body = heard.body.replace(b'"id":1', b'"id":2')
    with pytest.raises(Exception, match="No matching signature"):
        heard.verified(endpoint[1])


def test_a_new_secret_is_valid_beside_the_old_one_for_a_day(receiver: Receiver, endpoint: Made) -> None:
    made, old = endpoint
    new = give_another_secret(made.pk)
    happen(1)
    call_everybody()
    receiver.heard[0].verified(old)
    receiver.heard[0].verified(new)
    Endpoint.objects.update(old_until=database_now() - timedelta(seconds=1))
    happen(2)
    call_everybody()
    receiver.heard[1].verified(new)
    with pytest.raises(Exception, match="No matching signature"):
        receiver.heard[1].verified(old)


# ── what fails ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("status", [500, 503, 429, 404, 401, 301, 302, 400])
def test_any_other_answer_is_tried_again(receiver: Receiver, endpoint: Made, status: int) -> None:
    happen(1)
    receiver.answers.append((status, {"Location": "http://127.0.0.1:1/elsewhere"}, b"not now"))
    call_everybody()
    call = the_call()
    assert (call.standing, call.status, words_of(call)) == ("again", status, "not now")
    assert len(receiver.heard) == 1
    make_due()
    call_everybody()
    assert the_call().standing == "done"
    assert receiver.heard[0].id == receiver.heard[1].id
    assert receiver.heard[0].headers["webhook-timestamp"] <= receiver.heard[1].headers["webhook-timestamp"]


def test_the_waits_grow_until_it_is_given_up(receiver: Receiver, endpoint: Made) -> None:
    receiver.always = 500
    happen(1)
    waited = []
    for _attempt in WAITS:
        now = database_now()
        call_everybody()
        due = the_call().due_at
        assert due is not None
        waited.append(due - now)
        make_due()
    assert all(wait <= found < wait + timedelta(seconds=3) for wait, found in zip(WAITS, waited, strict=True))
    assert sum(WAITS, timedelta()) < timedelta(days=3)
    call_everybody()
    assert the_call().standing == "given_up"
    make_due()
    assert call_everybody() == 0
    assert len({heard.id for heard in receiver.heard}) == 1


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("9999999", 86_400), ("soon", 5), ("-5", 5)])
def test_it_waits_as_long_as_it_is_asked_to(receiver: Receiver, endpoint: Made, said: str, seconds: int) -> None:
    happen(1)
    receiver.answers.append((503, {"Retry-After": said}, b""))
    now = database_now()
    call_everybody()
    call = the_call()
    assert call.due_at is not None
    assert call.endpoint.quiet_until is not None
    assert timedelta(seconds=-1) <= call.due_at - now - timedelta(seconds=seconds) < timedelta(seconds=3)
    assert call.endpoint.quiet_until - now >= timedelta(seconds=seconds - 1)


def test_one_that_is_gone_is_switched_off_and_staff_are_told(receiver: Receiver, endpoint: Made) -> None:
    happen(1, 2)
    receiver.answers.append(410)
    call_everybody()
    made = Endpoint.objects.get()
    assert (made.is_on, made.why_off) == (False, "gone")
    assert Notice.objects.get().about == f"endpoint:{made.pk}"
    make_due()
    assert call_everybody() == 0
    assert happen(3) == []
    assert switch_on(made.pk)
    assert Notice.objects.get().settled_at is not None
    call_everybody()
    assert Call.objects.filter(done_at__isnull=False).count() == 1


def test_one_that_fails_for_three_days_is_switched_off(receiver: Receiver, endpoint: Made) -> None:
    receiver.always = 500
    happen(1)
    call_everybody()
    for _half_day in range(6):
        assert Endpoint.objects.get().is_on
        _pass(timedelta(hours=12))
        call_everybody()
    made = Endpoint.objects.get()
    assert (made.is_on, made.why_off) == (False, "failing")
    assert Notice.objects.get().words == "500"


def _pass(time_gone: timedelta) -> None:
    """As if so much time had passed."""
    for endpoint in Endpoint.objects.exclude(failing_since=None):
        was = {name: getattr(endpoint, name) for name in ("failing_since", "setback_at")}
        Endpoint.objects.filter(pk=endpoint.pk).update(**{name: at - time_gone for name, at in was.items()})
    make_due()


@pytest.mark.parametrize("first", [400, 503])
def test_one_failure_long_ago_and_one_now_are_no_three_days(receiver: Receiver, endpoint: Made, first: int) -> None:
    happen(1)
    receiver.answers.append(first)
    call_everybody()
    Call.objects.all().delete()
    _pass(timedelta(days=5))
    happen(2)
    receiver.answers.append(503)
    call_everybody()
    assert Endpoint.objects.get().is_on
    assert Endpoint.objects.get().failures == (1 if first == 400 else 2)


def test_what_is_about_calls_alone_is_no_failure_of_the_endpoint(receiver: Receiver, endpoint: Made) -> None:
    receiver.always = 422
    happen(1, 2)
    call_everybody()
    made = Endpoint.objects.get()
    assert (made.failing_since, made.failures, made.quiet_until, made.last_words) == (None, 0, None, "")


def test_one_good_answer_in_three_days_is_enough(receiver: Receiver, endpoint: Made) -> None:
    receiver.answers.extend([500, 200, 500])
    for number in (1, 2, 3):
        happen(number)
        make_due()
        Endpoint.objects.exclude(failing_since=None).update(failing_since=database_now() - timedelta(days=9))
        Call.objects.filter(tried_at__isnull=False).update(due_at=None)
        call_everybody()
    assert Endpoint.objects.get().is_on
    assert Endpoint.objects.get().failures == 1


def test_while_it_fails_it_is_asked_one_thing_at_a_time(receiver: Receiver, endpoint: Made) -> None:
    receiver.always = 500
    happen(*range(1, 31))
    call_everybody()
    assert len(receiver.heard) <= send.THREADS_OF_AN_ENDPOINT
    receiver.heard.clear()
    make_due()
    call_everybody()
    assert len(receiver.heard) == 1
    assert Call.objects.exclude(tried_at=None).count() <= send.THREADS_OF_AN_ENDPOINT + 1
    untried = Call.objects.filter(tried_at=None)
    assert set(untried.values_list("attempts", "holder")) == {(0, "")}


def test_what_is_about_one_call_alone_keeps_no_other(receiver: Receiver, endpoint: Made) -> None:
    receiver.answers.extend([422, 200, 200])
    happen(1, 2, 3)
    call_everybody()
    assert sorted(call.standing for call in Call.objects.all()) == ["again", "done", "done"]
    assert Endpoint.objects.get().quiet_until is None


# ── slow and dead ones ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_slow_and_a_dead_one_hold_up_nobody(receiver: Receiver, endpoint: Made) -> None:
    with running(Receiver(slow=3.0)) as slow, socket.create_server(("127.0.0.1", 0)) as dead:
        an_endpoint(slow.url, name="Slow")
        an_endpoint(f"http://127.0.0.1:{dead.getsockname()[1]}/", name="Dead")
        an_endpoint("http://127.0.0.1:1/", name="Nobody there")
        happen(*range(1, 41))
        begun = time.monotonic()
        line = threading.Thread(target=_call_and_close)
        line.start()
        while len(receiver.heard) < 40 and time.monotonic() - begun < 10:
            time.sleep(0.01)
        took = time.monotonic() - begun
        line.join()
    assert len(receiver.heard) == 40
    assert took < 3
    by_name = {one.name: one for one in Endpoint.objects.all()}
    assert by_name["CRM"].failing_since is None
    assert by_name["Slow"].last_words in {"ReadTimeout", "TakesTooLong"}
    assert by_name["Dead"].last_words in {"ReadTimeout", "TakesTooLong"}
    assert by_name["Nobody there"].last_words == "ConnectionError"


def _call_and_close() -> None:
    try:
        call_everybody()
    finally:
        connection.close()


def test_one_that_never_stops_talking_is_cut_off(receiver: Receiver, endpoint: Made) -> None:
    receiver.answers.append((200, {}, b"x" * 10_000_000))
    happen(1)
    call_everybody()
    call = the_call()
    assert call.standing == "done"
    assert len(words_of(call)) == request.KEPT_WORDS


def test_headers_that_drip_for_ever_are_cut_off(db: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server,), daemon=True)
        thread.start()
        an_endpoint(f"http://127.0.0.1:{server.getsockname()[1]}/")
        happen(1)
        begun = time.monotonic()
        call_everybody()
        assert time.monotonic() - begun < 4
    assert words_of(the_call()) == "TakesTooLong"
    thread.join()


def _drip(server: socket.socket) -> None:
    peer, _address = server.accept()
    with peer:
        try:
            for _second in range(100):
                peer.sendall(b"H")
                time.sleep(0.1)
        except OSError:
            return


def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, endpoint: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    happen(1)
    call_everybody()
    assert len(receiver.heard) == 1


# ── where it may go is asked again ──────────────────────────────────────────────────────────────────────────────
def test_what_leads_inside_is_refused_when_it_is_sent_too(
    receiver: Receiver, endpoint: Made, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TOCSIN_WEBHOOKS_ALLOWED = Allowed()
    happen(1)
    with caplog.at_level(logging.DEBUG):
        call_everybody()
    assert receiver.heard == []
    assert words_of(the_call()) == "NotAllowed inside"
    assert "127.0.0.1" not in caplog.text


# ── several workers ─────────────────────────────────────────────────────────────────────────────────────────────
def test_two_workers_make_each_call_once(receiver: Receiver, endpoint: Made) -> None:
    happen(*range(1, 121))
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while Calls(say_numbers)():
                pass
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(heard.said["data"]["id"] for heard in receiver.heard) == list(range(1, 121))


def test_what_a_dead_worker_had_in_hand_leaves_after_its_lease(receiver: Receiver, endpoint: Made) -> None:
    happen(1)
    taken = claim(lambda _endpoint: 20, "dead")
    assert len(taken) == 1
    assert call_everybody() == 0
    make_due()
    call_everybody()
    assert receiver.heard[0].id == taken[0].ref
    assert the_call().attempts == 2


def test_a_worker_that_slept_writes_over_nothing(receiver: Receiver, endpoint: Made) -> None:
    happen(1)
    [taken] = claim(lambda _endpoint: 20, "asleep")
    make_due()
    call_everybody()
    note([Result(taken, Answer(500, "late"))])
    assert the_call().standing == "done"


def test_what_is_not_begun_when_the_worker_ends_goes_back(receiver: Receiver, endpoint: Made) -> None:
    happen(*range(1, 41))
    stopped = threading.Event()
    receiver.slow = 0.05
    threading.Timer(0.12, stopped.set).start()
    Calls(say_numbers, stopped.is_set)()
    waiting = Call.objects.filter(done_at=None)
    assert 0 < waiting.count() < 40
    assert waiting.count() + len(receiver.heard) == 40
    assert set(waiting.values_list("attempts", "holder")) == {(0, "")}


# ── what staff do ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_test_comes_to_whoever_is_tested(receiver: Receiver, db: None) -> None:
    made, secret = an_endpoint(receiver.url, kinds=[], campaign_ref=3)
    send_test(made)
    send_test(made)
    call_everybody()
    assert [heard.verified(secret)["type"] for heard in receiver.heard] == ["endpoint.test"] * 2


def test_a_call_can_be_sent_again_with_the_same_id(receiver: Receiver, endpoint: Made) -> None:
    [call] = happen(1)
    assert not send_again(call.pk)
    call_everybody()
    assert send_again(call.pk)
    call_everybody()
    assert [heard.id for heard in receiver.heard] == [call.ref] * 2
    assert the_call().standing == "done"


def test_one_that_is_off_is_told_nothing_and_what_waits_is_kept(receiver: Receiver, endpoint: Made) -> None:
    happen(1)
    assert switch_off(endpoint[0].pk)
    assert not switch_off(endpoint[0].pk)
    assert happen(2) == []
    assert call_everybody() == 0
    assert switch_on(endpoint[0].pk)
    call_everybody()
    assert [heard.said["data"]["id"] for heard in receiver.heard] == [1]


@pytest.mark.parametrize("narrower", [{"kinds": ["letter.sent"]}, {"campaign_ref": 8}])
def test_what_waits_follows_an_endpoint_that_is_narrowed(
    receiver: Receiver, endpoint: Made, narrower: dict[str, Any]
) -> None:
    happen(*range(1, 61))
    [wanted] = happen(99, kind=EventKind.LETTER_SENT, campaign=8)
    made = endpoint[0]
    for name, value in narrower.items():
        setattr(made, name, value)
    change(made)
    for _round in range(3):
        call_everybody()
    assert [heard.id for heard in receiver.heard] == [wanted.ref]
    assert Call.objects.get() == wanted


def test_what_a_narrowed_one_no_longer_wants_is_not_sent_again(receiver: Receiver, endpoint: Made) -> None:
    [call] = happen(1)
    call_everybody()
    Endpoint.objects.update(kinds=["letter.sent"])
    assert not send_again(call.pk)
    assert the_call().standing == "done"


def test_nothing_of_a_library_s_words_is_kept(monkeypatch: pytest.MonkeyPatch, endpoint: Made) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise requests.ConnectionError("http://secret.example/path")

    monkeypatch.setattr(requests.Session, "post", fail)
    happen(1)
    call_everybody()
    assert words_of(the_call()) == Endpoint.objects.get().last_words == "ConnectionError"
