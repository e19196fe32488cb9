"""The desk's cast: an administrator, somebody without rights, and a campaign with a letter in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Locale, Site

from tests.homes import a_root, two_homes
from tocsin.actions.models import Action, CounterRun, HandIn, Letter, Update
from tocsin.actions.states import State as ActionState
from tocsin.actions.take import action_context
from tocsin.campaigns.editions import publish_edition
from tocsin.campaigns.models import Campaign, Edition, Kind, Tally, Target
from tocsin.desk import remembered
from tocsin.lib.sql import run
from tocsin.lib.vault import vault
from tocsin.outbox.models import Delivery, Message, State
from tocsin.outbox.models import Kind as MessageKind
from tocsin.pages.beginning import make_site
from tocsin.pages.models import HomePage

type Sign = Callable[..., Action]
type Write = Callable[..., Letter]


@pytest.fixture(autouse=True)
def _site(db: None) -> None:
    """What Wagtail's migrations and collectstatic would have made."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    for language in ("en", "fr"):
        Locale.objects.get_or_create(language_code=language)
    if not Site.objects.exists():
        Site.objects.create(hostname="testserver", root_page=a_root(), is_default_site=True)


@pytest.fixture(autouse=True)
def _nothing_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine everything takes long."""
    monkeypatch.setattr(remembered, "SLOW", 60.0)


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    confirm(client, user)
    return client


def enter(user: User) -> Client:
    """A browser that somebody is signed in with."""
    return _client(user)


def confirm(client: Client, user: User, *, ago: float = 0) -> None:
    """As if they had shown a moment ago who they are: what `ask_again` guards is open."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture
def boss(_site: None) -> User:
    return User.objects.create_superuser("boss", "boss@example.org", "x", first_name="Jane", last_name="Doe")


@pytest.fixture
def admin(boss: User) -> Client:
    return _client(boss)


@pytest.fixture
def colleague(_site: None) -> Callable[..., Client]:
    """Somebody who may enter the desk, with the rights that are named."""

    def make(*permissions: str) -> Client:
        user = User.objects.create_user(f"colleague{User.objects.count()}", "", "x")
        for permission in ("wagtailadmin.access_admin", *permissions):
            app_label, codename = permission.split(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app_label, codename=codename))
        return _client(user)

    return make


@pytest.fixture
def nobody(colleague: Callable[..., Client]) -> Client:
    return colleague()


@pytest.fixture
def target(_site: None) -> Target:
    return Target.objects.create(name="Minister of Examples", email="minister@target.example")


@pytest.fixture
def campaign(target: Target) -> Campaign:
    campaign = Campaign.objects.create(name="Open the border", slug="open", kind=Kind.LETTER, goal=1000)
    campaign.targets.add(target)
    Tally.objects.create(campaign=campaign, counted=1)
    CounterRun.objects.create(pk=1, finished_at=timezone.now())
    return campaign


@pytest.fixture
def edition(campaign: Campaign, target: Target) -> Edition:
    return publish_edition(campaign=campaign, language="en", words=words(campaign, target))


def words(campaign: Campaign, target: Target, language: str = "en") -> dict[str, Any]:
    return {
        "version": 1,
        "campaign": campaign.pk,
        "kind": "letter",
        "language": language,
        "page_path": f"/{language}/open/",
        "title": "Open the border",
        "demand": "Open it.",
        "form_headline": "",
        "form_intro": "",
        "button": "Send",
        "petition_text": "",
        "letter": {"mode": "editable", "subject": "S", "text": "T", "closing": "Sincerely,", "talking_points": []},
        "targets": [{"id": target.pk, "name": target.name, "address": [target.name], "greeting": "Dear Minister,"}],
        "fields": [],
        "consents": [{"purpose": "news", "text": "Send me news.", "control": "box"}],
        "data_note": "",
        "thanks": {"headline": "", "html": "", "mail_subject": "", "mail_text": ""},
        "share": {"text": "", "image_url": ""},
        "brand": {
            "organisation": "Org",
            "logo_url": "",
            "logo_alt": "",
            "accent": "#000000",
            "accent_dark": "#ffffff",
            "footer": "",
            "privacy_url": "",
            "postal_address": "1 Main Street",
            "contact": "post@example.org",
        },
    }


@pytest.fixture
def sign(edition: Edition) -> Sign:
    """An action in a state, sealed as the public's door seals it."""

    def make(state: ActionState = ActionState.FOLLOWED, reason: str = "", **act: Any) -> Action:
        number = Action.objects.count()
        email = f"jane{number}@example.org"
        digest = vault().digest(email)
        sent = {
            "given_name": "Jane",
            "family_name": "Secret",
            "email": email,
            "subject": "Hear them",
            "text": "Please.",
        }
        return Action.objects.create(
            campaign=edition.campaign,
            edition=edition,
            email_digest=digest,
            sealed=vault().seal({**sent, "consents": {"news": True}, **act}, action_context(digest)),
            source={},
            signs=[],
            state=state,
            reason=reason,
        )

    return make


@pytest.fixture
def write(sign: Sign, target: Target) -> Write:
    """A letter whose message is in a state, with one attempt at it."""

    def make(state: State = State.SENT, said: str = "250 OK", **changes: Any) -> Letter:
        action = sign()
        message = Message.objects.create(
            key=f"letter:{action.pk}:{target.pk}",
            ref=f"ref{action.pk}",
            kind=MessageKind.LETTER,
            campaign_ref=action.campaign_id,
            target_ref=changes.get("target", target).pk,
            domain="target.example",
            sealed=b"x",
            sha256="0" * 64,
            state=state,
            last_words=said,
        )
        Delivery.objects.create(
            message=message,
            number=1,
            outcome=state,
            server="mx.target.example",
            tls="TLSv1.3",
            words=said,
            finished_at=timezone.now(),
        )
        return Letter.objects.create(
            action=action,
            target=changes.get("target", target),
            message=message,
            own_words=changes.get("own_words", True),
        )

    return make


def an_update(campaign: Campaign, **changes: Any) -> Update:
    """A draft in English, unless told otherwise."""
    words = {"en": {"subject": "An answer", "text": "Hello {name},\n\nit came."}}
    return Update.objects.create(**{"campaign": campaign, "words": words, "written_by_name": "Jane Doe", **changes})


def a_hand_in(campaign: Campaign, target: Target, **changes: Any) -> HandIn:
    """One that is ready, and whose file is not there unless it is named."""
    said = {"state": HandIn.State.READY, "people": 1, "made_by_name": "Jane Doe", **changes}
    return HandIn.objects.create(campaign=campaign, target=target, **said)


def make_a_site(address: str) -> dict[str, HomePage]:
    """A home page in each language, as every installation begins."""
    Site.clear_site_root_paths_cache()
    homes = two_homes()
    make_site(homes, urlsplit(address))
    return homes


def sqlite_plans(asked: CaptureQueriesContext, holds: str) -> list[str]:
    """How SQLite answers those of the queries that hold these words. PostgreSQL scans tables as small as a test's."""
    queries = [one["sql"] for one in asked.captured_queries if holds in one["sql"]]
    return ["\n".join(row[-1] for row in run(f"EXPLAIN QUERY PLAN {query}".replace("%", "%%"))) for query in queries]
