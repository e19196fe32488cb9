"""Signing in with a real browser: a passkey from a virtual key, everything else without script, and axe."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from tests.browsers import what_axe_finds
from tests.desk.account.codes import code_of
from tests.desk.account.conftest import PASSWORD, SECRET
from tests.desk.conftest import Write
from tocsin.campaigns.models import Campaign

pytestmark = pytest.mark.browser
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "automaticPresenceSimulation": True,
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def visit(live_server: Any, new_page: Callable[..., Any]) -> Callable[..., Any]:
    """A page with a virtual key in the computer. Passkeys belong to names, and “localhost” is one."""

    def make(**options: Any) -> Any:
        page = new_page(base_url=live_server.url.replace("127.0.0.1", "localhost"), **options)
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
        return page

    return make


def type_password(page: Any, path: str = "/desk/") -> None:
    page.goto(path)
    page.fill("[name=login]", "jane")
    send(page, "password", PASSWORD)


def send(page: Any, field: str, text: str) -> None:
    page.fill(f"[name={field}]", text)
    with page.expect_navigation():
        page.press(f"[name={field}]", "Enter")


def sign_out(page: Any) -> None:
    page.goto("/desk/account/leave/")
    with page.expect_navigation():
        page.click("main [type=submit]")


def test_a_passkey_is_made_and_then_is_enough(visit: Callable[..., Any], jane: User, demanded: None) -> None:
    page = visit()
    type_password(page)
    page.get_by_role("link", name="Add a passkey").click()
    page.fill("[name=name]", "Telephone")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/codes/")
    assert page.locator(".desk-codes li").count() == 10
    sign_out(page)
    page.goto("/desk/account/sessions/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile(r":\d+/desk/account/sessions/$"))
    assert Authenticator.objects.get(type="webauthn").last_used_at
    page.goto("/desk/account/again/?next=/desk/account/how/")
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(re.compile(r":\d+/desk/account/how/$"))
    assert "Telephone" in page.locator("main").inner_text()


def test_a_key_that_knows_no_finger_comes_after_the_password(visit: Callable[..., Any], jane: User) -> None:
    page = visit()
    type_password(page, "/desk/account/passkeys/add/")
    page.uncheck("[name=passwordless]")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url("**/account/codes/")
    sign_out(page)
    type_password(page)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(re.compile(r":\d+/desk/$"))


def test_a_browser_that_uses_none_says_so(visit: Callable[..., Any], jane: User) -> None:
    page = visit()
    page.goto("/desk/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("The browser did not use a passkey.").wait_for()


def test_everything_but_passkeys_works_without_script(
    visit: Callable[..., Any], jane: User, demanded: None, campaign: Campaign, write: Write
) -> None:
    page = visit(java_script_enabled=False)
    type_password(page)
    assert "a second factor" in page.locator("main").inner_text()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator(".desk-key-text").inner_text()
    assert drawn(page.get_attribute(".desk-qr", "src"))
    send(page, "code", code_of(secret))
    assert page.locator(".desk-codes li").count() == 10
    recovery = page.locator(".desk-codes li").first.inner_text()
    sign_out(page)
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    type_password(page)
    send(page, "code", recovery)
    page.wait_for_url(re.compile(r":\d+/desk/$"))
    page.goto("/desk/account/again/?next=/desk/account/sessions/")
    send(page, "password", PASSWORD)
    assert "Where you are signed in" in page.title()


def drawn(source: str) -> bool:
    """Whether a picture is one that is drawn here."""
    return "<svg" in base64.b64decode(source.partition(",")[2]).decode()


SCREENS = ["how/", "app/", "passkeys/add/", "codes/", "codes/new/", "sessions/", "again/", "go-on/", "app/remove/"]


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark", "viewport": {"width": 320, "height": 640}}])
def test_axe_finds_nothing_and_nothing_overflows(
    visit: Callable[..., Any], with_app: Authenticator, options: dict[str, Any]
) -> None:
    page = visit(**options)
    page.goto("/desk/")
    look_over(page)
    page.fill("[name=login]", "jane")
    send(page, "password", "wrong")
    look_over(page)
    type_password(page)
    look_over(page)
    send(page, "code", "0")
    look_over(page)
    send(page, "code", code_of(SECRET))
    page.wait_for_url(re.compile(r":\d+/desk/$"))
    for screen in SCREENS:
        page.goto(f"/desk/account/{screen}")
        look_over(page)


STILL = """() => Promise.allSettled(document.getAnimations()
  .filter(one => one.effect.getTiming().iterations < 99).map(one => one.finished)).then(() => true)"""


def look_over(page: Any) -> None:
    """When nothing moves any more: a message that still fades in has no contrast."""
    page.evaluate(STILL)
    assert what_axe_finds(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def test_the_policy_lets_nobody_else_in(visit: Callable[..., Any], jane: User) -> None:
    page = visit()
    answer = page.goto("/desk/login/")
    policy = answer.headers["content-security-policy"]
    assert re.search(r"script-src 'self' 'unsafe-inline';", policy)
    assert "form-action 'self'" in policy
