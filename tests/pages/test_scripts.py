"""Campaigners' scripts: in a frame with exactly their hosts, run as approved only, and asked about first."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from tests.pages.conftest import MakePage, publish
from tests.scripting import a_draft, an_approved, an_asked, one_that_runs, somebody
from tocsin.pages.models import ActionPage
from tocsin.pages.script_steps import approve, ask_for_approval, refuse, switch_off, switch_on, write_script
from tocsin.pages.scripts import Script, check_hosts, read_hosts
from tocsin.pages.scripts_frame import scripts_policy

pytestmark = pytest.mark.django_db
PATH = "/en/keep-the-door-open/"


@pytest.fixture
def page(live: MakePage) -> ActionPage:
    return live()


@pytest.fixture
def script(page: ActionPage) -> Script:
    return one_that_runs(page, hosts="stats.example.org")


def test_it_works(client: Client, script: Script) -> None:
    frame = client.get(f"{PATH}scripts.html")
    assert "<script>count()</script>" in frame.content.decode()
    assert frame.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'unsafe-inline' https://stats.example.org; img-src https://stats.example.org; "
        "connect-src https://stats.example.org; frame-ancestors 'self'; sandbox allow-scripts"
    )
    assert not frame.cookies
    page = client.get(PATH)
    assert f'<iframe src="{PATH}scripts.html" sandbox="allow-scripts"' in page.content.decode()
    assert "stats.example.org" not in page.headers["Content-Security-Policy"]
    assert "count()" not in page.content.decode()


def test_the_policy_lists_exactly_the_hosts_of_what_is_switched_on(client: Client, page: ActionPage) -> None:
    one_that_runs(page, code="A", hosts="b.example.org\na.example.org")
    one_that_runs(page, code="B", hosts="A.example.org")
    an_approved(page, code="never", hosts="off.example.org")
    frame = client.get(f"{PATH}scripts.html")
    policy = frame.headers["Content-Security-Policy"]
    assert "script-src 'unsafe-inline' https://a.example.org https://b.example.org;" in policy
    assert "off.example.org" not in policy
    assert "never" not in frame.content.decode()


def test_without_scripts_there_is_no_frame(client: Client, script: Script) -> None:
    switch_off(script, somebody("writer"))
    assert client.get(f"{PATH}scripts.html").status_code == 404
    assert "<iframe" not in client.get(PATH).content.decode()


# ── asked first ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", ["statistics", "advertising"])
def test_what_is_not_needed_runs_after_a_yes_only(client: Client, page: ActionPage, kind: str) -> None:
    one_that_runs(page, consent_class=kind, hosts="stats.example.org")
    html = client.get(PATH).content.decode()
    assert "<iframe src=" not in html
    assert f'<form class="background asked" method="get" action="{PATH}scripts-{kind}.html"' in html
    assert f'target="scripts-{kind}"' in html
    assert "Code would ask stats.example.org." in html
    assert client.get(f"{PATH}scripts.html").status_code == 404
    frame = client.get(f"{PATH}scripts-{kind}.html?")
    assert "count()" in frame.content.decode()
    assert "Thank you. It runs for this visit." in frame.content.decode()
    assert "sandbox allow-scripts" in frame.headers["Content-Security-Policy"]
    assert not frame.cookies


def test_what_is_needed_is_not_asked_about(client: Client, script: Script) -> None:
    assert "asked" not in client.get(PATH).content.decode()


def test_a_yes_to_one_class_runs_no_other(client: Client, page: ActionPage, script: Script) -> None:
    one_that_runs(page, code="pixel", consent_class="advertising")
    one_that_runs(page, code="tally", consent_class="statistics")
    assert "pixel" not in client.get(f"{PATH}scripts-statistics.html").content.decode()
    assert "tally" not in client.get(f"{PATH}scripts.html").content.decode()


def test_it_is_asked_in_the_language_of_the_page(client: Client, live: MakePage) -> None:
    page = live("fr")
    one_that_runs(page, consent_class="statistics")
    assert 'lang="fr"' in client.get(f"{page.path_in_site()}scripts-statistics.html").content.decode()


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_script_runs_only_after_a_second_person(client: Client, page: ActionPage) -> None:
    script, writer, other = a_draft(page), somebody("writer"), somebody("other")
    assert not switch_on(script, writer)
    assert not approve(script, other)
    assert ask_for_approval(script, writer)
    assert not approve(script, writer)
    assert not switch_on(script, writer)
    assert client.get(f"{PATH}scripts.html").status_code == 404
    assert approve(script, other)
    assert client.get(f"{PATH}scripts.html").status_code == 404
    assert switch_on(script, writer)
    assert client.get(f"{PATH}scripts.html").status_code == 200
    assert [step.what for step in script.steps.all()] == ["on", "approved", "asked", "added"]


def test_neither_who_added_it_nor_who_changed_it_last_approves_it(page: ActionPage) -> None:
    script, second = a_draft(page), somebody("second")
    script.code = "other"
    write_script(script, second)
    ask_for_approval(script, second)
    assert not approve(script, somebody("writer"))
    assert not approve(script, second)
    assert approve(script, somebody("third"))


def test_nobody_who_changed_it_since_it_was_approved_is_the_second_person(page: ActionPage) -> None:
    script, second = a_draft(page), somebody("second")
    script.code = "other"
    write_script(script, second)
    script.name = "Renamed"
    write_script(script, somebody("third"))
    script.code = "yet another"
    write_script(script, somebody("fourth"))
    ask_for_approval(script, second)
    assert not approve(script, second)
    assert not approve(script, somebody("fourth"))
    assert approve(script, somebody("fifth"))


@pytest.mark.parametrize(
    "change", [{"code": "other"}, {"hosts": "evil.example.org"}, {"consent_class": "advertising"}, {"page": None}]
)
def test_any_change_takes_the_approval_away(client: Client, live: MakePage, script: Script, change: Any) -> None:
    for name, value in change.items():
        setattr(script, name, live("fr") if name == "page" else value)
    write_script(script, somebody("writer"))
    script.refresh_from_db()
    assert (script.standing, script.enabled, script.approved_sha256) == ("draft", False, "")
    assert client.get(f"{PATH}scripts.html").status_code == 404
    assert not switch_on(script, somebody("writer"))
    assert script.versions.count() == 2


def test_a_new_name_needs_no_approval(script: Script) -> None:
    script.name = "Counts visits"
    write_script(script, somebody("writer"))
    script.refresh_from_db()
    assert script.enabled
    assert script.versions.count() == 1


def test_a_new_name_does_not_undo_what_somebody_else_did_meanwhile(script: Script) -> None:
    seen = Script.objects.get()
    assert switch_off(script, somebody("other"))
    seen.name = "Counts visits"
    write_script(seen, somebody("writer"))
    assert not Script.objects.get(name="Counts visits").enabled


def test_a_new_name_does_not_bring_old_code_back_under_a_new_approval(script: Script) -> None:
    seen = Script.objects.get()
    script.code = "other"
    write_script(script, somebody("second"))
    assert ask_for_approval(script, somebody("second"))
    assert approve(script, somebody("third"))
    seen.name = "Counts visits"
    write_script(seen, somebody("writer"))
    assert (Script.objects.get().standing, Script.objects.get().enabled) == ("draft", False)


def test_what_was_changed_while_it_was_looked_at_is_not_approved(page: ActionPage) -> None:
    seen = an_asked(page)
    now = Script.objects.get()
    now.code = "other"
    write_script(now, somebody("writer"))
    ask_for_approval(now, somebody("writer"))
    assert not approve(seen, somebody("approver"))
    assert Script.objects.get().standing == "asked"


def test_a_refusal_says_why_and_can_be_followed_by_another_request(page: ActionPage) -> None:
    script = an_asked(page)
    assert refuse(script, somebody("approver"), "Whose is it?")
    assert [step.reason for step in script.steps.filter(what="refused")] == ["Whose is it?"]
    assert not switch_on(script, somebody("writer"))
    assert ask_for_approval(script, somebody("writer"))


@pytest.mark.parametrize("wrong", [{"standing": "draft"}, {"approved_sha256": "0" * 64}, {"sha256": "0" * 64}])
def test_the_database_keeps_what_is_not_approved_from_running(script: Script, wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Script.objects.update(**wrong)


def test_code_that_was_changed_behind_our_back_is_served_to_nobody(client: Client, script: Script) -> None:
    Script.objects.update(code="<script>steal()</script>")
    assert client.get(f"{PATH}scripts.html").status_code == 404


def test_two_who_approve_are_one_approval(page: ActionPage) -> None:
    first, second = an_asked(page), Script.objects.get()
    assert approve(first, somebody("approver"))
    assert not approve(second, somebody("other"))
    assert first.steps.filter(what="approved").count() == 1


# ── hosts ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_script_that_names_no_host_reaches_none() -> None:
    assert "img-src 'none'; connect-src 'none';" in scripts_policy([])


@pytest.mark.parametrize(
    "text",
    [
        "https://stats.example.org",
        "stats.example.org/path",
        "stats.example.org:8080",
        "*.example.org",
        "*",
        "localhost",
        "127.0.0.1",
        "'self'",
        "a.example.org; script-src *",
        "a.example.org b.example.org",
        "-a.example.org",
        "data:",
    ],
)
def test_what_is_no_host_name_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        check_hosts(text)


def test_hosts_are_read_as_people_write_them() -> None:
    check_hosts("stats.example.org\r\n\r\n CDN.Example.org \n")
    assert read_hosts("stats.example.org\r\n\r\n CDN.Example.org \nstats.example.org") == [
        "cdn.example.org",
        "stats.example.org",
    ]


# ── a page and its scripts ──────────────────────────────────────────────────────────────────────────────────────
def test_copying_a_page_copies_no_script(page: ActionPage, script: Script) -> None:
    copied = page.copy(update_attrs={"slug": "copy"}, keep_live=False)
    assert Script.objects.get().page == page
    assert not copied.scripts.exists()


def test_a_page_takes_its_scripts_with_it(page: ActionPage, script: Script) -> None:
    publish(page).delete()
    assert not Script.objects.exists()
